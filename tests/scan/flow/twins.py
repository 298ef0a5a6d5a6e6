"""A corpus of small Flask applications: each weakness in many disguises, each beside safe twins.

A case is a source × a way of the data × a sink. It is bad when the data gets from the one to the
other unchanged. Written from the weakness classes and the documentation of the libraries.
"""

# ruff: noqa: E501 - a case reads best on one line
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from textwrap import indent

HEAD = """\
import base64, configparser, html, io, json, os, re, shlex, subprocess, urllib.parse
from pathlib import Path
from flask import Flask, request, session, redirect, make_response, url_for

app = Flask(__name__)
FOLDER = "/srv/files"
"""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a case; `safe` when no harm comes through it."""

    name: str
    code: str
    safe: bool = False
    head: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """One application."""

    name: str
    category: str
    cwe: int
    bad: bool
    code: str


SOURCES = [
    Part("args", 'param = request.args.get("q", "")'),
    Part("args-item", 'param = request.args["q"]'),
    Part("form", 'param = request.form.get("q")'),
    Part("values", 'param = request.values.get("q", default="")'),
    Part("cookie", 'param = urllib.parse.unquote_plus(request.cookies.get("q", "x"))'),
    Part("header", 'param = request.headers.get("X-Q")'),
    Part("header-list", 'found = request.headers.getlist("Q")\nparam = found[0] if found else ""'),
    Part(
        "form-list", 'found = request.form.getlist("q")\nparam = found[0] if len(found) > 0 else ""'
    ),
    Part("json", 'param = request.get_json()["q"]'),
    Part("json-attribute", 'param = request.json.get("a", {})["q"]'),
    Part("data", "param = request.get_data().decode('utf-8')"),
    Part("path", 'param = request.path.split("/")[-1]'),
    Part("full-path", 'param = urllib.parse.unquote(request.full_path.partition("?")[2])'),
    Part(
        "query-string",
        "raw = request.query_string.decode('utf-8')\n"
        "at = raw.find('q=')\n"
        "param = urllib.parse.unquote_plus(raw[at + 2 :]) if at >= 0 else ''",
    ),
    Part(
        "form-names",
        'param = ""\n'
        "for name in request.form.keys():\n"
        '    if "magic" in request.form.getlist(name):\n'
        "        param = name\n"
        "        break",
    ),
    Part("header-names", 'param = ""\nfor name in request.headers.keys():\n    param = name'),
    Part("items", 'param = ""\nfor key, value in request.args.items():\n    param = value'),
    Part("file", 'param = request.files["upload"].filename'),
    Part("to-dict", 'param = request.args.to_dict()["q"]'),
    Part("alias", "fields = request.form\nparam = fields['q']"),
    Part("view-args", 'param = request.view_args["q"]'),
    Part(
        "helper",
        'param = read("q")',
        head="def read(name):\n    return request.args.get(name)\n",
    ),
    Part(
        "class",
        'param = Reader(request).read("q")',
        head=(
            "class Reader:\n"
            "    def __init__(self, sent):\n        self.sent = sent\n"
            "    def read(self, name):\n        return self.sent.values.get(name)\n"
        ),
    ),
]

_BOX = (
    "class Box:\n"
    "    def __init__(self, first, second):\n"
    "        self.first = first\n        self.second = second\n"
    "    def one(self):\n        return self.first\n"
    "    def two(self):\n        return self.second\n"
    "    @property\n    def both(self):\n        return self.first + self.second\n"
)

WAYS = [
    Part("direct", "bar = param"),
    Part("constant", 'bar = "alice"', safe=True),
    Part("overwritten", 'bar = param\nbar = "alice"', safe=True),
    Part("base64", "bar = base64.b64decode(base64.b64encode(param.encode())).decode()"),
    Part("strip-replace", 'bar = param.strip().replace("  ", " ")'),
    Part("concat", 'bar = "a" + param + "b"'),
    Part("slices", 'bar = ""\nif param:\n    bar = param[:-1] + param[-1]'),
    Part("dict-bad", 'kept = {"a": "alice", "b": param}\nbar = kept["b"]'),
    Part("dict-good", 'kept = {"a": "alice", "b": param}\nbar = kept["a"]', safe=True),
    Part("dict-set-bad", 'kept = {}\nkept["a"] = "x"\nkept["b"] = param\nbar = kept.get("b")'),
    Part(
        "dict-set-good",
        'kept = {}\nkept["a"] = "x"\nkept["b"] = param\nbar = kept.get("b")\nbar = kept["a"]',
        safe=True,
    ),
    Part(
        "list-bad", 'kept = ["a"]\nkept.append(param)\nkept.append("c")\nkept.pop(0)\nbar = kept[0]'
    ),
    Part(
        "list-good",
        'kept = ["a"]\nkept.append(param)\nkept.append("c")\nkept.pop(0)\nbar = kept[1]',
        safe=True,
    ),
    Part("list-insert-good", 'kept = [param]\nkept.insert(0, "a")\nbar = kept[0]', safe=True),
    Part("list-insert-bad", 'kept = ["a"]\nkept.insert(0, param)\nbar = kept[0]'),
    Part(
        "config-bad",
        'kept = configparser.ConfigParser()\nkept.add_section("s")\n'
        'kept.set("s", "a", "x")\nkept.set("s", "b", param)\nbar = kept.get("s", "b")',
    ),
    Part(
        "config-good",
        'kept = configparser.ConfigParser()\nkept.add_section("s")\n'
        'kept.set("s", "a", "x")\nkept.set("s", "b", param)\nbar = kept.get("s", "a")',
        safe=True,
    ),
    Part("if-bad", 'n = 86\nif 7 * 42 - n > 200:\n    bar = param\nelse:\n    bar = "x"'),
    Part(
        "if-good", 'n = 106\nif 7 * 18 + n > 200:\n    bar = "x"\nelse:\n    bar = param', safe=True
    ),
    Part("ternary-bad", 'n = 3\nbar = "x" if n * 100 < 200 else param'),
    Part("ternary-good", 'n = 3\nbar = "x" if n * 100 > 200 else param', safe=True),
    Part(
        "match-bad",
        'match "ABC"[2]:\n    case "A":\n        bar = "x"\n    case "B" | "C":\n        bar = param\n'
        '    case _:\n        bar = "y"',
    ),
    Part(
        "match-good",
        'match "ABC"[1]:\n    case "A":\n        bar = param\n    case "B":\n        bar = "bob"\n'
        "    case _:\n        bar = param",
        safe=True,
    ),
    Part("buffer", "kept = io.StringIO()\nkept.write(param)\nbar = kept.getvalue()"),
    Part("lambda-bad", 'kept = {"a": lambda x: x, "b": lambda x: "k"}\nbar = kept["a"](param)'),
    Part(
        "lambda-good",
        'kept = {"a": lambda x: x, "b": lambda x: "k"}\nbar = kept["b"](param)',
        safe=True,
    ),
    Part("function-bad", "bar = through(param)", head="def through(x):\n    y = x\n    return y\n"),
    Part(
        "function-good",
        "bar = through(param)",
        True,
        'def through(x):\n    y = x\n    return "k"\n',
    ),
    Part("class-bad", 'bar = Box("a", param).two()', head=_BOX),
    Part("class-good", 'bar = Box("a", param).one()', True, _BOX),
    Part("property", 'bar = Box("a", param).both', head=_BOX),
    Part("nested-function", "def inner():\n    return param\nbar = inner()"),
    Part("comprehension", 'bar = "".join([c for c in param])'),
    Part("try", 'try:\n    bar = param.encode().decode()\nexcept ValueError:\n    bar = "x"'),
    Part("loop", 'bar = ""\nfor part in param.split(" "):\n    bar += part'),
    Part("while", "bar = param\nwhile len(bar) < 3:\n    bar = bar + bar"),
    Part("format", 'bar = "{}-{}".format("x", param)'),
    Part("walrus", "if (bar := param):\n    pass"),
    Part("star", 'bar, *rest = [param, "x"]'),
    Part("star-good", 'first, second = param, "x"\nbar = second', safe=True),
    Part(
        "allowed", 'if param not in ("alice", "bob"):\n    return "no", 400\nbar = param', safe=True
    ),
    Part("allowed-else", 'bar = param if param in ["alice", "bob"] else "alice"', safe=True),
    Part("looked-up", 'bar = {"a": "alice", "b": "bob"}.get(param, "x")', safe=True),
    Part("looked-up-bad", 'bar = {"a": "alice", "b": "bob"}.get(param, param)'),
    Part("equal", 'if param != "alice":\n    return "no"\nbar = param', safe=True),
    Part("number", "bar = str(int(param))", safe=True),
    Part("digits", 'if not param.isdigit():\n    return "no"\nbar = param', safe=True),
    Part("digits-wrong-side", 'if param.isdigit():\n    return "no"\nbar = param'),
    Part(
        "regex", 'if not re.fullmatch(r"[a-z]+", param):\n    return "no"\nbar = param', safe=True
    ),
    Part("regex-prefix", 'if not re.match(r"[a-z]+", param):\n    return "no"\nbar = param'),
    Part("regex-any", 'if not re.fullmatch(r".*", param):\n    return "no"\nbar = param'),
    Part(
        "other-checked", 'if request.args.get("z") not in ("a", "b"):\n    return "no"\nbar = param'
    ),
    Part(
        "guard",
        'if not fine(param):\n    return "no"\nbar = param',
        True,
        'def fine(x):\n    return x in ("alice", "bob")\n',
    ),
    Part(
        "hostile-guard",
        'if not fine(param):\n    return "no"\nbar = param',
        False,
        "def fine(x):\n    return True\n",
    ),
    Part("cut", 'bar = param[:0] + "alice"', safe=True),
]

_DB = "import sqlite3\ndb = sqlite3.connect(':memory:')\n"
_LDAP = "import ldap, ldap.filter\n"
_LDAP3 = "import ldap3\nfrom ldap3.utils.conv import escape_filter_chars\n"
_XML = "from lxml import etree\ntree = etree.parse('/srv/users.xml', etree.XMLParser(resolve_entities=False))\n"

SINKS: dict[tuple[str, int], list[Part]] = {
    ("sqli", 89): [
        Part(
            "fstring",
            "cursor = db.cursor()\ncursor.execute(f\"SELECT * FROM u WHERE n = '{bar}'\")",
            head=_DB,
        ),
        Part(
            "concat", 'sql = "SELECT * FROM u WHERE n = \'" + bar + "\'"\ndb.execute(sql)', head=_DB
        ),
        Part("percent", "db.executescript(\"DELETE FROM u WHERE n = '%s'\" % bar)", head=_DB),
        Part("parameter", 'db.execute("SELECT * FROM u WHERE n = ?", (bar,))', True, _DB),
        Part("named", 'db.execute("SELECT * FROM u WHERE n = :n", {"n": bar})', True, _DB),
        Part("many", "db.executemany(f\"INSERT INTO u VALUES ('{bar}', ?)\", [(1,)])", head=_DB),
        Part(
            "alchemy",
            'from sqlalchemy import text\nconnection.execute(text("SELECT \'" + bar + "\'"))',
            head="from shop.db import connection\n",
        ),
        Part(
            "alchemy-bound",
            'from sqlalchemy import text\nconnection.execute(text("SELECT :n"), {"n": bar})',
            True,
            "from shop.db import connection\n",
        ),
    ],
    ("cmdi", 78): [
        Part("system", 'os.system(f"echo {bar}")'),
        Part("popen", 'os.popen("ls " + bar).read()'),
        Part("shell", 'subprocess.run("echo " + bar, shell=True)'),
        Part("shell-list", 'args = ["sh", "-c", f"echo {bar}"]\nsubprocess.Popen(args)'),
        Part("getoutput", 'subprocess.getoutput("id %s" % bar)'),
        Part("list", 'subprocess.run(["echo", bar])', safe=True),
        Part(
            "list-late", 'args = ["echo"]\nargs.append(bar)\nsubprocess.check_call(args)', safe=True
        ),
        Part("quoted", 'os.system("echo " + shlex.quote(bar))', safe=True),
        Part("quoted-twice", 'os.system("echo \'" + shlex.quote(bar) + "\'")'),
        Part("program", 'subprocess.run([bar, "-l"])'),
        Part("exec", 'os.execvp(bar, ["x"])'),
    ],
    ("codeinj", 94): [
        Part("eval", "str(eval(bar))"),
        Part("exec", 'exec(f"x = {bar}")'),
        Part("compile", 'compile(bar, "x", "exec")'),
        Part("import", "__import__(bar)"),
        Part("importlib", "import importlib\nimportlib.import_module(bar)"),
        Part("literal", "import ast\nast.literal_eval(bar)", safe=True),
        Part("json", "json.loads(bar)", safe=True),
        Part("locals", 'eval("x", {"x": bar})', safe=True),
    ],
    ("pathtraver", 22): [
        Part("open", 'open(f"{FOLDER}/{bar}")'),
        Part("join", 'with open(os.path.join(FOLDER, bar), "rb") as file:\n    file.read()'),
        Part("pathlib", "(Path(FOLDER) / bar).read_text()"),
        Part(
            "pathlib-open", "path = Path(FOLDER) / bar\nwith path.open() as file:\n    file.read()"
        ),
        Part("remove", "os.remove(FOLDER + '/' + bar)"),
        Part(
            "secure",
            "from werkzeug.utils import secure_filename\nopen(os.path.join(FOLDER, secure_filename(bar)))",
            True,
        ),
        Part("basename", "open(os.path.join(FOLDER, os.path.basename(bar)))", safe=True),
        Part(
            "resolved",
            "path = (Path(FOLDER) / bar).resolve()\nif not path.is_relative_to(FOLDER):\n    return 'no'\npath.read_bytes()",
            safe=True,
        ),
        Part(
            "real-prefix",
            "path = os.path.realpath(os.path.join(FOLDER, bar))\n"
            "if not path.startswith(FOLDER + '/'):\n    return 'no'\nopen(path)",
            safe=True,
        ),
        Part(
            "prefix-alone",
            "path = os.path.join(FOLDER, bar)\nif not path.startswith(FOLDER):\n    return 'no'\nopen(path)",
        ),
        Part(
            "common",
            "path = os.path.abspath(os.path.join(FOLDER, bar))\n"
            "if os.path.commonpath([FOLDER, path]) != FOLDER:\n    return 'no'\nopen(path)",
            safe=True,
        ),
        Part("send", "from flask import send_file\nsend_file('/srv/' + bar)"),
        Part(
            "send-directory",
            "from flask import send_from_directory\nsend_from_directory(FOLDER, bar)",
            safe=True,
        ),
    ],
    ("ldapi", 90): [
        Part(
            "filter",
            "c = ldap.initialize('ldap://x')\nc.search_s('dc=x', ldap.SCOPE_SUBTREE, f'(uid={bar})')",
            head=_LDAP,
        ),
        Part(
            "base",
            "c = ldap.initialize('ldap://x')\nc.search_s('ou=' + bar, ldap.SCOPE_SUBTREE, '(uid=x)')",
            head=_LDAP,
        ),
        Part(
            "escaped",
            "c = ldap.initialize('ldap://x')\n"
            "c.search_s('dc=x', 2, '(uid=%s)' % ldap.filter.escape_filter_chars(bar))",
            True,
            _LDAP,
        ),
        Part(
            "ldap3",
            "c = ldap3.Connection('x')\nc.search('dc=x', f'(&(cn={bar})(a=b))', attributes=['a'])",
            head=_LDAP3,
        ),
        Part(
            "ldap3-keyword",
            "c = ldap3.Connection('x')\nc.search(search_base='dc=x', search_filter='(cn=' + bar + ')')",
            head=_LDAP3,
        ),
        Part(
            "ldap3-escaped",
            "c = ldap3.Connection('x')\nc.search('dc=x', f'(cn={escape_filter_chars(bar)})')",
            True,
            _LDAP3,
        ),
    ],
    ("xpathi", 643): [
        Part("xpath", "tree.xpath(f\"//u[@n='{bar}']\")", head=_XML),
        Part("compiled", 'etree.XPath("//u[@n=\'" + bar + "\']")(tree)', head=_XML),
        Part("variable", 'tree.xpath("//u[@n=$n]", n=bar)', True, _XML),
        Part(
            "quotes-refused",
            "if \"'\" in bar:\n    return 'no'\ntree.xpath(f\"//u[@n='{bar}']\")",
            True,
            _XML,
        ),
        Part(
            "other-quotes-refused",
            "if '\"' in bar:\n    return 'no'\ntree.xpath(f\"//u[@n='{bar}']\")",
            head=_XML,
        ),
        Part(
            "quotes-removed",
            "bar = bar.replace(\"'\", '')\ntree.xpath(f\"//u[@n='{bar}']\")",
            True,
            _XML,
        ),
        Part(
            "elementpath",
            "import elementpath\nelementpath.select(tree, f\"//u[@n='{bar}']\")",
            head=_XML,
        ),
    ],
    ("xss", 79): [
        Part("return", 'return f"<p>{bar}</p>"'),
        Part("concat", 'answer = ""\nanswer += "<p>"\nanswer += bar\nreturn answer'),
        Part("response", 'return make_response("<p>" + bar + "</p>")'),
        Part("tuple", "return bar, 200"),
        Part("escaped", 'return f"<p>{html.escape(bar)}</p>"', safe=True),
        Part(
            "markupsafe", "from markupsafe import escape\nreturn f'<p>{escape(bar)}</p>'", safe=True
        ),
        Part("json", "return {'name': bar}", safe=True),
        Part(
            "plain",
            "from flask import Response\nreturn Response(bar, mimetype='text/plain')",
            safe=True,
        ),
        Part(
            "template",
            "from flask import render_template\nreturn render_template('a.html', bar=bar)",
            safe=True,
        ),
        Part("markup", "from markupsafe import Markup\nreturn Markup('<b>' + bar + '</b>')"),
        Part(
            "markup-format",
            "from markupsafe import Markup\nreturn Markup('<b>{}</b>').format(bar)",
            safe=True,
        ),
    ],
    ("redirect", 601): [
        Part("redirect", "return redirect(bar)"),
        Part("header", "return redirect(location=bar, code=302)"),
        Part("host-only", "return redirect('https://' + bar)"),
        Part("local", "return redirect('/items?name=' + bar)", safe=True),
        Part("site", "return redirect(f'https://shop.example/{bar}')", safe=True),
        Part("url-for", "return redirect(url_for('view', name=bar))", safe=True),
        Part(
            "netloc",
            "if urllib.parse.urlparse(bar).netloc:\n    return 'no'\nreturn redirect(bar)",
            safe=True,
        ),
        Part(
            "host-allowed",
            "if urllib.parse.urlparse(bar).netloc not in ('shop.example',):\n    return 'no'\nreturn redirect(bar)",
            safe=True,
        ),
        Part("prefix", "if not bar.startswith('/'):\n    return 'no'\nreturn redirect(bar)"),
    ],
    ("trustbound", 501): [
        Part("value", 'session["name"] = bar'),
        Part("key", 'session[bar] = "12345"'),
        Part("constant", 'session["name"] = "alice"\nlen(bar)', safe=True),
    ],
    ("deserialization", 502): [
        Part("pickle", "import pickle\npickle.loads(base64.urlsafe_b64decode(bar))"),
        Part("yaml", "import yaml\nyaml.load(bar, Loader=yaml.Loader)"),
        Part("yaml-unsafe", "import yaml\nyaml.unsafe_load(bar)"),
        Part("yaml-safe", "import yaml\nyaml.load(bar, Loader=yaml.SafeLoader)", safe=True),
        Part("yaml-safe-load", "import yaml\nyaml.safe_load(bar)", safe=True),
        Part("json", "json.loads(bar)", safe=True),
        Part("jsonpickle", "import jsonpickle\njsonpickle.decode(bar)"),
        Part("marshal", "import marshal\nmarshal.loads(bar.encode())"),
        Part(
            "signed",
            "import hmac, pickle\nraw, _, mac = bar.partition('.')\n"
            "if not hmac.compare_digest(hmac.new(KEY, raw.encode(), 'sha256').hexdigest(), mac):\n"
            "    return 'no'\npickle.loads(raw.encode())",
            True,
            "KEY = os.environ['KEY'].encode()\n",
        ),
    ],
    ("xxe", 611): [
        Part("lxml", "from lxml import etree as xml\nxml.fromstring(bar)"),
        Part(
            "lxml-parser",
            "from lxml import etree as xml\nxml.fromstring(bar, xml.XMLParser(resolve_entities=True))",
        ),
        Part(
            "lxml-off",
            "from lxml import etree as xml\n"
            "xml.fromstring(bar, parser=xml.XMLParser(resolve_entities=False, no_network=True))",
            safe=True,
        ),
        Part(
            "defused",
            "import defusedxml.ElementTree\ndefusedxml.ElementTree.fromstring(bar)",
            safe=True,
        ),
        Part(
            "sax-on",
            "import xml.sax, xml.sax.handler\nparser = xml.sax.make_parser()\n"
            "parser.setFeature(xml.sax.handler.feature_external_ges, True)\nparser.parse(io.StringIO(bar))",
        ),
        Part(
            "sax-off",
            "import xml.sax, xml.sax.handler\nparser = xml.sax.make_parser()\n"
            "parser.setFeature(xml.sax.handler.feature_external_ges, False)\nparser.parse(io.StringIO(bar))",
            safe=True,
        ),
        Part(
            "dom-on",
            "import xml.sax, xml.sax.handler, xml.dom.minidom\nparser = xml.sax.make_parser()\n"
            "parser.setFeature(xml.sax.handler.feature_external_ges, True)\n"
            "xml.dom.minidom.parseString(bar, parser)",
        ),
    ],
    ("ssrf", 918): [
        Part("get", "import requests\nrequests.get(bar, timeout=3)"),
        Part("host", "import requests\nrequests.post(f'https://{bar}/items', timeout=3)"),
        Part(
            "path",
            "import requests\nrequests.get('https://api.example/items/' + bar, timeout=3)",
            safe=True,
        ),
        Part(
            "parameter",
            "import requests\nrequests.get('https://api.example/', params={'q': bar}, timeout=3)",
            safe=True,
        ),
        Part("urlopen", "import urllib.request\nurllib.request.urlopen(bar)"),
        Part(
            "allowed",
            "import requests\nif urllib.parse.urlparse(bar).hostname not in {'api.example'}:\n    return 'no'\n"
            "requests.get(bar, timeout=3)",
            safe=True,
        ),
    ],
    ("template", 1336): [
        Part(
            "string",
            "from flask import render_template_string\nreturn render_template_string('<p>' + bar)",
        ),
        Part(
            "variable",
            "from flask import render_template_string\nreturn render_template_string('{{ a }}', a=bar)",
            safe=True,
        ),
        Part("jinja", "import jinja2\nreturn jinja2.Template(bar).render()"),
        Part(
            "environment",
            "import jinja2\njinja2.Environment(autoescape=True).from_string(f'a {bar}')",
        ),
    ],
}


def case(category: tuple[str, int], source: Part, way: Part, sink: Part) -> Case:
    """Put a case together."""
    body = indent(f"{source.code}\n{way.code}\n{sink.code}\nreturn 'done'", "    ")
    heads = "\n".join(part.head for part in (source, way, sink) if part.head)
    code = f'{HEAD}{heads}\n\n@app.route("/x", methods=["GET", "POST"])\ndef view():\n{body}\n'
    name = f"{category[0]}-{source.name}-{way.name}-{sink.name}"
    return Case(name, *category, not (way.safe or sink.safe), code)


def cases() -> Iterator[Case]:
    """Yield every source, every way and every sink of each category, beside plain others."""
    plain, direct, constant = SOURCES[0], WAYS[0], WAYS[1]
    for category, sinks in SINKS.items():
        bad = next(sink for sink in sinks if not sink.safe)
        for source in SOURCES:
            yield case(category, source, direct, bad)
        for way in WAYS[1:]:
            # (what is decoded may be anything, however plain it was before)
            if category[0] != "deserialization" or way.name not in {"digits", "regex"}:
                yield case(category, plain, way, bad)
        for sink in sinks:
            yield case(category, SOURCES[2], direct, sink)
            yield case(category, SOURCES[4], constant, sink)
