from urllib.parse import quote, urlparse

import httpx
import requests
from flask import Flask, abort, request

app = Flask(__name__)
HOSTS = {"api.example.com"}


@app.route("/fetch")
def fetch():
    url = request.args["url"]
    # ruleid: python-ssrf
    requests.get(url, timeout=5)
    # ruleid: python-ssrf
    httpx.post("https://" + url + "/hook", timeout=5)
    # ok: python-ssrf
    requests.get("https://api.example.com/items/" + url, timeout=5)
    # ok: python-ssrf
    requests.get(f"https://api.example.com/search?q={quote(url)}", timeout=5)
    # ok: python-ssrf
    requests.get("https://api.example.com/items", params={"q": url}, timeout=5)
    if urlparse(url).hostname not in HOSTS:
        abort(400)
    # ok: python-ssrf
    return requests.get(url, timeout=5).text
