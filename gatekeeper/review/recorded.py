"""Pull requests from a folder of files: replayable, and fit for places without a network.

A folder holds `pull-<number>.json`: `{"version": 1, "pull_request": {…}}`, the fields of
`facts.PullRequest`. Nothing in it has a default: a file must say that it is complete.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import ConfigDict, TypeAdapter, ValidationError

from gatekeeper.core.errors import EvidenceError
from gatekeeper.review.facts import Ends, PullRequest, Team

MAX_BYTES = 64_000_000


@dataclass(frozen=True, slots=True)
class Recording:
    """The frame of a recorded file.

    Attributes:
        version: of this format.
        pull_request: as a host gave it.
    """

    version: Literal[1]
    pull_request: PullRequest

    __pydantic_config__ = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True)
class RecordedSource:
    """Reads what was recorded and asks nobody.

    Attributes:
        folder: holds one file for each pull request.
    """

    folder: Path

    def name(self, number: int) -> str:
        """Return the file's name for reports."""
        return f"recorded file {_file(number)}"

    @property
    def recorded(self) -> bool:
        """True: no host was asked."""
        return True

    def ends(self, repository: str, number: int) -> Ends:
        """Return the ends as recorded."""
        pull = self.pull_request(repository, number)
        return Ends(pull.repository, number, pull.head_oid, pull.base_oid, pull.base_ref)

    def pull_request(self, repository: str, number: int) -> PullRequest:  # noqa: ARG002 - a Source; the judge compares repositories
        """Return the pull request that the folder holds under this number.

        Raises:
            EvidenceError: there is no such file, or it is not of the documented shape.
        """
        path = self.folder / _file(number)
        pull = _parse(_read(path), path).pull_request
        if pull.number != number:
            raise EvidenceError(
                f"{path.name} records pull request #{pull.number}, not #{number}",
                "rename the file, or record the right pull request",
            )
        return pull

    def team(self, name: str) -> Team:
        """Return that nothing is known: what a recording knows of teams stands in it."""
        return Team(name, None, "the recording does not say who is in it")


def write_recording(folder: Path, pull: PullRequest) -> Path:
    """Write a pull request so that `RecordedSource` gives it back; return the file's path."""
    path = folder / _file(pull.number)
    frame = TypeAdapter(Recording).dump_json(Recording(1, pull), indent=2)
    folder.mkdir(parents=True, exist_ok=True)
    path.write_bytes(frame + b"\n")
    return path


def _file(number: int) -> str:
    return f"pull-{number}.json"


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise EvidenceError(
            f"the recorded pull request {path.name} cannot be read: {error.strerror}",
            f"put {path.name} into the folder of recorded evidence, or leave that option out",
        ) from error
    if len(data) > MAX_BYTES:
        raise EvidenceError(
            f"{path.name} is larger than {MAX_BYTES:,} bytes", "record the pull request again"
        )
    return data


def _parse(data: bytes, path: Path) -> Recording:
    try:
        return TypeAdapter(Recording).validate_json(data, strict=True)
    except ValidationError as error:
        raise _unusable(error, path.name) from error


def _unusable(error: ValidationError, file: str) -> EvidenceError:
    first = error.errors(include_url=False, include_input=False)[0]
    field = ".".join(map(str, first["loc"])) or "the file"
    more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
    return EvidenceError(
        f"{file}: {field}: {first['msg']}{more}",
        f"mend {field} in {file}, or record the pull request again",
    )
