"""The one place that runs git, on checkouts that may be hostile.

A repository's own configuration can name programs (filters, fsmonitor, hooks, external diffs,
replace refs that lie about history). None of them is ever run or believed here: the user's and
the system's configuration are not read, and every command that the repository configures is
overridden with nothing.
"""

from __future__ import annotations

import functools
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

from gatekeeper.core.errors import ToolError

_FIXED = {
    "core.fsmonitor": "false",
    "core.hooksPath": "/dev/null",
    "core.attributesFile": "/dev/null",
    "core.excludesFile": "/dev/null",
    "core.untrackedCache": "false",
    "core.quotePath": "false",
    # What a checkout may claim so that files look unchanged, absent on purpose or elsewhere.
    "core.autocrlf": "false",
    "core.fileMode": "true",
    "core.ignoreStat": "false",
    "core.sparseCheckout": "false",
    "core.symlinks": "true",
    # A file beside the objects that says what their parents are.
    "core.commitGraph": "false",
    "diff.external": "",
    # Safe, because nothing that the checkout configures is run: CI checks out as another user.
    "safe.directory": "*",
}
_PROGRAMS = re.compile(
    r"filter\..+\.(clean|smudge|process)|diff\..+\.(command|textconv)|merge\..+\.driver",
    re.IGNORECASE | re.DOTALL,
)
_SHA = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
# The first git that lets GIT_CONFIG_COUNT and GIT_CONFIG_GLOBAL overrule a repository; an older
# one would ignore both without a word.
_OLDEST = (2, 32)
# What makes a commit that only a throw-away repository will ever hold.
_NOBODY = {
    f"GIT_{role}_{field}": value
    for role in ("AUTHOR", "COMMITTER")
    for field, value in (("NAME", "gatekeeper"), ("EMAIL", "none"), ("DATE", "@0 +0000"))
}


def run(root: Path, *args: str, timeout: float = 30.0) -> bytes:
    """Run `git ARGS` in `root` and return its standard output.

    Args:
        root: any folder of a checkout.
        args: the subcommand and its arguments.
        timeout: seconds.

    Raises:
        ToolError: git is missing, failed or took too long.
    """
    return _run(root, args, timeout=timeout)


def _run(
    root: Path, args: tuple[str, ...], *, timeout: float = 30.0, index: Path | None = None
) -> bytes:
    done = _call(root, [*args], timeout, {**_configuration(_overrides(root)), **_index(index)})
    if done.returncode:
        reason = _last_line(_said(done)) or f"exit status {done.returncode}"
        raise ToolError(f"git {args[0]} failed: {reason}", "look at the repository with git")
    return done.stdout


def ask(
    root: Path, *args: str, given: bytes = b"", timeout: float = 60.0
) -> subprocess.CompletedProcess[bytes]:
    """Run git in a repository that `borrowed` made, and return its answer with its exit status.

    Args:
        root: that repository.
        args: the subcommand and its arguments.
        given: what it reads from its standard input.
        timeout: seconds.

    Raises:
        ToolError: git is missing or took too long.
    """
    return _call(root, [*args], timeout, _NOBODY, given)


@contextmanager
def borrowed(root: Path) -> Iterator[Path]:
    """Give an empty bare repository that can read the objects of a checkout, and nothing else.

    No configuration, attribute, ref, hook, graft, replacement or shallow mark of the checkout is
    there, so none can be obeyed or believed; whatever git writes goes into the throw-away folder.
    What a shallow or partial clone lacks is an object that is missing, and never the end of a
    history.

    Raises:
        ToolError: the checkout's objects cannot be found.
    """
    shown = run(root, "rev-parse", "--path-format=absolute", "--git-path", "objects")
    objects = shown.removesuffix(b"\n")
    if b"\n" in objects:
        raise ToolError("the path of this checkout holds a line break", "clone it somewhere else")
    with tempfile.TemporaryDirectory(prefix="gatekeeper-") as folder:
        run(Path(folder), "init", "--quiet", "--bare", "--template=", "--object-format=sha1", ".")
        (Path(folder) / "objects" / "info" / "alternates").write_bytes(objects + b"\n")
        yield Path(folder)


def version() -> tuple[int, int]:
    """Return the first two numbers of git's version."""
    return _version(_git())


def _said(done: subprocess.CompletedProcess[bytes]) -> str:
    return done.stderr.decode("utf-8", "backslashreplace")


