from django.http import HttpResponse
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from flask import Flask
from flask_wtf import FlaskForm

app = Flask(__name__)
# ruleid: python-csrf-off
app.config["WTF_CSRF_ENABLED"] = False
# ok: python-csrf-off
app.config["WTF_CSRF_ENABLED"] = True
# ruleid: python-csrf-off
MIDDLEWARE = ["django.contrib.sessions.middleware.SessionMiddleware"]
# ok: python-csrf-off
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
]


# ruleid: python-csrf-off
@csrf_exempt
def pay(request):
    return HttpResponse("paid")


# ok: python-csrf-off
@csrf_protect
def protected(request):
    return HttpResponse("paid")


class Transfer(FlaskForm):
    class Meta:
        # ruleid: python-csrf-off
        csrf = False


# ruleid: python-csrf-off
form = Transfer(meta={"csrf": False})
# ok: python-csrf-off
form = Transfer()
