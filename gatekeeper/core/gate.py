"""A gate is a value that holds two functions: `collect` (the only I/O) and `judge` (pure)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from gatekeeper.core.catalog import Catalog
from gatekeeper.core.model import Judgement, Subject

if TYPE_CHECKING:
    from pathlib import Path

    from gatekeeper.core.sections import Settings

E = TypeVar("E")
S = TypeVar("S", bound="Settings")


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asks of single gates.

    Attributes:
        environment: the environment to verify, e.g. `staging`; None means every declared one.
        feature: the one feature to look at; None means all.
        recorded: a folder of recorded evidence to use instead of the host's API, or None.
        diff: the commit that a local change began at (hex digits), or None for no such question;
            for a pull request see `Subject.base`.
        commits: the range of commits that is judged, `A..B` as the user named it, or None.
        branch: the protected branch that the range has to be on; None for the host's default one.
    """

    environment: str | None = None
    feature: str | None = None
    recorded: Path | None = None
    diff: str | None = None
    commits: str | None = None
    branch: str | None = None


@dataclass(frozen=True, slots=True)
class Request(Generic[S]):
    """Everything that `collect` may use. It reads nothing else of the world.

    Attributes:
        subject: what is judged.
        settings: this gate's section of the policy.
        root: the folder that holds the files under judgement.
        rules: the folder of rules (data) that gatekeeper ships.
        cache: a folder for results that can be computed again; may not exist yet.
        environment: the variables that the gate declared or its settings name, and no others.
            Values are secrets: never store, print or record them.
        deadline: seconds this gate may take; pass what is left on to every tool and request.
        progress: tells the user what is going on; goes to stderr.
        options: from the command line.
        cache_key: seals what is kept in `cache`; empty means that nothing may be kept there.
        programs: folders of this machine where programs are found, the preferred first.
    """

    subject: Subject
    settings: S
    root: Path
    rules: Path
    cache: Path
    environment: Mapping[str, str] = field(repr=False)
    deadline: float
    progress: Callable[[str], None]
    options: Options = Options()
    cache_key: bytes = field(default=b"", repr=False)
    programs: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Context:
    """What a judge knows besides the evidence and the policy.

    Attributes:
        now: the time of judgement, UTC.
        rules: the catalog; findings are made by `rules["rule-id"].finding(…)`.
    """

    now: datetime
    rules: Catalog


@dataclass(frozen=True, slots=True)
class Gate(Generic[E, S]):
    """One control's question: how to gather its evidence and how to judge it.

    Attributes:
        name: as written in policies, lower case.
        question: what it answers, for help texts and reports.
        evidence: the frozen dataclass that `collect` returns; it must survive a round trip
            through JSON unchanged, so that recorded evidence can be judged again.
        settings: the schema of its policy section; every setting has a safe default.
        collect: reads the world. Raises `GatekeeperError` for what it cannot establish at all,
            and records in the evidence what it could establish only in part.
        judge: pure.
        environment: names of the environment variables that `collect` may be given.
        reads_tree: True when the files at `Request.root` are evidence; they must then be those
            of the subject.
    """

    name: str
    question: str
    evidence: type[E]
    settings: type[S]
    collect: Callable[[Request[S]], E]
    judge: Callable[[E, S, Context], Judgement]
    environment: tuple[str, ...] = ()
    reads_tree: bool = False


AnyGate = Gate[Any, Any]
