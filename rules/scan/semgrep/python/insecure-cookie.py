from http.cookies import SimpleCookie

from flask import Flask, make_response
from starlette.applications import Starlette
from starlette.middleware.sessions import SessionMiddleware

PLAIN = False
PROTECTED = True
app = Flask(__name__)
# ruleid: python-insecure-cookie
app.config["SESSION_COOKIE_SECURE"] = False
# ruleid: python-cookie-readable-by-script
app.config.from_mapping(SESSION_COOKIE_HTTPONLY=False)
# ok: python-cookie-readable-by-script
app.config["SESSION_COOKIE_HTTPONLY"] = True
# ruleid: python-cookie-sent-cross-site
app.config["SESSION_COOKIE_SAMESITE"] = "None"
# ok: python-insecure-cookie
app.config.update(SESSION_COOKIE_SECURE=True, REMEMBER_COOKIE_SECURE=True)
# ruleid: python-insecure-cookie
CSRF_COOKIE_SECURE = False


@app.route("/login", methods=["POST"])
def login(token, given, settings):
    response = make_response("welcome")
    # ruleid: python-insecure-cookie, python-cookie-readable-by-script, python-cookie-sent-cross-site
    response.set_cookie("session", token)
    # ruleid: python-insecure-cookie, python-cookie-sent-cross-site
    response.set_cookie("session", token, secure=False, httponly=True)
    # ruleid: python-insecure-cookie
    response.set_cookie("auth_token", token, httponly=True, samesite="Lax")
    # ok: python-insecure-cookie, python-cookie-readable-by-script, python-cookie-sent-cross-site
    response.set_cookie("session", token, secure=True, httponly=True, samesite="Lax")
    # ruleid: python-cookie-readable-by-script
    response.set_cookie("session", token, secure=True, samesite="Lax")
    # ruleid: python-cookie-sent-cross-site
    response.set_cookie("session", token, secure=True, httponly=True, samesite="None")
    # ruleid: python-insecure-cookie, python-cookie-readable-by-script, python-cookie-sent-cross-site
    response.set_cookie("connect.sid", token)
    # ruleid: python-insecure-cookie, python-cookie-readable-by-script, python-cookie-sent-cross-site
    response.set_cookie("id_v2", token)
    # ruleid: python-insecure-cookie
    response.set_cookie("choice", given)
    # ok: python-insecure-cookie
    response.set_cookie("theme", "dark")
    # ok: python-insecure-cookie
    response.set_cookie("sidebar_width", "300")
    # ok: python-insecure-cookie
    response.set_cookie("session", "", max_age=0)
    # ruleid: python-insecure-cookie
    response.set_cookie(given, token)
    # ruleid: python-insecure-cookie
    response.set_cookie(key="choice", value=given, httponly=True)
    # ok: python-insecure-cookie
    response.set_cookie(key="choice", value=given, secure=True)
    flag = False
    # ruleid: python-insecure-cookie
    response.set_cookie("choice", given, secure=flag)
    # ruleid: python-insecure-cookie
    response.set_cookie("choice", given, secure=PLAIN)
    flag = True
    # ok: python-insecure-cookie
    response.set_cookie("choice", given, secure=flag)
    # ok: python-insecure-cookie
    response.set_cookie("choice", given, secure=PROTECTED)
    # ok: python-insecure-cookie
    response.set_cookie("choice", given, secure=settings.COOKIE_SECURE)
    # ok: python-insecure-cookie
    response.set_cookie("choice", given, 60, None, "/", None, True, True)
    flags = {"off": False, "on": True}
    # ruleid: python-insecure-cookie
    response.set_cookie("choice", given, secure=flags["off"])
    # ok: python-insecure-cookie
    response.set_cookie("choice", given, secure=flags["on"])
    options = {"secure": False, "httponly": True}
    # ruleid: python-insecure-cookie
    response.set_cookie("choice", given, **options)
    better = {"secure": True, "httponly": True}
    # ok: python-insecure-cookie
    response.set_cookie("choice", given, **better)
    # ok: python-cookie-readable-by-script
    response.set_cookie("csrf_token", token, secure=True, httponly=False, samesite="Lax")
    # ruleid: python-insecure-cookie, python-cookie-readable-by-script
    response.headers["Set-Cookie"] = "session=abc; Path=/"
    # ok: python-insecure-cookie, python-cookie-readable-by-script
    response.headers["Set-Cookie"] = "session=abc; Path=/; Secure; HttpOnly; SameSite=Lax"
    return response


def jars(value):
    plain = SimpleCookie()
    # ruleid: python-insecure-cookie, python-cookie-readable-by-script
    plain["session"] = value
    careful = SimpleCookie()
    # ok: python-insecure-cookie, python-cookie-readable-by-script
    careful["session"] = value
    careful["session"]["secure"] = True
    careful["session"]["httponly"] = True
    return plain, careful


server = Starlette()
# ruleid: python-insecure-cookie
server.add_middleware(SessionMiddleware, secret_key=app.config["KEY"])
# ok: python-insecure-cookie
server.add_middleware(SessionMiddleware, secret_key=app.config["KEY"], https_only=True)
