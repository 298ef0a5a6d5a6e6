import os

from fastapi import FastAPI
from flask import Flask

app = Flask(__name__)
# ruleid: python-debug-mode
api = FastAPI(debug=True)
# ok: python-debug-mode
other = FastAPI(title="shop")
# ruleid: python-debug-mode
app.config["DEBUG"] = True

if __name__ == "__main__":
    if os.environ.get("SHOP_LOCAL"):
        # ok: python-debug-mode
        app.run(debug=os.environ.get("SHOP_DEBUG") == "1")
    # ruleid: python-debug-mode
    app.run(debug=True)
