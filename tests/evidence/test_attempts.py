"""A gate that crashes or outlives its deadline is a failure, and the others still answer."""

from __future__ import annotations

import sys
import threading

from gatekeeper.core.errors import EvidenceError, NotAuthorisedError
from gatekeeper.core.model import Failure
from gatekeeper.evidence.attempts import attempt_all, failure_of, redactor


def failing(error: BaseException) -> int:
    raise error


def test_one_gate_never_hides_the_answer_of_another() -> None:
    stop = threading.Event()
    try:
        done = attempt_all(
            {
                "good": lambda: 42,
                "crashed": lambda: failing(ZeroDivisionError("boom")),
                "exited": lambda: sys.exit(0),
                "interrupted": lambda: failing(KeyboardInterrupt()),
                "slow": lambda: int(stop.wait(60)),
            },
            deadline=0.5,
            redact=str,
        )
    finally:
        stop.set()
    assert done["good"].value == 42
    for name in ("crashed", "exited", "interrupted", "slow"):
        assert isinstance(done[name].value, Failure), name
    crashed, slow = done["crashed"].value, done["slow"].value
    assert isinstance(crashed, Failure)
    assert "ZeroDivisionError: boom" in crashed.reason
    assert isinstance(slow, Failure)
    assert "not finished after" in slow.reason
    assert slow.next_step


def test_expected_failures_keep_their_reason_and_next_step() -> None:
    failure = failure_of(EvidenceError("no such table", "grant SELECT"), str)
    assert (failure.reason, failure.next_step) == ("no such table", "grant SELECT")
    assert not failure.unauthorised
    assert failure_of(NotAuthorisedError("no token"), str).unauthorised


def test_secrets_are_taken_out_of_failures() -> None:
    redact = redactor(["hunter2hunter2", "hunter2hunter2-and-more", ""])
    failure = failure_of(ValueError("bad hunter2hunter2-and-more, hunter2hunter2"), redact)
    assert "hunter2" not in failure.reason
    assert failure.reason.count("***") == 2


def test_nothing_to_do_gives_nothing() -> None:
    assert attempt_all({}, 1.0, str) == {}
