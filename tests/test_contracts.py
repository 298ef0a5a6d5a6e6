"""What holds for every gate and every rule, whoever adds one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import grimp
import pytest

from gatekeeper.cli.main import COMMANDS
from gatekeeper.core.catalog import Catalog, Rule
from gatekeeper.core.gate import AnyGate, Context
from gatekeeper.core.model import Failure, Judgement, Subject, Verdict
from gatekeeper.core.pipeline import Outcome, conclude
from gatekeeper.evidence import records
from gatekeeper.evidence.attempts import attempt_all
from gatekeeper.scan.scanners import SCANNERS
from gatekeeper.scan.secrets.scanners import SCANNERS as SECRET_SCANNERS
from gatekeeper.wiring.catalog import catalog as load_catalog
from gatekeeper.wiring.gates import registry
from tests.conftest import NOW, ROOT, RequestFactory

GATES = list(registry().values())
# Rules that a scanner applies to source code have fixtures of source code, in tests/scan.
JUDGED = [rule for rule in load_catalog() if rule.gate not in {"code", "dependencies"}]


def by_name(value: AnyGate | Rule) -> str:
    return value.name if hasattr(value, "name") else value.id


def verdict_of(judged: Judgement | Failure) -> Verdict:
    return conclude(Outcome("gate", 0.0, judged), (), NOW).verdict


@pytest.mark.parametrize("gate", GATES, ids=by_name)
def test_a_gate_has_safe_defaults_a_question_and_its_rules(gate: AnyGate, catalog: Catalog) -> None:
    gate.settings.model_validate({})
    assert gate.question.endswith("?")
    assert any(rule.gate == gate.name for rule in catalog)
    assert records.schema_of(gate)()["properties"]["facts"]


@pytest.mark.parametrize("gate", GATES, ids=by_name)
def test_nothing_to_look_at_is_never_a_pass(
    gate: AnyGate, tmp_path: Path, context: Context, request_for: RequestFactory
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    request = request_for(gate, empty)
    found = attempt_all({"gate": lambda: gate.collect(request)}, 60, str)["gate"].value
    judged = found if isinstance(found, Failure) else gate.judge(found, request.settings, context)
    assert verdict_of(judged) is not Verdict.PASS


@pytest.mark.parametrize("gate", GATES, ids=by_name)
def test_a_folder_that_is_gone_is_never_a_pass(
    gate: AnyGate, tmp_path: Path, context: Context, request_for: RequestFactory
) -> None:
    subject = Subject("acme/shop", "1" * 40, pull_request=17)
    request = request_for(gate, tmp_path / "gone", recorded=tmp_path / "gone", subject=subject)
    found = attempt_all({"gate": lambda: gate.collect(request)}, 60, str)["gate"].value
    judged = found if isinstance(found, Failure) else gate.judge(found, request.settings, context)
    assert verdict_of(judged) is not Verdict.PASS


@pytest.mark.parametrize("gate", GATES, ids=by_name)
def test_importing_a_gate_is_light(gate: AnyGate) -> None:
    import subprocess
    import sys

    module = gate.judge.__module__.rpartition(".")[0] + ".gate"
    module = module if module.count(".") == 2 else f"{module.rsplit('.', 2)[0]}.gate"
    heavy = "{'pyarrow', 'ldclient', 'github', 'sqlalchemy', 'semgrep', 'bandit', 'rich'}"
    probe = f"import sys, {module}; sys.exit(len({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", probe]).returncode == 0


def test_every_rule_belongs_to_a_gate(catalog: Catalog) -> None:
    assert {rule.gate for rule in catalog} <= registry().keys()


def fixture_of(rule: Rule, kind: str) -> dict[str, Any]:
    path = ROOT / "rules" / Path(rule.source).parent / "fixtures" / f"{rule.id}.{kind}.json"
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def judge(rule: Rule, kind: str, context: Context) -> Judgement:
    fixture = fixture_of(rule, kind)
    gate = registry()[rule.gate]
    settings = gate.settings.model_validate(fixture["settings"])
    facts = records.adapter(gate.evidence).validate_json(json.dumps(fixture["evidence"]))
    judged = gate.judge(facts, settings, context)
    again = records.adapter(gate.evidence).dump_json(facts)
    assert (
        gate.judge(records.adapter(gate.evidence).validate_json(again), settings, context) == judged
    )
    return judged


@pytest.mark.parametrize("rule", JUDGED, ids=by_name)
def test_a_rule_finds_its_bad_fixture_and_leaves_its_good_one_alone(
    rule: Rule, context: Context
) -> None:
    bad = judge(rule, "bad", context)
    assert rule.id in {finding.rule for finding in bad.findings}
    assert verdict_of(bad) in {Verdict.FAIL, Verdict.ERROR} or not any(
        finding.blocking for finding in bad.findings
    )
    good = judge(rule, "good", context)
    assert rule.id not in {finding.rule for finding in good.findings}
    assert not good.failures
    assert good.checked


def test_no_fixture_is_left_over_from_a_rule_that_is_gone(catalog: Catalog) -> None:
    for path in (ROOT / "rules").glob("*/fixtures/*.json"):
        assert path.name.partition(".")[0] in catalog, path


def test_every_module_is_registered_or_used() -> None:
    """A scanner, store, backend, format or command that no registry names would never run."""
    graph = grimp.build_graph("gatekeeper", cache_dir=None)
    started = {
        "gatekeeper.cli.main",
        "gatekeeper.scan.scanners.bandit_worker",
        "gatekeeper.scan.scanners.flow_worker",
        "gatekeeper.scan.scanners.detect_secrets_worker",
        *(entry.partition(":")[0] for entry, _ in COMMANDS.values()),
        *SCANNERS.values(),
        *SECRET_SCANNERS.values(),
    }
    assert started <= graph.modules
    unused = {
        module
        for module in graph.modules - started
        if not graph.find_children(module) and not graph.find_modules_that_directly_import(module)
    }
    assert not unused
