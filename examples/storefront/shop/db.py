"""One SQLite connection for each request, and the little data the shop begins with."""

import sqlite3

from flask import current_app, g

SCHEMA = """
CREATE TABLE product (id INTEGER PRIMARY KEY, name TEXT, price INTEGER, image TEXT);
CREATE TABLE customer (id INTEGER PRIMARY KEY, email TEXT UNIQUE, password TEXT);
INSERT INTO product (name, price, image) VALUES
  ('Teapot', 2400, 'teapot.png'), ('Tea towel', 900, 'towel.png'), ('Mug', 1200, 'mug.png');
"""


def get():
    if "db" not in g:
        g.db = sqlite3.connect(current_app.config["DATABASE"])
        g.db.row_factory = sqlite3.Row
        if not g.db.execute("SELECT 1 FROM sqlite_master WHERE name = 'product'").fetchone():
            g.db.executescript(SCHEMA)
    return g.db


def close(_error=None):
    connection = g.pop("db", None)
    if connection is not None:
        connection.close()
