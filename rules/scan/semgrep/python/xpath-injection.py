from flask import Flask, request
from lxml import etree

app = Flask(__name__)


@app.route("/account")
def account():
    name = request.args["name"]
    tree = etree.parse("accounts.xml")
    # ruleid: python-xpath-injection
    tree.xpath("//account[@name='" + name + "']")
    # ok: python-xpath-injection
    tree.xpath("//account[@name=$name]", name=name)
    # ok: python-xpath-injection
    return tree.xpath("//account[@id=%d]" % int(name))
