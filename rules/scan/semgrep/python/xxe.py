import xml.etree.ElementTree as ElementTree

import defusedxml.ElementTree as safe
from flask import Flask, request
from lxml import etree

app = Flask(__name__)


@app.route("/import", methods=["POST"])
def import_feed():
    # the parsers of the standard library load no external entities
    # ok: python-xxe
    ElementTree.fromstring(request.data)
    # ruleid: python-xxe
    etree.fromstring(request.data, etree.XMLParser(resolve_entities=True))
    # ok: python-xxe
    etree.fromstring(request.data, etree.XMLParser(resolve_entities=False, no_network=True))
    # ok: python-xxe
    ElementTree.fromstring("<constant/>")
    # ok: python-xxe
    return safe.fromstring(request.data)
