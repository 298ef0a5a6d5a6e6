import base64
import json
import pickle

import yaml
from flask import Flask, request

app = Flask(__name__)


@app.route("/cart", methods=["POST"])
def cart():
    stored = request.cookies["cart"]
    # ruleid: python-unsafe-deserialization
    pickle.loads(base64.b64decode(stored))
    # ruleid: python-unsafe-deserialization
    yaml.load(request.data, Loader=yaml.Loader)
    # ruleid: python-unsafe-deserialization
    yaml.unsafe_load(request.data)
    # ok: python-unsafe-deserialization
    yaml.load(request.data, Loader=yaml.SafeLoader)
    # ok: python-unsafe-deserialization
    yaml.safe_load(request.data)
    with open("/srv/model.bin", "rb") as model:
        # ok: python-unsafe-deserialization
        pickle.load(model)
    # ok: python-unsafe-deserialization
    return json.loads(base64.b64decode(stored))
