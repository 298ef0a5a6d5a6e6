from django.http import HttpResponse, HttpResponseBadRequest
from django.utils.safestring import mark_safe
from flask import Flask, jsonify, make_response, render_template, request
from flask.json import jsonify as to_json
from flask.templating import render_template as render
from markupsafe import Markup, escape

app = Flask(__name__)


@app.route("/hello")
def hello():
    name = request.args.get("name", "")
    # ruleid: python-cross-site-scripting
    return "<h1>Hello " + name + "</h1>"


@app.route("/hello/<name>")
def hello_by_path(name):
    # ruleid: python-cross-site-scripting
    return f"<h1>Hello {name}</h1>"


@app.route("/greeting")
def greeting():
    name = request.args.get("name", "")
    # ruleid: python-cross-site-scripting
    banner = Markup("<b>" + name + "</b>")
    # ruleid: python-cross-site-scripting
    make_response("<p>" + name)
    # ok: python-cross-site-scripting
    banner = Markup("<b>{}</b>").format(name)
    # ok: python-cross-site-scripting
    banner = Markup("<b>" + escape(name) + "</b>")
    if name == "json":
        # ok: python-cross-site-scripting
        return jsonify(name=name)
    if name == "escaped":
        # ok: python-cross-site-scripting
        return "<h1>" + escape(name) + "</h1>"
    # ok: python-cross-site-scripting
    return render_template("greeting.html", name=name, banner=banner)


@app.route("/count/<int:count>")
def count(count):
    # ok: python-cross-site-scripting
    return f"<p>{count} items</p>"


@app.route("/results/<number>")
def results(number):
    if number == "all":
        # ok: python-cross-site-scripting
        return [number]
    if number == "new":
        # ok: python-cross-site-scripting
        return {"number": number}, 201
    if number == "old":
        # ok: python-cross-site-scripting
        return {"number": number}, 200, {"X-Shop": "1"}
    if number == "every":
        # ok: python-cross-site-scripting
        return {key: number for key in "ab"}
    if number == "list":
        # ok: python-cross-site-scripting
        return [number for _ in "ab"], 200
    # ok: python-cross-site-scripting
    return {
        "number": number,
    }


@app.post("/sums")
def sums():
    first = request.form.get("first", type=int)
    second = request.args.get("second", 0.0, float)
    title = request.form.get("title", type=str)
    if first:
        # ok: python-cross-site-scripting
        return f"<p>{first + second}</p>"
    payload = {"title": title}
    # ok: python-cross-site-scripting
    return payload


@app.route("/failed")
def failed():
    name, kind = request.args["name"], request.args["kind"]
    if kind == "tuple":
        # ruleid: python-cross-site-scripting
        return "<p>" + name, 400
    if kind == "headers":
        # ruleid: python-cross-site-scripting
        return f"<p>{name}</p>", 400, {"X-Shop": "1"}
    if kind == "format":
        # ruleid: python-cross-site-scripting
        return "<p>%(name)s</p>" % {"name": name}
    if kind == "call":
        # ruleid: python-cross-site-scripting
        return "<p>{}</p>".format(name)
    if kind == "list":
        # ruleid: python-cross-site-scripting
        return "".join(["<p>", name])
    title = request.args.get("title", type=str)
    # ruleid: python-cross-site-scripting
    return "<p>" + title


@app.route("/card")
@app.route("/card/<name>")
def card(name="guest"):
    if name == "json":
        # ok: python-cross-site-scripting
        return to_json(name=name)
    # ok: python-cross-site-scripting
    return render("card.html", name=name)


def django_view(request):
    name = request.GET.get("name")
    # ruleid: python-cross-site-scripting
    mark_safe("<b>" + name)
    # ruleid: python-cross-site-scripting
    HttpResponse("no product " + name, status=404)
    # ruleid: python-cross-site-scripting
    HttpResponseBadRequest(f"no product {name}")
    # ruleid: python-cross-site-scripting
    HttpResponse("<h1>" + name, content_type="text/html; charset=utf-8")
    # ok: python-cross-site-scripting
    HttpResponse("no product " + name, content_type="text/plain")
    # ok: python-cross-site-scripting
    HttpResponse("no product " + name, "text/plain")
    # ruleid: python-cross-site-scripting
    return HttpResponse("<h1>" + name + "</h1>")
