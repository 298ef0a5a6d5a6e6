from flask import Flask, make_response

app = Flask(__name__)
# ruleid: python-insecure-cookie
app.config["SESSION_COOKIE_SECURE"] = False
# ruleid: python-insecure-cookie
app.config.from_mapping(SESSION_COOKIE_HTTPONLY=False)
# ok: python-insecure-cookie
app.config["SESSION_COOKIE_HTTPONLY"] = True


@app.route("/login", methods=["POST"])
def login(token):
    response = make_response("welcome")
    # ruleid: python-insecure-cookie
    response.set_cookie("session", token)
    # ruleid: python-insecure-cookie
    response.set_cookie("session", token, secure=False, httponly=True)
    # ruleid: python-insecure-cookie
    response.set_cookie("auth_token", token, httponly=True)
    # ok: python-insecure-cookie
    response.set_cookie("session", token, secure=True, httponly=True, samesite="Lax")
    # ruleid: python-insecure-cookie
    response.set_cookie("connect.sid", token)
    # ruleid: python-insecure-cookie
    response.set_cookie("id_v2", token)
    # ok: python-insecure-cookie
    response.set_cookie("theme", "dark")
    # ok: python-insecure-cookie
    response.set_cookie("sidebar_width", "300")
    return response
