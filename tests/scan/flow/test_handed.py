"""A request that is handed to code of another file as a whole."""

from __future__ import annotations

import pytest

from gatekeeper.scan.flow.values import Kind

TAKEN = [
    "wrappers.RequestWrapper(request).get_form_parameter('x')",
    "wrappers.get_param(request, 'x')",
    "wrappers.extract_name(incoming=request)",
    "wrappers.Wrapped(request).name",
]
LEFT = [
    "wrappers.render_page(request)",
    "wrappers.TemplateResponse(request, 'x.html')",
    "wrappers.log_in(request)",
    "wrappers.RequestWrapper(settings).name",
    "wrappers.get_param(os.environ, 'x')",
]
VIEW = """
    from . import wrappers
    app = Flask(__name__)
    @app.route("/run")
    def view():
        os.system("ls " + {value})
        return "ok"
"""


def seen(followed, value: str) -> set[tuple[str, Kind]]:
    return {(f.weakness, f.kind) for f in followed(VIEW.format(value=value)).found}


@pytest.mark.parametrize("value", TAKEN)
def test_what_comes_of_a_wrapped_request_is_a_visitors(followed, value: str) -> None:
    assert ("cmd", Kind.REQUEST) in seen(followed, value)


@pytest.mark.parametrize("value", LEFT)
def test_what_only_answers_a_request_is_not(followed, value: str) -> None:
    assert ("cmd", Kind.REQUEST) not in seen(followed, value)
