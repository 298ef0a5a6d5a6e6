"""Compiles our semgrep rules to one JSON file: a folder of YAML takes semgrep seconds to load.

Pattern lists that several rules share stand once, in `parts.yaml`; `use: NAME` in a rule stands
for all of them.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from gatekeeper.core.errors import ToolError

FORMAT = 2
_PARTS = "parts.yaml"


def bundle(rules: Path, cache: Path, language: str = "") -> Path:
    """Return the compiled rules, compiling them where the cache does not hold them yet.

    Args:
        rules: the folder of rules that gatekeeper ships.
        cache: where to keep the result, named by the digest of all that went into it.
        language: the rules for this one alone, for nothing else: semgrep applies every rule to
            every file that is named to it, whatever its suffix. Empty for all rules as they are.

    Raises:
        ToolError: there are no rules, or one cannot be read, or the cache cannot be written.
    """
    sources = _sources(rules / "scan" / "semgrep")
    target = cache / f"semgrep-rules-{language or 'all'}-{_digest(sources)}.json"
    # What is in the cache is believed only when it is what compiling would give: it is cheap to
    # recompile, and a cache that others can write to must not switch rules off.
    text = compiled(sources, language).encode()
    try:
        if not target.is_file() or target.read_bytes() != text:
            _store(text, target)
    except OSError as error:
        reason = f"the compiled rules cannot be kept in {cache}: {error.strerror}"
        raise ToolError(reason, "let GATEKEEPER_CACHE_DIR name a folder to write to") from None
    return target


def digest(rules: Path) -> str:
    """Return a digest of everything that the compiled rules are made of."""
    return _digest(_sources(rules / "scan" / "semgrep"))


def _sources(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted((*folder.rglob("*.yml"), *folder.glob(_PARTS)))
    }


def _store(text: bytes, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_suffix(f".{os.getpid()}.new")
    fresh.write_bytes(text)
    fresh.replace(target)


def compiled(sources: Mapping[str, bytes], language: str = "") -> str:
    """Return the rules of all files, or those for one language, as one JSON document.

    Raises:
        ToolError: as `bundle`.
    """
    parsed = {path: _yaml(text) for path, text in sorted(sources.items())}
    parts = parsed.pop(_PARTS, {})
    rules = chain.from_iterable(document["rules"] for document in parsed.values())
    found = [_only_for(language, rule) for rule in rules if _is_for(language, rule)]
    if not found:
        which = f"semgrep rules for {language}" if language else "semgrep rules"
        raise ToolError(f"no {which} are installed", "install gatekeeper again")
    return json.dumps({"rules": _expand(found, parts)}, sort_keys=True)


def _is_for(language: str, rule: Mapping[str, Any]) -> bool:
    return not language or language in rule.get("languages", ())


def _only_for(language: str, rule: dict[str, Any]) -> dict[str, Any]:
    return rule | {"languages": [language]} if language else rule


def _yaml(text: bytes) -> Any:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(text, Loader=loader)  # noqa: S506 - both are safe loaders, one in C


def _expand(value: Any, parts: Mapping[str, list[Any]]) -> Any:
    if isinstance(value, dict):
        return {key: _expand(item, parts) for key, item in value.items()}
    if isinstance(value, list):
        return [_expand(item, parts) for item in _with_parts(value, parts)]
    return value


def _with_parts(items: Sequence[Any], parts: Mapping[str, list[Any]]) -> Iterable[Any]:
    return chain.from_iterable(_used(item, parts) for item in items)


def _used(item: Any, parts: Mapping[str, list[Any]]) -> Sequence[Any]:
    """Return the parts that `use: NAME` stands for, and anything else as it is."""
    if not isinstance(item, dict) or list(item) != ["use"]:
        return [item]
    if item["use"] not in parts:
        raise ToolError(f"a semgrep rule uses `{item['use']}`, which parts.yaml lacks")
    return parts[item["use"]]


def _digest(sources: Mapping[str, bytes]) -> str:
    total = hashlib.sha256(str(FORMAT).encode())
    for path, text in sources.items():
        total.update(f"{path}\0{len(text)}\0".encode() + text)
    return total.hexdigest()[:32]
