import logging

from flask import request
from werkzeug.security import check_password_hash

log = logging.getLogger(__name__)


def register(name, password, mask):
    # ruleid: python-secret-in-log
    log.info("new user %s with %s", name, password)
    # ok: python-secret-in-log
    log.info("new user %s", name)
    # ruleid: python-secret-in-log
    logging.debug(f"got {request.form['password']}")
    # ok: python-secret-in-log
    log.info("a password of %d characters", len(password))
    # ok: python-secret-in-log
    log.info("card %s", mask(password))
    # ok: python-secret-in-log
    log.info("the password was changed")
    # ruleid: python-secret-in-log
    log.warning("bad header: %s", request.headers.get("Authorization"))


def login(user, given):
    # ruleid: python-login-failure-not-logged
    if not check_password_hash(user.digest, given):
        return "no", 401
    return "yes"


def login_careful(user, given):
    # ok: python-login-failure-not-logged
    if not check_password_hash(user.digest, given):
        log.warning("login refused for %s", user.name)
        return "no", 401
    return "yes"


def compare(user, given):
    # ok: python-login-failure-not-logged
    if not check_password_hash(user.digest, given):
        return False
    return True
