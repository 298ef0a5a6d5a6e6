"""Search: a statement built from input, and one that takes it as a value."""

from flask import Blueprint, jsonify, request

from shop import db

pages = Blueprint("search", __name__)


# weak: `q` becomes part of the statement (CWE-89)
@pages.get("/search")
def search():
    term = request.args.get("q", "")
    rows = db.get().execute(f"SELECT id, name, price FROM product WHERE name LIKE '%{term}%'")
    return jsonify([dict(row) for row in rows])


# safe twin: the statement is constant, `q` is a parameter
@pages.get("/search/safe")
def search_safely():
    term = request.args.get("q", "")
    rows = db.get().execute(
        "SELECT id, name, price FROM product WHERE name LIKE ?", (f"%{term}%",)
    )
    return jsonify([dict(row) for row in rows])


SORTED = {
    "name": "SELECT id, name, price FROM product ORDER BY name",
    "price": "SELECT id, name, price FROM product ORDER BY price DESC",
}


# safe too: a column cannot be a parameter, so input chooses among constant statements
@pages.get("/search/sorted")
def search_sorted():
    rows = db.get().execute(SORTED.get(request.args.get("by", ""), SORTED["name"]))
    return jsonify([dict(row) for row in rows])
