"""Accounts: passwords, tokens, and where to go after the login."""

import hashlib
import hmac
import os
import random
import secrets

from flask import Blueprint, abort, make_response, redirect, request, session

from shop import db

pages = Blueprint("account", __name__)
AFTER_LOGIN = {"basket": "/basket", "orders": "/orders"}


# weak: fast, without salt, and broken as a hash (CWE-916, CWE-327)
def hash_password(password):
    return hashlib.md5(password.encode()).hexdigest()


# safe twin: slow on purpose, with a salt of its own
def hash_password_safely(password):
    salt = os.urandom(16)
    return salt.hex() + hashlib.scrypt(password.encode(), salt=salt, n=2**14, r=8, p=1).hex()


def matches(password, stored):
    salt, expected = bytes.fromhex(stored[:32]), bytes.fromhex(stored[32:])
    actual = hashlib.scrypt(password.encode(), salt=salt, n=2**14, r=8, p=1)
    return hmac.compare_digest(actual, expected)


# weak: a generator made for games, which can be predicted (CWE-338)
def reset_token():
    return "".join(random.choice("0123456789abcdef") for _ in range(32))


# safe twin: a generator made for secrets
def reset_token_safely():
    return secrets.token_hex(16)


def customer():
    row = db.get().execute(
        "SELECT id, password FROM customer WHERE email = ?", (request.form["email"],)
    ).fetchone()
    if row is None or not matches(request.form["password"], row["password"]):
        abort(403)
    return row


# weak: `next` leads wherever the link's author likes (CWE-601)
@pages.post("/login")
def login():
    session["customer"] = customer()["id"]
    return redirect(request.args.get("next", "/"))


# safe twin: the link names a page, and the pages are ours
@pages.post("/login/safe")
def login_safely():
    session["customer"] = customer()["id"]
    return redirect(AFTER_LOGIN.get(request.args.get("next", ""), "/"))


# weak: scripts can read this cookie, and it travels without TLS (CWE-614, CWE-1004)
@pages.post("/remember")
def remember():
    answer = make_response("", 204)
    answer.set_cookie("remember", reset_token())
    return answer


# safe twin: neither
@pages.post("/remember/safe")
def remember_safely():
    answer = make_response("", 204)
    token = reset_token_safely()
    answer.set_cookie("remember", token, secure=True, httponly=True, samesite="Lax")
    return answer
