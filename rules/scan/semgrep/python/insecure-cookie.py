from flask import Flask, make_response

app = Flask(__name__)
# ruleid: python-insecure-cookie
app.config["SESSION_COOKIE_SECURE"] = False
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
    # ok: python-insecure-cookie
    response.set_cookie("theme", "dark")
    return response
