"""Product pages: markup, files and image tools."""

import os
import subprocess

from flask import Blueprint, abort, render_template_string, request, send_from_directory
from markupsafe import Markup, escape

from shop import db

pages = Blueprint("products", __name__)
IMAGES = os.path.join(os.path.dirname(__file__), "images")
PAGE = """<!doctype html><title>{{ row.name }}</title><h1>{{ row.name }}</h1>
<p>{{ '%.2f' % (row.price / 100) }}</p>"""


def find(product_id):
    row = db.get().execute("SELECT * FROM product WHERE id = ?", (product_id,)).fetchone()
    return row or abort(404)


@pages.get("/product/<int:product_id>")
def product(product_id):
    return render_template_string(PAGE, row=find(product_id))


# weak: the review is called safe markup without having been escaped (CWE-79)
@pages.get("/product/<int:product_id>/review")
def review(product_id):
    text = request.args.get("text", "")
    return Markup("<h1>" + find(product_id)["name"] + "</h1><p>" + text + "</p>")


# safe twin: what the customer wrote is escaped, the frame is ours
@pages.get("/product/<int:product_id>/review/safe")
def review_safely(product_id):
    text = request.args.get("text", "")
    return f"<h1>{escape(find(product_id)['name'])}</h1><p>{escape(text)}</p>"


# weak: the page itself is made of input, which the template engine runs (CWE-1336)
@pages.get("/product/preview")
def preview():
    return render_template_string("<h1>" + request.args.get("title", "") + "</h1>")


# safe twin: input is a value of a constant template
@pages.get("/product/preview/safe")
def preview_safely():
    return render_template_string("<h1>{{ title }}</h1>", title=request.args.get("title", ""))


# weak: `../../etc/passwd` leaves the folder (CWE-22)
@pages.get("/image")
def image():
    with open(os.path.join(IMAGES, request.args["name"]), "rb") as file:
        return file.read(), {"Content-Type": "image/png"}


# safe twin: the framework joins the path and refuses to leave the folder
@pages.get("/image/safe")
def image_safely():
    return send_from_directory(IMAGES, request.args["name"])


# weak: `size` and `name` reach a shell (CWE-78)
@pages.post("/thumbnail")
def thumbnail():
    name, size = request.form["name"], request.form["size"]
    os.system(f"convert {IMAGES}/{name} -resize {size} {IMAGES}/small-{name}")
    return "", 204


# safe twin: a list and no shell, the size is a number, the name one of those in the shop
@pages.post("/thumbnail/safe")
def thumbnail_safely():
    row = find(request.form.get("product", type=int))
    size = min(request.form.get("size", 100, type=int), 1000)
    source = os.path.join(IMAGES, row["image"])
    subprocess.run(["convert", source, "-resize", str(size), f"{source}.small"], check=True)
    return "", 204
