import logging

from flask import Flask, request

app = Flask(__name__)
logger = logging.getLogger(__name__)


@app.route("/login", methods=["POST"])
def login():
    user = request.form["user"]
    # ruleid: python-log-injection
    logger.warning("failed login of " + user)
    # ruleid: python-log-injection
    app.logger.info("login of %s", user)
    # ok: python-log-injection
    logger.warning("failed login of %r", user)
    # ok: python-log-injection
    logger.warning(f"failed login of {user!r}")
    # ruleid: python-log-injection
    logger.warning(f"failed login of {user!r}, {user}")
    # ok: python-log-injection
    logger.warning("failed login of %s", user.replace("\n", " "))
    # ok: python-log-injection
    logger.warning("failed login")
    return "no"
