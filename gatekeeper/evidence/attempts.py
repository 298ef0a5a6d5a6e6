"""Runs every gate's work at once; one that crashes or outlives its deadline stops no other."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import PurePath
from typing import Generic, TypeVar

from gatekeeper.core.errors import GatekeeperError, NotAuthorisedError
from gatekeeper.core.model import Failure

T = TypeVar("T")
_MIN_SECRET = 8


@dataclass(frozen=True, slots=True)
class Attempt(Generic[T]):
    """What came of one piece of work.

    Attributes:
        seconds: wall time until it ended, or until it was given up.
        value: the result, or the failure.
    """

    seconds: float
    value: T | Failure


def attempt_all(
    work: Mapping[str, Callable[[], T]],
    deadline: float,
    redact: Callable[[str], str],
) -> dict[str, Attempt[T]]:
    """Run all of `work` concurrently.

    Args:
        work: by gate.
        deadline: seconds for each. A thread cannot be killed: one that outlives it is left
            behind, so whoever calls this ends the process without waiting for threads.
        redact: takes secrets out of a failure's text.
    """
    start = time.monotonic()
    ended: dict[str, float] = {}
    with _Unwaited(max_workers=max(1, len(work)), thread_name_prefix="gate") as pool:
        futures = {name: pool.submit(_timed, name, job, ended) for name, job in work.items()}
        wait(futures.values(), timeout=deadline)
    attempts: dict[str, Attempt[T]] = {}
    for name, future in futures.items():
        seconds = round(ended.get(name, time.monotonic()) - start, 3)
        value: T | Failure = _value(future, deadline, redact)
        attempts[name] = Attempt(seconds, value)
    return attempts


def failure_of(error: BaseException, redact: Callable[[str], str]) -> Failure:
    """Return what a reader needs to know of an exception; no traceback, no secrets."""
    if isinstance(error, GatekeeperError):
        unauthorised = isinstance(error, NotAuthorisedError)
        return Failure(redact(error.reason), redact(error.next_step), unauthorised)
    text = " ".join(str(error).split())[:500]
    reason = f"crashed: {type(error).__name__}: {text} ({_origin(error)})"
    return Failure(redact(reason), "report this as a bug of gatekeeper, with the line above")


def redactor(secrets: Iterable[str]) -> Callable[[str], str]:
    """Return a function that replaces each of these secrets by `***`, the longest first.

    It is the net under the adapters' own masking. Values shorter than eight characters are left
    to them: replacing `test` wherever it stands would damage evidence, not protect it.
    """
    long_enough = {secret for secret in secrets if len(secret) >= _MIN_SECRET}
    ordered = sorted(long_enough, key=len, reverse=True)

    def redact(text: str) -> str:
        for secret in ordered:
            text = text.replace(secret, "***")
        return text

    return redact


def _origin(error: BaseException) -> str:
    """Return where in gatekeeper it happened: the innermost of our own frames."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if "gatekeeper" in PurePath(frame.filename).parts]
    return f"{PurePath(own[-1].filename).name}:{own[-1].lineno}" if own else "outside gatekeeper"


class _Unwaited(ThreadPoolExecutor):
    """A pool that is left without waiting for what outlived its deadline."""

    def __exit__(self, *_: object) -> None:
        self.shutdown(wait=False, cancel_futures=True)


def _timed(name: str, job: Callable[[], T], ended: dict[str, float]) -> T:
    try:
        return job()
    finally:
        ended[name] = time.monotonic()


def _value(future: Future[T], deadline: float, redact: Callable[[str], str]) -> T | Failure:
    if not future.done():
        reason = f"not finished after {deadline:.0f} s"
        return Failure(reason, "find out what is slow, or allow more with --deadline SECONDS")
    error = future.exception()
    if error is not None:
        return failure_of(error, redact)
    return future.result()
