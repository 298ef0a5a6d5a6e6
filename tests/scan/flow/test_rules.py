"""Rules that only the data flow applies: each finds its bad line and leaves its good twin alone."""

# ruff: noqa: E501 - a twin reads best on one line
from __future__ import annotations

import pytest
import yaml

from gatekeeper.scan.flow.analysis import analyse
from gatekeeper.scan.scanners.flow_worker import told

VIEW = """\
from flask import Flask, request, session
app = Flask(__name__)
@app.route('/x')
def view():
"""

# rule, the bad line, its good twin; a line that begins with `def` stands for itself
TWINS = [
    (
        "python-sql-built-from-text",
        'def f(db, name): db.run_this("SELECT * FROM t WHERE a = \'" + name + "\'")',
        'def f(db, name): db.run_this("SELECT * FROM t WHERE a = ?", (name,))',
    ),
    (
        "python-sql-built-from-text",
        "def f(db, n): db.execute('SELECT * FROM t LIMIT %s' % n)",
        "def f(db, n): db.execute('SELECT * FROM t LIMIT %d' % n)",
    ),
    (
        "python-sql-built-from-text",
        "def f(self, db): db.execute(f'SELECT * FROM t WHERE a = {self.name}')",
        "def f(self, db): db.execute(f'SELECT * FROM {self.table} WHERE a = 1')",
    ),
    (
        "python-command-built-from-text",
        "def f(self, host): self._run_ssh('ping ' + host)",
        "def f(self, host): self._run_ssh(['ping', host])",
    ),
    (
        "python-command-built-from-text",
        "def f(command): import subprocess; subprocess.run(command, shell=True)",
        "def f(command): import subprocess; subprocess.run(command)",
    ),
    (
        "python-html-built-from-text",
        "def f(name): return '<b>' + name + '</b>'",
        "def f(name): import html; return '<b>' + html.escape(name) + '</b>'",
    ),
    (
        "python-path-from-parameter",
        "def f(name): return os.path.join('/srv', name)",
        "def f(name): return os.path.join('/srv', os.path.basename(name))",
    ),
    (
        "python-trust-boundary",
        "session['name'] = request.args['name']",
        "session['count'] = int(request.args['count'])",
    ),
    (
        "python-header-injection",
        "response.headers['X-Name'] = request.args['name']",
        "response.headers['X-Name'] = request.args['name'].replace('\\n', '')",
    ),
    (
        "python-mail-injection",
        "server.sendmail('a@shop.example', request.form['to'], 'hello')",
        "server.sendmail('a@shop.example', 'b@shop.example', 'hello')",
    ),
    (
        "python-nosql-injection",
        "import pymongo; db.users.find_one({'name': request.json['name']})",
        "import pymongo; db.users.find_one({'name': str(request.json['name'])})",
    ),
    (
        "python-regex-injection",
        "import re; re.search(request.args['q'], 'some text')",
        "import re; re.search(re.escape(request.args['q']), 'some text')",
    ),
    (
        "python-mass-assignment",
        "for key, value in request.form.items(): setattr(user, key, value)",
        "for key in ('name', 'mail'): setattr(user, key, request.form[key])",
    ),
    (
        "python-archive-extraction",
        "import tarfile; tarfile.open(fileobj=request.files['a']).extractall('/srv')",
        "import tarfile; tarfile.open(fileobj=request.files['a']).extractall('/srv', filter='data')",
    ),
    (
        "python-unrestricted-upload",
        "sent = request.files['a']; sent.save('/srv/' + sent.filename)",
        "import uuid; sent = request.files['a']; sent.save(f'/srv/{uuid.uuid4()}.bin')",
    ),
]


def rules_of(line: str, spec) -> set[str]:
    code = line if line.startswith("def") else VIEW + f"    {line}\n    return 'done'\n"
    analysis = analyse("import os\n" + code, spec)
    assert not analysis.incomplete
    return {hit["rule"] for hit in told(analysis, spec)["hits"]}


@pytest.mark.parametrize(("rule", "bad", "good"), TWINS, ids=[twin[0] for twin in TWINS])
def test_a_rule_finds_its_bad_line_and_leaves_its_good_twin_alone(rule, bad, good, spec):
    assert rule in rules_of(bad, spec)
    assert rule not in rules_of(good, spec)


def test_an_upload_whose_extension_is_examined_is_restricted(spec):
    code = (
        VIEW
        + """\
    sent = request.files["a"]
    if not allowed(sent.filename):
        return "no"
    sent.save("/srv/" + sent.filename.replace("/", ""))
    return "stored"


def allowed(name):
    return "." in name and name.rsplit(".", 1)[1].lower() in {"png", "jpg"}
"""
    )
    rules = {hit["rule"] for hit in told(analyse(code, spec), spec)["hits"]}
    assert "python-unrestricted-upload" not in rules


def test_a_cookie_of_a_response_is_no_html(spec):
    code = (
        VIEW
        + """\
    from flask import make_response, render_template
    answer = make_response(render_template("a.html"))
    answer.set_cookie("seen", request.args["q"])
    answer.headers["X"] = request.args["q"]
    return answer
"""
    )
    analysis = analyse(code, spec)
    assert "python-cross-site-scripting" not in {h["rule"] for h in told(analysis, spec)["hits"]}
    last = len(code.splitlines())
    assert any(c.weakness == "xss" and c.line == last for c in analysis.cleared)


def test_every_rule_of_the_data_flow_alone_has_twins(rules_dir):
    text = (rules_dir / "scan" / "flow.yml").read_text(encoding="utf-8")
    assert {rule["id"] for rule in yaml.safe_load(text)["rules"]} <= {twin[0] for twin in TWINS}


def test_every_weakness_has_rules_in_the_catalog_that_name_it(spec, catalog):
    for weakness in spec.weaknesses.values():
        for rule in filter(None, (weakness.rule, weakness.suspect)):
            assert set(weakness.cwe) & set(catalog[rule].cwe), rule


def test_every_condition_is_known(spec):
    from gatekeeper.scan.flow.conditions import CONDITIONS

    named = {sink.condition for sinks in spec.sinks.values() for sink in sinks} - {""}
    assert named <= CONDITIONS.keys()
