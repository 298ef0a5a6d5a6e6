"""What raises when it runs, or never runs, must not take the look at a file down."""

from __future__ import annotations

import pytest

ODD = ["'{²}'.format(x)", "x['a':0]", "x[None:0]", "x[:0:'a']", "'{0.a[²]}'.format(x)", "'%²' % x"]
CODE = """
    app = Flask(__name__)
    @app.route("/run")
    def view():
        x = request.args["x"]
        y = {odd}
        os.system("ls " + x)
"""


@pytest.mark.parametrize("odd", ODD)
def test_a_line_that_cannot_run_hides_nothing(followed, odd: str) -> None:
    assert "cmd" in {found.weakness for found in followed(CODE.format(odd=odd)).found}
