"""The gates of this room: start reading here.

What collects is imported when it runs: a run of one gate needs no other gate's libraries.
"""

from __future__ import annotations

from gatekeeper.core.gate import Gate, Request
from gatekeeper.scan.code.facts import CodeEvidence
from gatekeeper.scan.code.judge import judge as judge_code
from gatekeeper.scan.code.settings import CodeSettings
from gatekeeper.scan.dependencies.facts import DependencyEvidence
from gatekeeper.scan.dependencies.judge import judge as judge_dependencies
from gatekeeper.scan.dependencies.settings import DependencySettings
from gatekeeper.scan.secrets.facts import SecretEvidence
from gatekeeper.scan.secrets.judge import judge as judge_secrets
from gatekeeper.scan.secrets.settings import SecretSettings
from gatekeeper.scan.workflows.facts import WorkflowEvidence
from gatekeeper.scan.workflows.judge import judge as judge_workflows
from gatekeeper.scan.workflows.settings import WorkflowSettings


def _code(request: Request[CodeSettings]) -> CodeEvidence:
    from gatekeeper.scan.code.collect import collect

    return collect(request)


def _dependencies(request: Request[DependencySettings]) -> DependencyEvidence:
    from gatekeeper.scan.dependencies.collect import collect

    return collect(request)


def _secrets(request: Request[SecretSettings]) -> SecretEvidence:
    from gatekeeper.scan.secrets.collect import collect

    return collect(request)


def _workflows(request: Request[WorkflowSettings]) -> WorkflowEvidence:
    from gatekeeper.scan.workflows.collect import collect

    return collect(request)


CODE: Gate[CodeEvidence, CodeSettings] = Gate(
    name="code",
    question="Is the code free of OWASP-class weaknesses?",
    evidence=CodeEvidence,
    settings=CodeSettings,
    collect=_code,
    judge=judge_code,
    reads_tree=True,
)

DEPENDENCIES: Gate[DependencyEvidence, DependencySettings] = Gate(
    name="dependencies",
    question="Is every dependency pinned and free of known vulnerabilities?",
    evidence=DependencyEvidence,
    settings=DependencySettings,
    collect=_dependencies,
    judge=judge_dependencies,
    environment=("HTTPS_PROXY", "NO_PROXY", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"),
    reads_tree=True,
)

SECRETS: Gate[SecretEvidence, SecretSettings] = Gate(
    name="secrets",
    question="Are the files and commits free of secrets?",
    evidence=SecretEvidence,
    settings=SecretSettings,
    collect=_secrets,
    judge=judge_secrets,
    reads_tree=True,
)

WORKFLOWS: Gate[WorkflowEvidence, WorkflowSettings] = Gate(
    name="workflows",
    question="Can nobody turn the pipeline against what it releases?",
    evidence=WorkflowEvidence,
    settings=WorkflowSettings,
    collect=_workflows,
    judge=judge_workflows,
    reads_tree=True,
)
