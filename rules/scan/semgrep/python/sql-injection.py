import sqlite3

from django.http import HttpResponse
from fastapi import Depends, FastAPI, Query
from flask import Flask, abort, request
from sqlalchemy import select, text

app = Flask(__name__)
api = FastAPI()
SORTABLE = {"name": "name", "price": "unit_price"}


@app.route("/search")
def search():
    term = request.args.get("q", "")
    db = sqlite3.connect("shop.db")
    # ruleid: python-sql-injection
    db.execute("SELECT * FROM products WHERE name LIKE '%" + term + "%'")
    # ruleid: python-sql-injection
    db.execute(f"SELECT * FROM products WHERE name = '{term}'")
    # ok: python-sql-injection
    db.execute("SELECT * FROM products WHERE name LIKE ?", (f"%{term}%",))
    # ok: python-sql-injection
    db.execute("SELECT * FROM products WHERE id = " + str(int(term)))
    return "found"


@app.route("/sorted")
def in_order():
    order = request.args["order"]
    db = sqlite3.connect("shop.db")
    # ruleid: python-sql-injection
    db.execute("SELECT * FROM products ORDER BY " + order)
    # ok: python-sql-injection
    db.execute("SELECT * FROM products ORDER BY " + SORTABLE[order])
    # ok: python-sql-injection
    db.execute("SELECT * FROM products ORDER BY " + SORTABLE.get(order, "name"))
    # ok: python-sql-injection
    db.execute("SELECT * FROM products ORDER BY " + SORTABLE.get(order, SORTABLE["name"]))
    # ruleid: python-sql-injection
    db.execute("SELECT * FROM products ORDER BY " + SORTABLE.get(order, order))
    if order not in ("name", "price"):
        abort(400)
    # ok: python-sql-injection
    db.execute("SELECT * FROM products ORDER BY " + order)


@app.route("/orders/<number>")
def order_by_number(number):
    db = sqlite3.connect("shop.db")
    # ruleid: python-sql-injection
    db.execute("SELECT * FROM orders WHERE number = '%s'" % number)


@app.route("/customers/<int:number>")
def customer(number):
    db = sqlite3.connect("shop.db")
    # ok: python-sql-injection
    db.execute("SELECT * FROM customers WHERE id = %d" % number)


@app.route("/overwritten")
def overwritten():
    name = request.args.get("name")
    name = "everyone"
    db = sqlite3.connect("shop.db")
    # ok: python-sql-injection
    db.execute("SELECT * FROM users WHERE name = '" + name + "'")


@api.get("/items/{item}")
async def read_item(item: str, session=None):
    # ruleid: python-sql-injection
    session.execute(text(f"SELECT * FROM items WHERE id = '{item}'"))


@api.get("/items/{item}/price")
async def price(item: int, session=None):
    # ok: python-sql-injection
    session.execute(text(f"SELECT price FROM items WHERE id = {item}"))


@api.get("/safe/{name}")
async def by_name(name: str, session=None):
    # ok: python-sql-injection
    session.execute(text("SELECT * FROM items WHERE name = :name"), {"name": name})
    # ok: python-sql-injection
    session.execute(select(session.Item).where(session.Item.name == name))


@api.get("/found")
async def found(q: str = Query(...), session=Depends(text), user: str = Depends(text)):
    # ruleid: python-sql-injection
    session.execute(text(f"SELECT * FROM items WHERE name = '{q}'"))
    # ok: python-sql-injection
    session.execute(text(f"SELECT * FROM items WHERE owner = {user}"))


def django_view(request, Product):
    name = request.GET["name"]
    # ruleid: python-sql-injection
    Product.objects.raw("SELECT * FROM product WHERE name = '{}'".format(name))
    # ok: python-sql-injection
    Product.objects.raw("SELECT * FROM product WHERE name = %s", [name])
    return HttpResponse("done")
