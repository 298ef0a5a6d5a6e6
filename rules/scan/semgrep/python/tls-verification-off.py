import ssl

import httpx
import requests


def call(session):
    # ruleid: python-tls-verification-off
    requests.get("https://example.com", verify=False, timeout=5)
    # ruleid: python-tls-verification-off
    httpx.Client(verify=False)
    # ruleid: python-tls-verification-off
    session.verify = False
    # ok: python-tls-verification-off
    requests.get("https://example.com", verify="/etc/ssl/private-ca.pem", timeout=5)
    context = ssl.create_default_context()
    # ruleid: python-tls-verification-off
    context.check_hostname = False
    # ok: python-tls-verification-off
    context.check_hostname = True
    return context
