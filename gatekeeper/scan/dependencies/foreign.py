"""Packages of other ecosystems than Python's: what names them, and what is done about them.

npm's are judged when a database of its advisories is on this machine. No other ecosystem's are:
that is said, and it is no pass until the policy says why it may be.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

from gatekeeper.scan.dependencies.facts import Unjudged

_ELSEWHERE = "have them judged elsewhere, and say so under `unjudged` in the policy"
# File names (as patterns) that show that packages of an ecosystem are used.
FOREIGN: dict[str, tuple[str, ...]] = {
    # judged where there is a lock that can be read; Bun's cannot
    "npm": ("bun.lock", "bun.lockb", "deno.lock"),
    "conda": (),
    "cargo": ("Cargo.toml", "Cargo.lock"),
    "go": ("go.mod",),
    "rubygems": ("Gemfile", "Gemfile.lock", "gems.rb"),
    "packagist": ("composer.json", "composer.lock"),
    "maven": ("pom.xml", "build.gradle", "build.gradle.kts"),
    "nuget": ("*.csproj", "*.fsproj", "packages.config", "packages.lock.json"),
}


def unjudged(files: Iterable[str]) -> Iterator[Unjudged]:
    """Yield the files of ecosystems that nothing here can judge."""
    for path in files:
        if ecosystem := _ecosystem_of(posixpath.basename(path)):
            reason = f"its packages are of {ecosystem}, which is not judged here"
            yield Unjudged(path, ecosystem, reason, _ELSEWHERE)


def _ecosystem_of(name: str) -> str | None:
    found = (key for key, names in FOREIGN.items() if _is_any(name, names))
    return next(found, None)


def _is_any(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)
