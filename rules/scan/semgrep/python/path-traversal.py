import os
from pathlib import Path

from fastapi import FastAPI, HTTPException
from flask import Flask, abort, request, send_file, send_from_directory
from werkzeug.utils import secure_filename

app = Flask(__name__)
api = FastAPI()
FOLDER = Path("/srv/invoices")


@app.route("/invoice")
def invoice():
    name = request.args["name"]
    # ruleid: python-path-traversal
    text = open("/srv/invoices/" + name).read()
    # ruleid: python-path-traversal
    send_file(os.path.join("/srv/invoices", name))
    # ruleid: python-path-traversal
    (FOLDER / name).read_text()
    # ok: python-path-traversal
    text = open("/srv/invoices/" + secure_filename(name)).read()
    # ok: python-path-traversal
    send_from_directory("/srv/invoices", name)
    # ok: python-path-traversal
    text = open(os.path.join("/srv/invoices", os.path.basename(name))).read()
    return text


@app.route("/upload", methods=["POST"])
def upload():
    sent = request.files["file"]
    # ruleid: python-path-traversal
    sent.save(os.path.join("/srv/uploads", sent.filename))
    # ok: python-path-traversal
    sent.save(os.path.join("/srv/uploads", secure_filename(sent.filename)))
    # ok: python-path-traversal
    sent.save("/srv/uploads/latest")
    return "stored"


@api.get("/files/{name}")
def download(name: str):
    path = (FOLDER / name).resolve()
    if not path.is_relative_to(FOLDER):
        raise HTTPException(404)
    # ok: python-path-traversal
    return path.read_bytes()


@app.route("/report/<name>")
def report(name):
    path = os.path.realpath("/srv/reports/" + name)
    # ruleid: python-path-traversal
    open(path)
    if not path.startswith("/srv/reports/"):
        abort(404)
    # ok: python-path-traversal
    return open(path).read()
