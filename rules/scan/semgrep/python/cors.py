from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from flask import Flask, request
from flask_cors import CORS

app = Flask(__name__)
# ruleid: python-cors-any-origin-with-credentials, python-cors-any-origin
CORS(app, origins="*", supports_credentials=True)
# ruleid: python-cors-any-origin-with-credentials
CORS(app, supports_credentials=True)
# ok: python-cors-any-origin-with-credentials, python-cors-any-origin
CORS(app, origins=["https://shop.example"], supports_credentials=True)
# ruleid: python-cors-any-origin
CORS(app)
api = FastAPI()
# ruleid: python-cors-any-origin-with-credentials, python-cors-any-origin
api.add_middleware(CORSMiddleware, allow_origins=["*"], allow_credentials=True)
# ok: python-cors-any-origin-with-credentials, python-cors-any-origin
api.add_middleware(CORSMiddleware, allow_origins=["https://a.example"], allow_credentials=True)
ALLOWED = {"https://shop.example"}


@app.after_request
def headers(response):
    # ruleid: python-cors-any-origin
    response.headers["Access-Control-Allow-Origin"] = "*"
    # ruleid: python-cors-reflected-origin
    response.headers["Access-Control-Allow-Origin"] = request.headers.get("Origin", "")
    # ok: python-cors-any-origin
    response.headers["Access-Control-Allow-Origin"] = "https://shop.example"
    origin = request.headers.get("Origin")
    if origin in ALLOWED:
        # ok: python-cors-reflected-origin
        response.headers["Access-Control-Allow-Origin"] = origin
    return response
