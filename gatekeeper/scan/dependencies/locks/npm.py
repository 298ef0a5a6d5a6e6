"""The locks of npm, Yarn and pnpm: names and versions; nothing of them is installed or run."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import unquote, urlsplit

from gatekeeper.scan.dependencies.facts import Pin, Problem, Unpinned
from gatekeeper.scan.dependencies.locks.interface import (
    Requirements,
    UnreadableError,
    gathered,
    text_of,
)
from gatekeeper.scan.dependencies.locks.yaml import document
from gatekeeper.scan.scanners.interface import in_words

_NPM = "npm"
_LOCKS = frozenset({"package-lock.json", "npm-shrinkwrap.json"})
_MODULES = "node_modules/"
_NAME = re.compile(r"(?:@[\w.~-]+/)?[\w.~-]+")
_VERSION = re.compile(r"\d+\.\d+\.\d+[\w.+-]*")
_HEADER = re.compile(r'^"?((?:@[^/"]+/)?[^@"\s]+)@', re.MULTILINE)
_FIELD = re.compile(r'^  (version|resolved) "?([^"\n]+?)"?$', re.MULTILINE)
_PNPM = re.compile(r"/?(?P<name>(?:@[^/]+/)?[^/@]+)[@/](?P<version>[^(_]+)(?:_.*)?")
_RENEW = "make the lock anew, with the tool that it is for"
_Entry: TypeAlias = Pin | Unpinned | Problem | str


def claims_npm(path: str) -> bool:
    """True for package-lock.json and npm-shrinkwrap.json."""
    return posixpath.basename(path) in _LOCKS


def claims_yarn(path: str) -> bool:
    """True for yarn.lock."""
    return posixpath.basename(path) == "yarn.lock"


def claims_pnpm(path: str) -> bool:
    """True for pnpm-lock.yaml."""
    return posixpath.basename(path) == "pnpm-lock.yaml"


def read_npm(root: Path, path: str) -> Requirements:
    """Read a package-lock.json of any version.

    Raises:
        UnreadableError: as `text_of`, and when it is not such a lock.
    """
    text = text_of(root, path)
    try:
        told = json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise UnreadableError("is not JSON, or has a key twice") from None
    if not isinstance(told, dict) or not {"packages", "dependencies"} & told.keys():
        raise UnreadableError("is not a lock of npm")
    if "packages" in told:
        return gathered(_of_modules(_table(told["packages"]), path))
    return gathered(_of_tree(_table(told["dependencies"]), path))


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a key that comes twice: tools differ on which one counts."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key comes twice")
    return found


def _table(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise UnreadableError("is not a lock of its kind")
    return value


def _of_modules(packages: Mapping[str, Any], path: str) -> Iterator[_Entry]:
    """Yield what stands in folders of modules; other folders are code of the tree."""
    for place, told in packages.items():
        entry = _table(told)
        if _MODULES in place and not entry.get("link"):
            name = str(entry.get("name") or place.rpartition(_MODULES)[2])
            yield _installed(name, entry.get("version"), entry.get("resolved"), path)


def _of_tree(packages: Mapping[str, Any], path: str) -> Iterator[_Entry]:
    """Yield the packages of an old lock, each with those below it."""
    for key, told in packages.items():
        entry = _table(told)
        name, version = key, str(entry.get("version", ""))
        if version.startswith("npm:"):
            name, _, version = version.removeprefix("npm:").rpartition("@")
        yield _installed(name, version, entry.get("resolved"), path)
        yield from _of_tree(_table(entry.get("dependencies", {})), path)


def _installed(name: str, version: object, resolved: object, path: str) -> _Entry:
    """Return one package: of the registry, or from elsewhere."""
    if not _NAME.fullmatch(name):
        return Problem(f"{path}: an entry without a valid name", _RENEW)
    if not (isinstance(version, str) and _VERSION.fullmatch(version)) or _elsewhere(resolved):
        return Unpinned(name, path, None, "comes from elsewhere than a registry", sourced=True)
    if isinstance(resolved, str) and not _is_file_of(resolved, name, version):
        told = f"{path}: {name} {version} would be installed from `{in_words(resolved)}`"
        return Problem(f"{told}, a file of another release", _RENEW)
    return Pin(name, version, path, None, ecosystem=_NPM)


def _elsewhere(resolved: object) -> bool:
    """True for a repository or a file, instead of an archive of a registry."""
    text = resolved if isinstance(resolved, str) else ""
    return bool(text) and not text.startswith(("https://", "http://"))


def _is_file_of(resolved: str, name: str, version: str) -> bool:
    """True for an archive of the package, as registries name them: `name-version.tgz`."""
    file = unquote(posixpath.basename(urlsplit(resolved).path))
    plain = version.partition("+")[0]
    return file in {f"{posixpath.basename(name)}-{one}.tgz" for one in (plain, version)}


def read_yarn(root: Path, path: str) -> Requirements:
    """Read a yarn.lock, of Yarn 1 or later.

    Raises:
        UnreadableError: as `text_of`, and when it is not such a lock.
    """
    text = text_of(root, path)
    if "__metadata:" in text:
        return gathered(_of_berry(document(text), path))
    if "# yarn lockfile v1" not in text:
        raise UnreadableError("is not a lock of Yarn")
    return gathered(_of_classic(text, path))


def _of_classic(text: str, path: str) -> Iterator[_Entry]:
    """Yield the packages of Yarn 1: blocks that begin at the left, in a format of its own."""
    for block in re.split(r"\n(?=\S)", text.replace("\r\n", "\n")):
        header = _HEADER.match(block)
        fields = dict(_FIELD.findall(block))
        if header and fields:
            first = block.partition("\n")[0]
            name = alias[1] if (alias := _ALIAS.search(first)) else header[1]
            resolved = str(fields.get("resolved", "")).partition("#")[0] or None
            yield _installed(name, fields.get("version"), resolved, path)
        elif not block.startswith("#") and block.strip():
            yield Problem(f"{path}: an entry that cannot be read", _RENEW)


_ALIAS = re.compile(r"@npm:((?:@[^/\"]+/)?[^@\"\s,]+)@")


def _of_berry(told: Mapping[str, Any], path: str) -> Iterator[_Entry]:
    for key, value in told.items():
        entry = _table(value)
        if key == "__metadata" or entry.get("linkType") == "soft":
            continue
        name, of_registry, _ = str(entry.get("resolution", "")).partition("@npm:")
        version = str(entry.get("version", "")) if of_registry else None
        yield _installed(name[:1] + name[1:].partition("@")[0], version, None, path)


def read_pnpm(root: Path, path: str) -> Requirements:
    """Read a pnpm-lock.yaml.

    Raises:
        UnreadableError: as `text_of`, and when it is not such a lock.
    """
    told = document(text_of(root, path))
    if "lockfileVersion" not in told:
        raise UnreadableError("is not a lock of pnpm")
    return gathered(_of_pnpm(_table(told.get("packages") or {}), path))


def _of_pnpm(packages: Mapping[str, Any], path: str) -> Iterator[_Entry]:
    for key, value in packages.items():
        found = _PNPM.fullmatch(str(key).partition("(")[0])
        resolution = _table(value).get("resolution", {})
        tarball = resolution.get("tarball") if isinstance(resolution, dict) else None
        odd = isinstance(resolution, dict) and bool({"repo", "directory"} & resolution.keys())
        name = found["name"] if found else str(key).lstrip("/")
        version = found["version"] if found and not odd else None
        yield _installed(name, version, tarball, path)