def _last_line(text: str) -> str:
    return text.strip().rpartition("\n")[2]


def is_repository(root: Path) -> bool:
    """True when git tracks this folder; False for a plain one, or one that its parent ignores."""
    done = _call(root, ["rev-parse", "--show-toplevel"])
    said = _said(done)
    if done.returncode and "not a git repository" in said and not (root / ".git").exists():
        return False
    if done.returncode:
        reason = f"git cannot read this repository: {_last_line(said)}"
        raise ToolError(reason, "look at it with `git status`, or clone it anew")
    _require_own_files(root)
    return top(root) == root.resolve() or bool(_call(root, ["check-ignore", "-q", "."]).returncode)


def _require_own_files(root: Path) -> None:
    """Refuse a configuration that has git compare a commit with the files of another folder."""
    here = root.resolve()
    home = next((one for one in (here, *here.parents) if os.path.lexists(one / ".git")), None)
    if top(root) != home:
        raise ToolError(
            f"git takes the files of another folder for those of {here.name}",
            "remove `core.worktree` from the repository's configuration",
        )


def top(root: Path) -> Path:
    """Return the root folder of the checkout that `root` is part of."""
    shown = run(root, "rev-parse", "--show-toplevel").decode("utf-8", "surrogateescape")
    return Path(shown.rstrip("\n")).resolve()


def head(root: Path) -> str | None:
    """Return the commit that is checked out (hex digits), or None when there is none yet."""
    return commit(root, "HEAD")


def commit(root: Path, revision: str) -> str | None:
    """Return the commit that `revision` names, or None when this clone does not have it."""
    args = ["rev-parse", "--verify", "--quiet", "--end-of-options", revision + "^{commit}"]
    done = _call(root, args)
    found = done.stdout.decode("ascii", "replace").strip()
    return found if not done.returncode and _SHA.fullmatch(found) else None


def branch(root: Path) -> str | None:
    """Return the branch that is checked out, or None when HEAD is detached."""
    done = _call(root, ["symbolic-ref", "--quiet", "--short", "HEAD"])
    return done.stdout.decode("utf-8", "backslashreplace").strip() or None


def is_shallow(root: Path) -> bool:
    """True when this clone lacks older history."""
    return run(root, "rev-parse", "--is-shallow-repository").strip() == b"true"


def is_dirty(root: Path) -> bool:
    """True when files below `root` differ from HEAD, are missing, or stand there untracked.

    Every file is read: the checkout's own index may say "assume unchanged", "skip this one" or
    hold times that match by design, so it is not asked.
    """
    # Looking into a submodule would obey its own configuration: compare its commit only.
    args = ("--porcelain", "-z", "--untracked-files=normal", "--ignore-submodules=dirty", "--", ".")
    with tempfile.TemporaryDirectory(prefix="gatekeeper-") as folder:
        index = Path(folder) / "index"
        _run(root, ("read-tree", "HEAD"), index=index)
        return bool(_run(root, ("status", *args), index=index))


def contains(root: Path, descendant: str, ancestor: str) -> bool:
    """True when this clone shows that one commit is, or descends from, the other."""
    args = ["merge-base", "--is-ancestor", "--end-of-options", ancestor, descendant]
    return not _call(root, args).returncode


def merge_base(root: Path, one: str, other: str) -> str | None:
    """Return the newest commit that both descend from, or None when this clone shows none."""
    done = _call(root, ["merge-base", "--end-of-options", one, other])
    found = done.stdout.decode("ascii", "replace").strip()
    return found if not done.returncode and _SHA.fullmatch(found) else None


def files(root: Path) -> tuple[str, ...]:
    """Return what is tracked, or untracked and not ignored, below `root`: relative, sorted.

    A name that is not UTF-8 keeps its bytes as surrogate escapes, so that it can be opened.
    """
    return tuple(sorted({*tracked(root), *untracked(root)}))


def tracked(root: Path) -> tuple[str, ...]:
    """Return what is part of HEAD or of the next commit, below `root`; names as in `files`.

    The index alone is not believed: a file that it leaves out and that is ignored would be of the
    commit, unchanged, and looked at by nobody.
    """
    listed = run(root, "ls-files", "-z", "--cached")
    if head(root) is not None:
        listed += run(root, "ls-tree", "-r", "-z", "--name-only", "HEAD")
    return _names(listed)


