"""A store's URL: what may be shown of it, and a name for it.

A URL is a secret as a whole. One that could be understood in two ways is refused, because then
the wrong part would be masked: a password with a bare `@`, `/`, `?` or `#` in it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from urllib.parse import SplitResult, unquote, urlsplit

from gatekeeper.core.errors import EvidenceError

_FILES = frozenset({"sqlite"})


@dataclass(frozen=True, slots=True)
class Address:
    """Where a store is.

    Attributes:
        url: with its credentials: never show, store or log it.
        scheme: lower case, e.g. `postgresql`.
        path: what follows the host, decoded, without the first `/`.
        shown: the URL as it may be shown: password, parameters and folders of the machine left
            out.
        name: the database's or file's name.
    """

    url: str = field(repr=False)
    scheme: str
    path: str
    shown: str
    name: str

    @property
    def is_file(self) -> bool:
        """Whether it is a file, and so can be one of the tree under judgement."""
        return self.scheme in _FILES


def parse_address(url: str, schemes: Collection[str]) -> Address:
    """Read a URL of one of these schemes.

    Raises:
        EvidenceError: when it cannot be read, or be read in two ways; holds nothing of the URL.
    """
    scheme = url.partition("://")[0]
    if scheme not in schemes:
        raise _unknown(schemes)
    try:
        parts = urlsplit(url)
        shown = _local(parts) if scheme in _FILES else _remote(parts)
    except ValueError:
        raise EvidenceError(
            "the store's URL can be read in more than one way",
            "write special characters of its user and password as %XX (`@` is %40, `/` is %2F)",
        ) from None
    path = unquote(parts.path).removeprefix("/")
    return Address(url, scheme, path, f"{scheme}://{shown}", _name(path) or scheme)


def _unknown(schemes: Collection[str]) -> EvidenceError:
    known = ", ".join(f"{scheme}://" for scheme in sorted(schemes))
    return EvidenceError(
        "no store of this kind can be read", f"use a URL that begins with one of {known}"
    )


def _remote(parts: SplitResult) -> str:
    _refuse_ambiguous(parts)
    # asking for the port raises where it is no number: a password's `/` cuts it off
    port = f":{parts.port}" if parts.port else ""
    host = parts.hostname or "[socket]"
    return f"{_account(parts)}{host}{port}{unquote(parts.path)}"


def _refuse_ambiguous(parts: SplitResult) -> None:
    after_host = f"{parts.path}{parts.query}{parts.fragment}"
    if "@" in after_host or parts.fragment or parts.netloc.count("@") > 1:
        raise ValueError


def _account(parts: SplitResult) -> str:
    password = ":***" if parts.password else ""
    account = unquote(parts.username or "") + password
    return f"{account}@" if account else ""


def _local(parts: SplitResult) -> str:
    path = unquote(parts.path)
    absolute = path.startswith("//")
    return f"//…/{PurePosixPath(path).name}" if absolute else path


def _name(path: str) -> str:
    return PurePosixPath(path).stem
