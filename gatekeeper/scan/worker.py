"""The frame of a worker: reads a JSON task on stdin, writes a JSON line for each file.

A process of its own, which may be another Python than gatekeeper's: a file made to crash or to
hang the parser takes this process down and not the gate, and the lines written before tell which
file it was. Imports nothing but the standard library.
"""

from __future__ import annotations

import faulthandler
import json
import resource
import sys
import warnings
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

# Bytes of memory: a file made to fill the machine fails alone.
_MEMORY = 4 << 30
FORMAT = 1


def serve(
    look: Callable[[Path, str], dict[str, Any]],
    prepare: Callable[[dict[str, str]], None] = lambda _: None,
) -> None:
    """Look at the files of the task.

    Args:
        look: given the root and a file's path, returns what stands in the file's line; when it
            cannot look at the file, `failed` (the reason) and `line` (or None).
        prepare: is given the options of the task before the first file.
    """
    warnings.simplefilter("ignore")  # of the scanned code, e.g. invalid escape sequences
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    task = json.load(sys.stdin)
    prepare(task["options"])
    for name in task["paths"]:
        # ends even what does not return to Python; the text that it prints is looked for
        faulthandler.dump_traceback_later(task["seconds"], exit=True)
        answer = look(Path(task["root"]), name)
        sys.stdout.write(json.dumps({"path": name, **answer}) + "\n")
        sys.stdout.flush()
    faulthandler.cancel_dump_traceback_later()
