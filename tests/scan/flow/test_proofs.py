"""What looks harmless and is not is never cleared, however it is dressed up.

In each piece of code `os.system(x)` stands in one line; data of a request gets there in at least
one run of the program.
"""

from __future__ import annotations

import pytest

TRICKS = {
    "an alias of the list": """
        def view():
            p = request.args["p"]; kept = ["a"]; other = kept
            other[0] = p
            os.system(kept[0])
        """,
    "an alias of the dictionary in a function": """
        def view():
            kept = {"a": "x"}
            fill(kept)
            os.system(kept["a"])
        def fill(d):
            d["a"] = request.args["p"]
        """,
    "True is the key 1": """
        def view():
            kept = {1: "x"}
            kept[True] = request.args["p"]
            os.system(kept[1])
        """,
    "a key that is not known": """
        def view():
            kept = {"a": "x"}
            kept[request.args["k"]] = request.args["p"]
            os.system(kept["a"])
        """,
    "the loop's second round": """
        def view():
            x = "a"; y = "b"
            for _ in range(3):
                os.system(x)
                x = y
                y = request.args["p"]
        """,
    "an exception before the constant": """
        def view():
            x = request.args["p"]
            try:
                risky()
                x = "constant"
            except Exception:
                pass
            os.system(x)
        """,
    "suppress keeps the error back": """
        def view():
            from contextlib import suppress
            x = request.args["p"]
            with suppress(ValueError):
                risky()
                x = "constant"
            os.system(x)
        """,
    "a constant of the module that others may set": """
        def view():
            if DEBUG:
                x = request.args["p"]
            else:
                x = "a"
            os.system(x)
        DEBUG = False
        """,
    "a global that another function sets": """
        def view():
            global MODE
            os.system(MODE)
        MODE = "a"
        def other():
            global MODE
            MODE = request.args["p"]
        """,
    "a table that another function fills": """
        TABLE = {"a": "x"}
        def view():
            os.system(TABLE["a"])
        def other():
            TABLE["a"] = request.args["p"]
        """,
    "a class attribute that is set elsewhere": """
        class Box:
            text = "a"
        def view():
            os.system(Box().text)
        def other():
            Box.text = request.args["p"]
        """,
    "checked after its use": """
        def view():
            x = request.args["p"]
            os.system(x)
            if x not in ("a", "b"):
                return "no"
        """,
    "the wrong one of two is checked": """
        def view():
            a = request.args["a"]; b = request.args["b"]
            if a not in ("x", "y"):
                return "no"
            os.system(b)
        """,
    "a helper reads two fields in one line": """
        def read(name):
            return request.args[name]
        def view():
            a = read("a"); b = read("b")
            if a not in ("x", "y"):
                return "no"
            os.system(b)
        """,
    "the check is of a part": """
        def view():
            x = request.args["p"]
            if x[:1] not in ("a", "b"):
                return "no"
            os.system(x)
        """,
    "the check is of a changed copy": """
        def view():
            x = request.args["p"]
            if x.strip().lower() not in ("a", "b"):
                return "no"
            os.system(x)
        """,
    "one of two is allowed, and which is not known": """
        def view():
            a = request.args["a"]; b = request.args["b"]
            x = a if request.args.get("z") else b
            if x not in ("x", "y"):
                return "no"
            os.system(a)
        """,
    "the first of a collection is checked, the last is used": """
        def view():
            seen = []
            for name in request.args:
                seen.append(name)
                if name in ("a", "b"):
                    break
            os.system(seen[0])
        """,
    "assert is no check": """
        def view():
            x = request.args["p"]
            assert x in ("a", "b")
            os.system(x)
        """,
    "the allowed values come from the visitor": """
        def view():
            x = request.args["p"]
            if x not in request.args.getlist("allowed"):
                return "no"
            os.system(x)
        """,
    "$ lets a line end through": r"""
        def view():
            import re
            x = request.args["p"]
            if not re.search(r"[a-z]+$", x):
                return "no"
            os.system(x)
        """,
    "many lines": r"""
        def view():
            import re
            x = request.args["p"]
            if not re.search(r"(?m)^[a-z]+$", x):
                return "no"
            os.system(x)
        """,
    "escaped, then decoded again": """
        def view():
            import base64, shlex
            x = base64.b64decode(shlex.quote(request.args["p"])).decode()
            os.system(x)
        """,
    "a subclass's method": """
        class Base:
            def text(self):
                return "a"
            def go(self):
                os.system(self.text())
        class Derived(Base):
            def text(self):
                return request.args["p"]
        def view():
            Derived().go()
        """,
    "a decorator changes the answer": """
        from shop.tools import wrap
        @wrap
        def text():
            return "a"
        def view():
            os.system(text())
        """,
    "getattr": """
        def view():
            os.system(getattr(request, "args")["p"])
        """,
    "a mutable default keeps what it got": """
        def remember(new, kept=[]):
            kept.append(new)
            return kept[0]
        def view():
            remember(request.args["p"])
            os.system(remember("a"))
        """,
    "a closure in a loop": """
        def view():
            calls = []
            for text in [request.args["p"], "a"]:
                def say(text=text):
                    return text
                calls.append(say)
            os.system(calls[0]())
        """,
    "finally": """
        def view():
            x = "a"
            try:
                x = request.args["p"]
            finally:
                os.system(x)
        """,
    "the lambda's later value": """
        def view():
            x = "a"
            say = lambda: x
            x = request.args["p"]
            os.system(say())
        """,
    "configuration that refers to another option": """
        def view():
            import configparser
            c = configparser.ConfigParser()
            c.add_section("s")
            c.set("s", "a", "%(b)s")
            c.set("s", "b", request.args["p"])
            os.system(c.get("s", "a"))
        """,
    "a comprehension's name is not the outer one": """
        def view():
            x = request.args["p"]
            [x for x in ["a"]]
            os.system(x)
        """,
    "deleted from the front": """
        def view():
            kept = ["a", request.args["p"]]
            del kept[0]
            os.system(kept[0])
        """,
    "a name of the class is not the name in its method": """
        x = "a"
        class Box:
            x = "b"
            def go(self, sent):
                x = sent
                os.system(x)
        def view():
            Box().go(request.args["p"])
        """,
    "updated from a form": """
        def view():
            kept = {"a": "x"}
            kept.update(request.form)
            os.system(kept["a"])
        """,
    "sorted": """
        def view():
            kept = ["b", request.args["p"]]
            kept.sort()
            os.system(kept[0])
        """,
    "copied, then the copy is cleaned": """
        def view():
            import copy
            kept = {"a": request.args["p"]}
            other = copy.copy(kept)
            other["a"] = "x"
            os.system(kept["a"])
        """,
    "exec may do anything, and locals() too": """
        def view():
            x = "a"
            x = locals().get("y", request.args["p"])
            os.system(x)
        """,
    "identity is not equality": """
        def view():
            x = "a"
            if 1 is True:
                x = "b"
            else:
                x = request.args["p"]
            os.system(x)
        """,
    "match binds": """
        def view():
            match request.args:
                case {"p": x}:
                    os.system(x)
        """,
    "a generator": """
        def every():
            yield "a"
            yield request.args["p"]
        def view():
            for x in every():
                os.system(x)
        """,
    "setattr": """
        class Box:
            pass
        def view():
            box = Box()
            box.text = "a"
            setattr(box, "text", request.args["p"])
            os.system(box.text)
        """,
    "object dictionaries": """
        class Box:
            pass
        def view():
            box = Box()
            box.text = "a"
            box.__dict__["text"] = request.args["p"]
            os.system(box.text)
        """,
    "a property setter": """
        class Box:
            @property
            def text(self):
                return self.kept
            @text.setter
            def text(self, value):
                self.kept = value
        def view():
            box = Box()
            box.kept = "a"
            box.text = request.args["p"]
            os.system(box.kept)
        """,
    "called through map": """
        def view():
            kept = []
            list(map(kept.append, [request.args["p"]]))
            os.system("".join(kept))
        """,
    "an unknown function has the list": """
        from shop.tools import fill
        def view():
            kept = ["a"]
            fill(kept, request.args["p"])
            os.system(kept[0])
        """,
    "a callback writes the outer name": """
        from shop.tools import call_with
        def view():
            x = "a"
            def keep(sent):
                nonlocal x
                x = sent
            call_with(request.args, keep)
            os.system(x)
        """,
    "a callback fills the list": """
        from shop.tools import call_with
        def view():
            kept = ["a"]
            def keep(sent):
                kept[0] = sent
            call_with(request.args, keep)
            os.system(kept[0])
        """,
    "a sorting key fills the list": """
        def view():
            kept = ["a"]
            def keep(sent):
                kept[0] = sent
                return 1
            sorted([request.args["p"]], key=keep)
            os.system(kept[0])
        """,
    "a method is handed on": """
        from shop.tools import call_with
        def view():
            kept = []
            call_with(request.args, kept.append)
            os.system("".join(kept))
        """,
    "an unknown method has the list": """
        from shop.tools import filler
        def view():
            kept = ["a"]
            filler.fill(kept, request.args["p"])
            os.system(kept[0])
        """,
}


@pytest.mark.parametrize("name", TRICKS)
def test_what_only_looks_harmless_is_not_cleared(name, followed):
    code = TRICKS[name]
    analysis = followed(code)
    lines = ("import os\nfrom flask import Flask, request\n" + code).splitlines()
    danger = next(n for n, line in enumerate(lines, 1) if "os.system(" in line)
    cleared = [c for c in analysis.cleared if c.line <= danger <= c.end_line]
    assert [c for c in cleared if c.weakness in {"cmd", "*"}] == []
