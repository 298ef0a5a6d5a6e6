from django import forms
from django.contrib.auth.decorators import login_required as needs_login
from django.shortcuts import get_object_or_404
from flask import Flask, request
from flask_login import current_user, login_required

app = Flask(__name__)
# ruleid: python-permission-for-everybody
REST_FRAMEWORK = {"DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"]}
# ok: python-permission-for-everybody
REST_FRAMEWORK = {"DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"]}
FIELDS = {"name", "street"}


@needs_login
def invoice(request, pk):
    # ruleid: python-object-of-anybody
    return get_object_or_404(Invoice, pk=pk)


@needs_login
def own_invoice(request, pk):
    # ok: python-object-of-anybody
    return get_object_or_404(Invoice, pk=pk, user=request.user)


@needs_login
def checked_invoice(request, pk):
    # ok: python-object-of-anybody
    found = get_object_or_404(Invoice, pk=pk)
    return found if found.user == request.user else None


# ruleid: python-view-without-login
@app.route("/a/<int:pk>")
def delete_order(pk):
    Order.query.filter_by(id=pk).delete()


# ok: python-view-without-login
@app.route("/b/<int:pk>")
@login_required
def remove_order(pk):
    Order.query.filter_by(id=pk, user=current_user).delete()


@app.route("/c", methods=["POST"])
def profile():
    # ruleid: python-mass-assignment
    user = User(**request.json)
    # ok: python-mass-assignment
    user = User(name=request.json["name"])
    # ok: python-mass-assignment
    given = UserSchema(**request.json)
    for field, value in request.form.items():
        # ruleid: python-mass-assignment
        setattr(user, field, value)
    for field, value in request.form.items():
        if field in FIELDS:
            # ok: python-mass-assignment
            setattr(user, field, value)
    return given


class UserForm(forms.ModelForm):
    class Meta:
        # ruleid: python-mass-assignment
        fields = "__all__"


class NameForm(forms.ModelForm):
    class Meta:
        # ok: python-mass-assignment
        fields = ["name"]
