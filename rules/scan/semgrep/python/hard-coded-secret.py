import os

import decouple
import jwt
import psycopg
from flask import Flask

app = Flask(__name__)
# ruleid: python-hard-coded-secret
app.secret_key = "hunter2-hunter2"
# ok: python-hard-coded-secret, python-default-secret
app.secret_key = os.environ["SECRET_KEY"]
# ruleid: python-hard-coded-secret
app.config["SECRET_KEY"] = "hunter2-hunter2"
# ruleid: python-hard-coded-secret
app.config.from_mapping(SECRET_KEY="hunter2-hunter2")
# ok: python-hard-coded-secret
app.config["SESSION_COOKIE_NAME"] = "shop_session"
# ruleid: python-hard-coded-secret
JWT_SECRET_KEY = "hunter2-hunter2"
# ok: python-hard-coded-secret
SECRET_KEY_FILE = "/run/secrets/key"
# ruleid: python-default-secret
app.config["SECRET_KEY"] = os.environ.get("SECRET_KEY", "dev-only")
# ruleid: python-default-secret
DATABASE_PASSWORD = os.getenv("DB_PASSWORD", "postgres")
# ruleid: python-default-secret
KEY = os.getenv("API_KEY") or "abc-def"
# ok: python-default-secret
HOST = os.getenv("DB_HOST", "localhost")
# ok: python-default-secret
EMPTY = os.getenv("DB_PASSWORD", "")
# ruleid: python-default-secret
OTHER = decouple.config("SECRET_KEY", default="insecure")
# ok: python-default-secret
OTHER = decouple.config("SECRET_KEY")


def issue(claims):
    # ruleid: python-hard-coded-secret
    return jwt.encode(claims, "hunter2-hunter2", algorithm="HS256")


def connect(password):
    # ruleid: python-hard-coded-secret
    psycopg.connect("host=db", password="hunter2-hunter2")
    # ok: python-hard-coded-secret
    return psycopg.connect("host=db", password=password)
