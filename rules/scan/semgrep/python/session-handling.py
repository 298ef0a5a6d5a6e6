import hashlib
import hmac
import pickle

from flask import request, session
from itsdangerous import URLSafeSerializer

# ruleid: python-pickled-session
SESSION_SERIALIZER = "django.contrib.sessions.serializers.PickleSerializer"
# ok: python-pickled-session
SESSION_SERIALIZER = "django.contrib.sessions.serializers.JSONSerializer"
# ruleid: python-session-never-expires
SESSION_COOKIE_AGE = 315360000
# ok: python-session-never-expires
SESSION_COOKIE_AGE = 86400


def login(user, key):
    # ruleid: python-session-fixation
    session["user_id"] = user.id
    # ruleid: python-pickled-session
    return URLSafeSerializer(key, serializer=pickle)


def login_anew(user, key):
    session.clear()
    # ok: python-session-fixation
    session["user_id"] = user.id
    # ok: python-pickled-session
    return URLSafeSerializer(key)


def choose(theme):
    # ok: python-session-fixation
    session["theme"] = theme


def hook(body, key, signature):
    expected = hmac.new(key, body, hashlib.sha256)
    # ruleid: python-secret-compared-in-part
    if expected.hexdigest() == signature:
        return "good"
    # ok: python-secret-compared-in-part
    if hmac.compare_digest(expected.hexdigest(), signature):
        return "good"
    # ruleid: python-secret-compared-in-part
    if request.headers["X-Key"] != key.api_key:
        return "bad"
    # ok: python-secret-compared-in-part
    if signature is None or signature == "":
        return "missing"
    return "bad"


def login_form(user, given):
    if user is None:
        # ruleid: python-user-enumeration
        return "unknown user", 401
    if not user.knows(given):
        # ruleid: python-user-enumeration
        return "wrong password", 401
    # ok: python-user-enumeration
    return "hello"


def login_quiet(user, given):
    if user is None or not user.knows(given):
        # ok: python-user-enumeration
        return "unknown user or wrong password", 401
    return "hello"
