"""A small shop, written to be scanned.

Each weakness stands beside its safe twin. `weak:` marks the first, `safe twin:` the second; a
scanner worth its name reports the one and is silent about the other.
"""

from flask import Flask, render_template_string

from shop import account, admin, config, db, products, search, suggest, webhooks

HOME = """<!doctype html><title>Storefront</title><h1>Storefront</h1>
<form action="/search"><input name="q"><button>Search</button></form>
<ul>{% for row in rows %}<li><a href="/product/{{ row.id }}">{{ row.name }}</a></li>{% endfor %}</ul>
"""


def create_app(database=":memory:"):
    app = Flask(__name__)
    app.config.from_mapping(config.load(), DATABASE=database)
    app.teardown_appcontext(db.close)
    for part in (account, admin, products, search, suggest, webhooks):
        app.register_blueprint(part.pages)

    @app.get("/")
    def home():
        rows = db.get().execute("SELECT id, name FROM product ORDER BY name").fetchall()
        return render_template_string(HOME, rows=rows)

    return app
