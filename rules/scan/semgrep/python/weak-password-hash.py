import hashlib

import bcrypt
from flask import request
from passlib.context import CryptContext
from passlib.hash import argon2, md5_crypt
from werkzeug.security import generate_password_hash

# ruleid: python-weak-password-hasher
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# ok: python-weak-password-hasher
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
# ruleid: python-weak-password-hasher
old = CryptContext(schemes=["md5_crypt"])
# ok: python-weak-password-hasher
new = CryptContext(schemes=["argon2", "bcrypt"])


def store(user, password, body, salt):
    # ruleid: python-weak-password-hash
    user.digest = hashlib.md5(password.encode()).hexdigest()
    # ruleid: python-fast-password-hash
    user.digest = hashlib.sha256((salt + password).encode()).hexdigest()
    # ruleid: python-weak-password-hash
    user.digest = hashlib.new("SHA1", password.encode()).hexdigest()
    # ok: python-weak-password-hash, python-fast-password-hash
    user.digest = hashlib.scrypt(password.encode(), salt=salt, n=2**14, r=8, p=1)
    # ok: python-weak-password-hash, python-fast-password-hash
    etag = hashlib.sha256(body).hexdigest()
    # ok: python-weak-password-hash
    shard = hashlib.md5(password, usedforsecurity=False).digest()[0]
    # ruleid: python-weak-password-hasher
    user.digest = hashlib.pbkdf2_hmac("sha256", password, salt, 1000)
    # ok: python-weak-password-hasher
    user.digest = hashlib.pbkdf2_hmac("sha256", password, salt, 600_000)
    # ruleid: python-weak-password-hasher
    user.digest = bcrypt.hashpw(password, bcrypt.gensalt(4))
    # ok: python-weak-password-hasher
    user.digest = bcrypt.hashpw(password, bcrypt.gensalt(12))
    # ruleid: python-weak-password-hasher
    user.digest = md5_crypt.hash(password)
    # ok: python-weak-password-hasher
    user.digest = argon2.hash(password)
    # ruleid: python-weak-password-hasher
    user.digest = generate_password_hash(password, method="pbkdf2:sha1")
    # ok: python-weak-password-hasher
    user.digest = generate_password_hash(password, method="scrypt")
    return etag, shard


def register(User, user, LoginForm):
    given = request.form["password"]
    # ruleid: python-plain-password-storage
    user.password = given
    # ok: python-plain-password-storage
    user.password = generate_password_hash(given)
    # ruleid: python-plain-password-storage
    User(name="x", password=request.form.get("password"))
    # ok: python-plain-password-storage
    LoginForm(password=request.form.get("password"))
