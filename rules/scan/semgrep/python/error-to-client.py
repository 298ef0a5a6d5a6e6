import logging
import traceback

from flask import Flask, jsonify

app = Flask(__name__)
log = logging.getLogger(__name__)


@app.route("/a")
def a():
    try:
        return work()
    except Exception as error:
        # ruleid: python-exception-text-to-client
        return jsonify({"error": str(error)}), 500


@app.route("/b")
def b():
    try:
        return work()
    except Exception:
        # ruleid: python-exception-text-to-client
        return traceback.format_exc()


@app.route("/c")
def c():
    try:
        return work()
    except Exception as error:
        log.exception("failed: %s", str(error))
        # ok: python-exception-text-to-client
        return jsonify({"error": "it failed"}), 500


@app.errorhandler(500)
def broken(error):
    # ruleid: python-exception-text-to-client
    return f"sorry: {error}", 500


@app.errorhandler(404)
def missing(error):
    # ok: python-exception-text-to-client
    return "not found", 404


def work():
    return "done"
