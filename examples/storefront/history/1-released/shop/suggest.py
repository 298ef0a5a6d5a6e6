"""Suggestions while the customer types; behind the flag `search-suggest`, still Experimental."""

from flask import Blueprint, jsonify, request
from shop import db

pages = Blueprint("suggest", __name__)


@pages.get("/suggest")
def suggest():
    start = request.args.get("q", "")
    rows = db.get().execute("SELECT name FROM product WHERE name LIKE ? LIMIT 5", (f"{start}%",))
    return jsonify([row["name"] for row in rows])