def untracked(root: Path) -> tuple[str, ...]:
    """Return what the next `git add` would take in, below `root`; names as in `files`."""
    return _names(run(root, "ls-files", "-z", "--others", "--exclude-standard"))


def _names(listed: bytes) -> tuple[str, ...]:
    return tuple(filter(None, listed.decode("utf-8", "surrogateescape").split("\0")))


def show(root: Path, revision: str, path: str) -> bytes | None:
    """Return a file as it is in `revision`, `path` relative to `root`; None when it has none."""
    listed = run(root, "ls-tree", "-z", revision, "--", f"./{path}")
    if not listed:
        return None
    return run(root, "cat-file", "blob", f"{revision}:./{path}")


def repository_name(root: Path) -> str:
    """Return `owner/name` of the remote `origin`, or else the folder's name."""
    done = _call(root, ["config", "--get", "remote.origin.url"])
    url = done.stdout.decode("utf-8", "backslashreplace").strip()
    found = re.search(r"[:/]([\w.-]+/[\w.-]+?)(?:\.git)?/?$", url)
    return found[1] if found else root.resolve().name


def _overrides(root: Path) -> dict[str, str]:
    """Return an empty value for every program that the repository's configuration names."""
    listed = _call(root, ["config", "--list", "--name-only", "-z"]).stdout
    names = listed.decode("utf-8", "surrogateescape").split("\0")
    overrides = {}
    for program in filter(_PROGRAMS.fullmatch, names):
        overrides[program] = ""
        overrides[f"{program.rpartition('.')[0]}.required"] = "false"
    return overrides


def _call(
    root: Path,
    args: list[str],
    timeout: float = 30.0,
    environment: Mapping[str, str] = MappingProxyType({}),
    given: bytes = b"",
) -> subprocess.CompletedProcess[bytes]:
    fixed = [part for key, value in _FIXED.items() for part in ("-c", f"{key}={value}")]
    try:
        return subprocess.run(
            [_git(), "--no-replace-objects", *fixed, *args],
            cwd=root,
            env={**_environment(), **environment},
            input=given,
            capture_output=True,
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired:
        reason = f"git {args[0]} took longer than {timeout:.0f} s"
        raise ToolError(reason, "try again") from None
    except OSError as error:
        reason = f"git cannot run in {root.name}: {error.strerror}"
        raise ToolError(reason, "give an existing folder") from None


def _configuration(values: Mapping[str, str]) -> dict[str, str]:
    """Hand settings over by environment: `-c name=value` would split a name that holds a `=`."""
    given = {"GIT_CONFIG_COUNT": str(len(values))}
    for number, (name, value) in enumerate(sorted(values.items())):
        given[f"GIT_CONFIG_KEY_{number}"] = name
        given[f"GIT_CONFIG_VALUE_{number}"] = value
    return given


def _index(index: Path | None) -> dict[str, str]:
    return {"GIT_INDEX_FILE": str(index)} if index else {}


@functools.cache
def _git() -> str:
    found = shutil.which("git")
    if found is None:
        raise ToolError("git is not installed", "install git")
    _require_new_enough(found)
    return found


def _require_new_enough(program: str) -> None:
    if _version(program) < _OLDEST:
        oldest = ".".join(map(str, _OLDEST))
        named = _claimed(program).decode("utf-8", "backslashreplace").strip() or "this git"
        reason = f"{named} cannot be kept from running what a checkout configures"
        raise ToolError(reason, f"install git {oldest} or newer")


def _version(program: str) -> tuple[int, int]:
    """Return the first two numbers of a program's version; two zeros when it names none."""
    found = re.match(rb"git version (\d+)\.(\d+)", _claimed(program))
    return (int(found[1]), int(found[2])) if found else (0, 0)


def _claimed(program: str) -> bytes:
    return subprocess.run([program, "version"], capture_output=True, timeout=30, check=False).stdout


def _environment() -> dict[str, str]:
    """Nothing inherited: no GIT_DIR from a surrounding hook, no user or system configuration."""
    return {
        "PATH": f"{Path(_git()).parent}:/usr/bin:/bin",
        "LC_ALL": "C.UTF-8",
        "HOME": "/nonexistent",
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        # Nothing is fetched: a partial clone could name a program as its remote.
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_ALLOW_PROTOCOL": "",
        "GIT_CEILING_DIRECTORIES": "",
    }
