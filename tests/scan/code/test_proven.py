"""A finding that the data flow disproves stays visible, with the proof, and does not block."""

from __future__ import annotations

import pytest

from gatekeeper.scan.code.facts import Cleared, CodeEvidence, Hit, ScannerRun
from gatekeeper.scan.code.judge import judge
from gatekeeper.scan.code.settings import CodeSettings

HIT = Hit("python-command-injection", "shop.py", 3, 5, 3, "c0ffee")
PROOF = Cleared("shop.py", 3, 4, (78, 77), "nothing from outside reaches it")


def run(scanner: str, **more) -> ScannerRun:
    return ScannerRun(scanner, "1.0", "", ("shop.py",), ("shop.py",), **more)


def judged(context, *, cleared=(), hits=(), problem=""):
    flow = run("flow", cleared=cleared, hits=hits, problem=problem)
    evidence = CodeEvidence(files=1, runs=(run("semgrep", hits=(HIT,)), flow))
    return judge(evidence, CodeSettings(scanners=["semgrep"]), context)


def test_what_is_disproven_is_waived_with_the_proof(context):
    told = judged(context, cleared=(PROOF,))
    (waiver,) = told.waivers
    assert waiver.fingerprint == told.findings[0].fingerprint
    assert "nothing from outside" in waiver.reason
    assert waiver.source == "data flow"
    assert told.next_steps == ()


@pytest.mark.parametrize(
    "proof",
    [
        Cleared("shop.py", 3, 4, (89,), "of another weakness"),
        Cleared("other.py", 3, 4, (78,), "of another file"),
        Cleared("shop.py", 4, 9, (78,), "of other lines"),
    ],
    ids=lambda proof: proof.reason,
)
def test_a_proof_of_something_else_waives_nothing(proof, context):
    assert judged(context, cleared=(proof,)).waivers == ()


def test_a_run_that_cannot_be_trusted_proves_nothing(context):
    assert judged(context, cleared=(PROOF,), problem="it broke down").waivers == ()


def test_what_the_data_flow_finds_itself_it_does_not_disprove(context):
    told = judged(context, cleared=(PROOF,), hits=(HIT,))
    assert told.waivers == ()
    assert told.findings
