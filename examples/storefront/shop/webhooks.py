"""Webhooks: the shop calls addresses that its partners have given it."""

import io
import os
import xml.sax
import xml.sax.handler

import requests
from flask import Blueprint, abort, jsonify, request

pages = Blueprint("webhooks", __name__, url_prefix="/webhooks")
PARTNERS = {
    "parcels": "https://hooks.parcels.example/shop",
    "stock": "https://stock.example/shop",
}


# weak: the caller chooses the address, so the shop's network answers to strangers (CWE-918)
@pages.post("/test")
def test_webhook():
    answer = requests.post(request.form["url"], json={"event": "test"}, timeout=5)
    return jsonify({"status": answer.status_code})


# safe twin: the caller chooses a partner, the address is ours
@pages.post("/test/safe")
def test_webhook_safely():
    address = PARTNERS.get(request.form["partner"]) or abort(404)
    answer = requests.post(address, json={"event": "test"}, timeout=5, allow_redirects=False)
    return jsonify({"status": answer.status_code})


# weak: whoever stands between reads and changes the order (CWE-295)
def send_order(order):
    return requests.post(PARTNERS["parcels"], json=order, timeout=5, verify=False)


# safe twin: certificates are verified; a private authority is named, not switched off
def send_order_safely(order):
    authority = os.environ.get("SHOP_PARTNER_CA", True)
    return requests.post(PARTNERS["parcels"], json=order, timeout=5, verify=authority)


class Items(xml.sax.handler.ContentHandler):
    def __init__(self):
        super().__init__()
        self.ids = []

    def startElement(self, name, attributes):
        self.ids.append(attributes.get("id"))


# weak: a document can name a file of the server, and its text comes back (CWE-611)
@pages.post("/stock")
def stock():
    items = Items()
    reader = xml.sax.make_parser()
    reader.setFeature(xml.sax.handler.feature_external_ges, True)
    reader.setContentHandler(items)
    reader.parse(io.BytesIO(request.data))
    return jsonify(items.ids)


# safe twin: the partner sends JSON as well
@pages.post("/stock/safe")
def stock_safely():
    return jsonify([str(item["id"]) for item in request.get_json()])
