import ldap
from flask import Flask, request
from ldap.filter import escape_filter_chars

app = Flask(__name__)


@app.route("/people")
def people():
    name = request.args["name"]
    server = ldap.initialize("ldaps://ldap.example.com")
    # ruleid: python-ldap-injection
    server.search_s("dc=example", ldap.SCOPE_SUBTREE, f"(uid={name})")
    safe = escape_filter_chars(name)
    # ok: python-ldap-injection
    server.search_s("dc=example", ldap.SCOPE_SUBTREE, f"(uid={safe})")
    # ok: python-ldap-injection
    return server.search_s("dc=example", ldap.SCOPE_SUBTREE, "(uid=guest)")
