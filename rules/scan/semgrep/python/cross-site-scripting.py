from django.http import HttpResponse
from django.utils.safestring import mark_safe
from flask import Flask, jsonify, make_response, render_template, request
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


def django_view(request):
    name = request.GET.get("name")
    # ruleid: python-cross-site-scripting
    mark_safe("<b>" + name)
    # ruleid: python-cross-site-scripting
    return HttpResponse("<h1>" + name + "</h1>")
