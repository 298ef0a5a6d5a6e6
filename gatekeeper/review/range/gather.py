"""From what the command line asks to the facts of a range."""

from __future__ import annotations

from gatekeeper.core.errors import EvidenceError
from gatekeeper.core.gate import Request
from gatekeeper.review.facts import Demand, ReviewFacts
from gatekeeper.review.range.collect import Span, collect_range, ends_of
from gatekeeper.review.range.histories import History
from gatekeeper.review.range.recorded import RecordedHistory
from gatekeeper.review.settings import ReviewSettings
from gatekeeper.review.source import API_URL, TOKEN


def gather(request: Request[ReviewSettings], demand: Demand) -> ReviewFacts:
    """Return the facts of the range that `request.options.commits` names.

    Raises:
        EvidenceError: it cannot be established whole.
        NotAuthorisedError: there is no token, or it may not read this.
        ToolError: git or GitHub did not answer.
        UsageError: it is no range.
    """
    options = request.options
    base, head = ends_of(options.commits or "")
    if not (demand.base and demand.commit):
        raise EvidenceError(
            f"it is not known which commits {base}..{head} names", "run this in a clone"
        )
    span = Span(base, demand.base, head, demand.commit, options.branch)
    history = _history(request)
    owners = request.settings.owners == "required"
    found = collect_range(request.root, span, history, request.progress, owners=owners)
    return ReviewFacts(history.name, history.recorded, demand, None, found)


def _history(request: Request[ReviewSettings]) -> History:
    repository = request.subject.repository
    if request.options.recorded is not None:
        return RecordedHistory(request.options.recorded, request.root)
    from gatekeeper.github.client import Client
    from gatekeeper.review.range.live import GitHubHistory
    from gatekeeper.review.range.memory import Remembered

    token = request.environment.get(TOKEN)
    client = Client(token, request.environment.get(API_URL), request.deadline)
    pushers = request.settings.pushers == "required"
    history = GitHubHistory(client, repository, pushers=pushers)
    return Remembered(history, request.cache / "review", token or "", pushers=pushers)
