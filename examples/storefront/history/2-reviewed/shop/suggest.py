"""Suggestions while the customer types; behind the flag `search-suggest`, still Experimental."""

from flask import Blueprint, jsonify, request
from shop import db

pages = Blueprint("suggest", __name__)
SHORTEST = 2


@pages.get("/suggest")
def suggest():
    start = request.args.get("q", "").strip()
    if len(start) < SHORTEST:
        return jsonify([])
    rows = db.get().execute(
        "SELECT name FROM product WHERE name LIKE ? ORDER BY name LIMIT 5", (f"{start}%",)
    )
    return jsonify([row["name"] for row in rows])
