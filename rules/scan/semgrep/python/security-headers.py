from django.http import HttpResponse
from django.views.decorators.clickjacking import xframe_options_deny, xframe_options_exempt
from flask import request
from flask_talisman import Talisman

# ruleid: python-host-header-trusted
ALLOWED_HOSTS = ["*"]
# ok: python-host-header-trusted
ALLOWED_HOSTS = ["shop.example"]
# ruleid: python-framing-allowed
MIDDLEWARE = ["django.middleware.security.SecurityMiddleware"]
# ok: python-framing-allowed
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
# ruleid: python-security-header-off
SECURE_SSL_REDIRECT = False
# ok: python-security-header-off
SECURE_SSL_REDIRECT = True
# ruleid: python-security-header-off
SECURE_HSTS_SECONDS = 0
# ok: python-security-header-off
SECURE_HSTS_SECONDS = 31536000


# ruleid: python-framing-allowed
@xframe_options_exempt
def widget(request):
    return HttpResponse("x")


# ok: python-framing-allowed
@xframe_options_deny
def page(request):
    return HttpResponse("x")


def protect(app, response):
    # ruleid: python-security-header-off
    Talisman(app, content_security_policy=None)
    # ok: python-security-header-off, python-framing-allowed
    Talisman(app)
    # ruleid: python-security-header-off
    response.headers["Content-Security-Policy"] = "script-src 'self' 'unsafe-inline'"
    # ok: python-security-header-off
    response.headers["Content-Security-Policy"] = "script-src 'self'; style-src 'unsafe-inline'"


def send_reset_link(token, base):
    # ruleid: python-host-header-trusted
    link = f"https://{request.host}/reset/{token}"
    # ok: python-host-header-trusted
    other = f"https://{base}/reset/{token}"
    return link, other
