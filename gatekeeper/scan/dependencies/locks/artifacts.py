"""The files that a lock offers for a version: one of another version would be what is installed."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from gatekeeper.scan.dependencies.locks.interface import Artifact, normalised, only
from gatekeeper.scan.dependencies.versions import parsed, released

# A bare `file` is looked up in the index under the version of the lock, so it cannot mislead.
_KEYS = ("name", "filename", "url", "path")
_HEX = re.compile(r"[0-9a-fA-F]{32,128}")
_SDIST = re.compile(r"\.(?:tar\.gz|zip)$", re.IGNORECASE)


def foreign(package: Mapping[str, Any], name: str, version: str) -> str | None:
    """Return a file of the package that is of another name or release, or None.

    Args:
        package: its table in the lock.
        name: normalised.
        version: as `released` returns it.
    """
    return next((file for file in _files(package) if _is_foreign(file, name, version)), None)


def files_of(packages: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], tuple[Artifact, ...]]:
    """Return the files with a digest that a lock offers, by name and version as pins tell them."""
    found: dict[tuple[str, str], tuple[Artifact, ...]] = {}
    for package in packages:
        name, version = normalised(package.get("name")), package.get("version")
        exact = released(version) if isinstance(version, str) else None
        if name and exact:
            artifacts = tuple(map(_artifact, _offered(package)))
            found[name, exact] = (*found.get((name, exact), ()), *only(Artifact, artifacts))
    return found


def _artifact(told: Mapping[str, Any]) -> Artifact | None:
    """Return a file with its digest: `hash = "sha256:…"`, or a table `hashes`."""
    keys = ("url", "path", "name", "filename", "file")
    name = next(iter(only(str, map(told.get, keys))), "")
    hashes = told.get("hashes")
    text = told.get("hash")
    if isinstance(hashes, dict):
        text = next((f"{kind}:{digest}" for kind, digest in sorted(hashes.items())), None)
    kind, _, digest = text.partition(":") if isinstance(text, str) else ("", "", "")
    return Artifact(name, kind, digest) if name and _HEX.fullmatch(digest) else None


def _offered(package: Mapping[str, Any]) -> tuple[dict[str, Any], ...]:
    offered = (*_listed(package, "wheels"), *_listed(package, "files"), package.get("sdist"))
    return only(dict, offered)


def _files(package: Mapping[str, Any]) -> Iterator[str]:
    for one in _offered(package):
        yield from map(_file_name, only(str, map(one.get, _KEYS)))


def _listed(package: Mapping[str, Any], key: str) -> list[Any]:
    found = package.get(key)
    return found if isinstance(found, list) else []


def _file_name(text: str) -> str:
    path = urlsplit(text).path if "://" in text else text
    return unquote(posixpath.basename(path))


def _is_foreign(file: str, name: str, version: str) -> bool:
    if file.lower().endswith(".whl"):
        return not _is_wheel_of(file, name, version)
    stem, is_sdist = _SDIST.subn("", file)
    return bool(is_sdist) and not _is_sdist_of(stem, name, version)


def _is_wheel_of(file: str, name: str, version: str) -> bool:
    try:
        told, exact, *_ = parse_wheel_filename(file)
    except InvalidWheelFilename:
        return False
    return told == name and _same(str(exact), version)


def _is_sdist_of(stem: str, name: str, version: str) -> bool:
    told = re.fullmatch(name.replace("-", "[-_.]+") + "-(.+)", stem, re.IGNORECASE)
    return told is not None and _same(told[1], version)


def _same(told: str, version: str) -> bool:
    exact = released(told)
    return exact is not None and parsed(exact) == parsed(version)
