"""Every report format. A new one is a file beside this one and a line here."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from gatekeeper.reports.interface import Format
from gatekeeper.reports.json import render as json
from gatekeeper.reports.junit import render as junit
from gatekeeper.reports.markdown import render as markdown
from gatekeeper.reports.sarif import render as sarif
from gatekeeper.reports.text import render as text

FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        "text": Format("for people, with what to do next", "txt", text),
        "json": Format("the whole report, for programs", "json", json),
        "sarif": Format("SARIF 2.1.0, for code scanning", "sarif", sarif),
        "markdown": Format("for a pull request or a step summary", "md", markdown),
        "junit": Format("JUnit XML, a suite for each gate", "xml", junit),
    }
)
