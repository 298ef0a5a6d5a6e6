from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gatekeeper.core.gate import Context, Options
from gatekeeper.core.model import GateResult, Subject
from gatekeeper.core.pipeline import Outcome, conclude
from gatekeeper.review.facts import ReviewFacts
from gatekeeper.review.gate import REVIEW
from gatekeeper.review.range.judge import judge_range
from gatekeeper.review.range.rows import Row
from gatekeeper.review.recorded import write_recording
from tests.conftest import RequestFactory
from tests.fakes.shop import Shop


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path / "shop")
    with made.hub.serve():
        yield made


@dataclass
class Audit:
    """Judges a range as the command line would, from the host or from recordings."""

    shop: Shop
    request_for: RequestFactory
    context: Context
    folder: Path
    source: str = "host"

    def facts(self, span: str = "v1..main", *, root: Path | None = None, **given: Any) -> Any:
        base, _, head = span.partition("..")
        shop = self.shop
        subject = Subject("acme/shop", shop.tip(head), base=shop.tip(base))
        settings = given.pop("settings", {})
        options = Options(commits=span, recorded=given.pop("recorded", None), **given)
        request = self.request_for(
            REVIEW,
            root or shop.root,
            subject=subject,
            settings=settings,
            environment=shop.hub.environment,
            options=options,
            deadline=600.0,
        )
        return REVIEW.collect(request)

    def __call__(self, span: str = "v1..main", **given: Any) -> GateResult:
        return self.both(span, **given)[0]

    def rows(self, span: str = "v1..main", **given: Any) -> dict[str, Row]:
        """Return the rows by the commits' subjects."""
        return self.both(span, **given)[1]

    def both(self, span: str = "v1..main", **given: Any) -> tuple[GateResult, dict[str, Row]]:
        """Return the verdict, and the rows by the commits' subjects."""
        facts = self.facts(span, **given)
        if self.source == "recordings":
            facts = self.facts(span, recorded=self.record(facts), **given)
        settings = REVIEW.settings.model_validate(given.get("settings", {}))
        found = judge_range(facts, settings, self.context.rules)
        assert REVIEW.judge(facts, settings, self.context) == found.judgement
        result = conclude(Outcome("review", 0.0, found.judgement), (), self.context.now)
        return result, {row.subject: row for row in found.rows}

    def record(self, facts: ReviewFacts) -> Path:
        assert facts.range
        for pull in facts.range.pull_requests:
            write_recording(self.folder / "recorded", pull)
        return self.folder / "recorded"

    def judge(self, facts: ReviewFacts, **settings: Any) -> GateResult:
        checked = REVIEW.settings.model_validate(settings)
        judgement = REVIEW.judge(facts, checked, self.context)
        return conclude(Outcome("review", 0.0, judgement), (), self.context.now)


@pytest.fixture
def host_audit(shop: Shop, request_for: RequestFactory, context: Context, tmp_path: Path) -> Audit:
    return Audit(shop, request_for, context, tmp_path)


@pytest.fixture(params=["host", "recordings"])
def audit(host_audit: Audit, request: pytest.FixtureRequest) -> Audit:
    """The same judge over both collectors."""
    host_audit.source = request.param
    return host_audit


Rows = Callable[..., dict[str, Row]]
