"""The back office: baskets, discounts and exports."""

import ast
import base64
import json
import pickle
import tempfile
from pathlib import Path

from flask import Blueprint, abort, current_app, jsonify, request, session

from shop import db

pages = Blueprint("admin", __name__, url_prefix="/admin")


@pages.before_request
def only_the_owner():
    if session.get("customer") != 1:
        abort(403)


# weak: unpickling runs whatever the sender put in (CWE-502)
@pages.post("/basket")
def basket():
    return jsonify(pickle.loads(base64.b64decode(request.form["basket"])))


# safe twin: JSON holds data and nothing else
@pages.post("/basket/safe")
def basket_safely():
    items = json.loads(request.form["basket"])
    return jsonify([{"id": int(item["id"]), "count": int(item["count"])} for item in items])


# weak: a rule for a discount is run as Python (CWE-95)
@pages.post("/discount")
def discount():
    return jsonify(eval(request.form["rule"], {"price": 100}))


# safe twin: only literals are read
@pages.post("/discount/safe")
def discount_safely():
    try:
        share = float(ast.literal_eval(request.form["share"]))
    except (ValueError, SyntaxError, TypeError):
        abort(400)
    return jsonify(100 * max(0.0, min(share, 1.0)))


# weak: another user can put a file there first (CWE-377)
@pages.get("/export")
def export():
    name = tempfile.mktemp(suffix=".json")
    return write(Path(name))


# safe twin: created and opened in one step, readable by this user only
@pages.get("/export/safe")
def export_safely():
    with tempfile.NamedTemporaryFile(suffix=".json", delete=False) as file:
        return write(Path(file.name))


def write(path):
    rows = db.get().execute("SELECT id, name, price FROM product").fetchall()
    path.write_text(json.dumps([dict(row) for row in rows]), encoding="utf-8")
    current_app.logger.info("exported %d products", len(rows))
    return jsonify({"rows": len(rows)})
