from urllib.parse import urlparse

from django.http import HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from flask import Flask, abort, redirect, request, url_for
from shop.guards import is_safe_url

app = Flask(__name__)


@app.route("/login")
def login():
    target = request.args.get("next", "/")
    if request.args.get("fast"):
        # ruleid: python-open-redirect
        return redirect(target)
    # ok: python-open-redirect
    redirect(url_for("account", tab=target))
    # ok: python-open-redirect
    redirect("/account?tab=" + target)
    if urlparse(target).netloc:
        abort(400)
    # ok: python-open-redirect
    return redirect(target)


@app.route("/logout")
def logout():
    target = request.args.get("next")
    if target and is_safe_url(target):
        # ok: python-open-redirect
        return redirect(target)
    if not is_safe_url(target):
        # ruleid: python-open-redirect
        return redirect(target)
    # ruleid: python-open-redirect
    return redirect("/" + target)


def django_view(request):
    target = request.GET["next"]
    if target and url_has_allowed_host_and_scheme(target, allowed_hosts=None):
        # ok: python-open-redirect
        HttpResponseRedirect(target)
    if url_has_allowed_host_and_scheme(target, allowed_hosts=None):
        HttpResponseRedirect("/")
    else:
        # ruleid: python-open-redirect
        HttpResponseRedirect(target)
    if url_has_allowed_host_and_scheme(target, allowed_hosts=None):
        # ok: python-open-redirect
        return HttpResponseRedirect(target)
    # ruleid: python-open-redirect
    return HttpResponseRedirect(target)
