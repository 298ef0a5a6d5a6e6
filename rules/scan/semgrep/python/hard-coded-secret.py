import os

import jwt
from flask import Flask

app = Flask(__name__)
# ruleid: python-hard-coded-secret
app.secret_key = "correct horse battery staple"
# ruleid: python-hard-coded-secret
app.config["SECRET_KEY"] = "correct horse battery staple"
# ruleid: python-hard-coded-secret
app.config.from_mapping(SECRET_KEY="correct horse battery staple")
# ok: python-hard-coded-secret
app.config.from_mapping(SECRET_KEY=os.environ["SECRET_KEY"])
# ok: python-hard-coded-secret
app.config["SECRET_KEY"] = os.environ["SECRET_KEY"]
# ok: python-hard-coded-secret
app.config["TEMPLATE_FOLDER"] = "templates"


def token(claims, key):
    # ruleid: python-hard-coded-secret
    jwt.encode(claims, "correct horse battery staple", algorithm="HS256")
    # ok: python-hard-coded-secret
    return jwt.encode(claims, key, algorithm="HS256")
