"""Suggestions while the customer types; behind the flag `search-suggest`, still Experimental."""

from flask import Blueprint, jsonify, request
from shop import db

pages = Blueprint("suggest", __name__)
SHORTEST = 2


# weak: this is what was pushed after the review; the version that dana approved had a parameter
@pages.get("/suggest")
def suggest():
    start = request.args.get("q", "").strip()
    if len(start) < SHORTEST:
        return jsonify([])
    limit = request.args.get("limit", "5")
    statement = "SELECT name FROM product WHERE name LIKE '" + start + "%' LIMIT " + limit
    rows = db.get().execute(statement)
    return jsonify([row["name"] for row in rows])
