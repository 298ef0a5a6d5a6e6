import hashlib
import random
import secrets
import string
import uuid

import numpy
from flask import Flask, make_response, session

app = Flask(__name__)
system = random.SystemRandom()
predictable = random.Random(7)


def names(user, reset):
    # ruleid: python-predictable-token, python-predictable-random
    token = str(random.random())
    # ok: python-predictable-token, python-predictable-random
    token = secrets.token_urlsafe()
    # ok: python-predictable-token, python-predictable-random
    token = str(random.SystemRandom().random())
    # ok: python-predictable-token, python-predictable-random
    token = str(system.random())
    # ruleid: python-predictable-token, python-predictable-random
    user.reset_token = "".join(random.choice(string.ascii_letters) for _ in range(20))
    # ok: python-predictable-token, python-predictable-random
    user.reset_token = "".join(secrets.choice(string.ascii_letters) for _ in range(20))
    # ruleid: python-predictable-token, python-predictable-random
    otp_code = f"{random.randint(0, 999999):06}"
    # ruleid: python-predictable-token, python-predictable-random
    reset(user, token=random.getrandbits(128))
    # ruleid: python-predictable-token, python-predictable-random
    api_key = numpy.random.bytes(16)
    # ruleid: python-predictable-token
    session_id = str(uuid.uuid1())
    # ok: python-predictable-token
    session_id = str(uuid.uuid4())
    # ruleid: python-predictable-token, python-predictable-random
    secret = predictable.randint(1, 10)
    # ruleid: python-predictable-token, python-predictable-random
    return {"password": random.randbytes(8)}, token, otp_code, api_key, session_id, secret


def make_token():
    # ruleid: python-predictable-random
    chosen = random.sample(string.hexdigits, 16)
    # ruleid: python-predictable-token
    return "".join(chosen)


@app.route("/remember")
def remember():
    # ruleid: python-predictable-random
    number = random.random()
    key = str(number)[2:]
    # ruleid: python-predictable-token
    session["remembered"] = key
    response = make_response("hello")
    # ruleid: python-predictable-token
    response.set_cookie("me", key)
    # ruleid: python-predictable-token
    digest = hashlib.sha256(key.encode()).hexdigest()
    number = secrets.randbelow(10)
    key = str(number)
    # ok: python-predictable-token
    session["remembered"] = key
    # ok: python-predictable-token
    response.set_cookie("me", key)
    return response, digest


@app.route("/colour")
def colour():
    # ruleid: python-predictable-random
    shade = random.choice(["red", "green"])
    # ok: python-predictable-token
    return shade
