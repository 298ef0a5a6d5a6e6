"""Finds the policy.

When a pull request is judged, it is the base revision's: a change cannot loosen the gate that
judges it.
"""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from gatekeeper import git
from gatekeeper.core.digest import digest
from gatekeeper.core.errors import PolicyError, PolicyProblem, UsageError
from gatekeeper.core.model import PolicySource
from gatekeeper.core.policy import Policy, parse_policy, unset_references
from gatekeeper.wiring import environment
from gatekeeper.wiring.gates import schemas

NAME = "gatekeeper.yml"
BUILT_IN = """\
# gatekeeper's built-in policy, for a project that has no gatekeeper.yml yet.
version: 1
stages:
  merge: [code, dependencies, secrets, workflows]
  release: [code, dependencies, secrets, workflows]
"""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A policy with its text and where that came from.

    Attributes:
        source: for the report; the same from whatever folder the project is judged.
        text: as it was written.
        policy: as it was understood.
        shown: the file's name in problems, a path that an editor can jump to.
    """

    source: PolicySource
    text: str
    policy: Policy
    shown: str


def load(root: Path, base: str | None, named: Path | None) -> Loaded:
    """Find and read the policy.

    Args:
        root: the folder under judgement.
        base: the commit to read it from when a pull request is judged, else None.
        named: the file that the user named, or None.

    Raises:
        PolicyError: with every problem of the file.
        UsageError: the named file, or the base's, does not exist.
    """
    path = named or root / NAME
    if base and (within := _within_checkout(root, path)):
        return parse(_from_base(root, base, within), within, base)
    if named is None and not os.path.lexists(path):
        return parse(BUILT_IN.encode(), "built-in", None)
    return parse(_bytes(path), str(named or NAME), None, where=path)


def parse(data: bytes, path: str, revision: str | None, where: Path | None = None) -> Loaded:
    """Read a policy from its bytes.

    Args:
        data: the file's content.
        path: its name for the report.
        revision: the commit it was read from, or None.
        where: its path from the current folder when that is another.
    """
    shown = str(where or path)
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise PolicyError([PolicyProblem(shown, line, 1, "not UTF-8 text")]) from None
    policy = parse_policy(text.removeprefix("\ufeff"), shown, schemas())
    return Loaded(PolicySource(path, revision, digest(data)), text, policy, shown)


def require_variables(loaded: Loaded, gates: Collection[str]) -> None:
    """Refuse a policy whose sections for these gates name variables that are not set."""
    known = {name for name, value in environment.variables().items() if value}
    problems = unset_references(loaded.text, loaded.shown, gates, known)
    if problems:
        raise PolicyError(problems)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        reason = f"there is no policy at {path}"
        raise UsageError(reason, "name an existing file with --policy") from None
    except OSError as error:
        reason = f"cannot be read: {error.strerror}"
        raise PolicyError([PolicyProblem(str(path), 0, 0, reason)]) from None


def _within_checkout(root: Path, path: Path) -> str | None:
    """Return the policy's path in the repository, or None when it lies elsewhere.

    Whether it is named directly, from a subfolder or by a link from outside: a file of the
    checkout is a file of the change.
    """
    top = git.top(root)
    for place in (path.parent.resolve() / path.name, path.resolve()):
        if place.is_relative_to(top):
            return place.relative_to(top).as_posix()
    return None


def _from_base(root: Path, base: str, path: str) -> bytes:
    data = git.show(git.top(root), base, path)
    if data is None:
        raise UsageError(
            f"the base commit {base[:12]} has no {path}: a change cannot bring its own policy",
            "merge a policy first, or name one outside the checkout with --policy",
        )
    return data
