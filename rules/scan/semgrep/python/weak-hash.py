import configparser
import functools
import hashlib
import hmac
import os
from hashlib import md5, sha256

from Crypto.Hash import MD5, SHA256
from cryptography.hazmat.primitives import hashes

ALGORITHMS = {"weak": "md5", "strong": "sha256"}
PREFERRED = ["md5", "sha256"]
DEFAULT = "SHA1"


def called(data, key):
    # ruleid: python-weak-hash
    first = hashlib.md5(data).hexdigest()
    # ok: python-weak-hash
    second = hashlib.sha256(data).hexdigest()
    # ruleid: python-weak-hash
    third = hashlib.sha1()
    third.update(data)
    # ruleid: python-weak-hash
    fourth = md5(data)
    # ok: python-weak-hash
    fifth = sha256(data)
    # ok: python-weak-hash
    shard = hashlib.md5(data, usedforsecurity=False).digest()[0]
    flag = False
    # ok: python-weak-hash
    shard = hashlib.sha1(data, usedforsecurity=flag).digest()[0]
    # ruleid: python-weak-hash
    sixth = hashlib.md5(data, usedforsecurity=True)
    # ruleid: python-weak-hash
    make = hashlib.md5
    # ok: python-weak-hash
    make = functools.partial(hashlib.md5, usedforsecurity=False)
    # ruleid: python-weak-hash
    table = {"md5": hashlib.md5, "sha256": hashlib.sha256}
    # ok: python-weak-hash
    seventh = hmac.new(key, data, hashlib.sha1)
    # ruleid: python-weak-hash
    eighth = hmac.new(key, data, hashlib.md5)
    return first, second, third, fourth, fifth, shard, sixth, make, table, seventh, eighth


def other_libraries(data, private, padding):
    # ruleid: python-weak-hash
    MD5.new(data)
    # ok: python-weak-hash
    SHA256.new(data)
    # ruleid: python-weak-hash
    hashes.Hash(hashes.MD5())
    # ruleid: python-weak-hash
    digest = hashes.Hash(hashes.SHA1())
    # ok: python-weak-hash
    digest = hashes.Hash(hashes.SHA256())
    # ruleid: python-weak-hash
    private.sign(data, padding, hashes.SHA1())
    return digest


def caches(response, body):
    # ok: python-weak-hash
    response.headers["ETag"] = hashlib.md5(body).hexdigest()
    # ok: python-weak-hash
    cache_key = hashlib.md5(body).hexdigest()
    # ok: python-weak-hash
    etag = hashlib.sha1(body).hexdigest()
    # ruleid: python-weak-hash
    signature = hashlib.md5(body).hexdigest()
    return cache_key, etag, signature


def gravatar_url(address):
    # ok: python-weak-hash
    return "https://gravatar.com/avatar/" + hashlib.md5(address).hexdigest()


def named(given, settings):
    # ruleid: python-weak-hash-by-name
    hashlib.new("MD5")
    # ok: python-weak-hash-by-name
    hashlib.new("SHA256")
    # ok: python-weak-hash-by-name
    hashlib.new("md5", usedforsecurity=False)
    # ruleid: python-weak-hash-by-name
    hashlib.new(ALGORITHMS["weak"])
    # ok: python-weak-hash-by-name
    hashlib.new(ALGORITHMS["strong"])
    # ruleid: python-weak-hash-by-name
    hashlib.new(PREFERRED[0])
    # ok: python-weak-hash-by-name
    hashlib.new(PREFERRED[1])
    # ruleid: python-weak-hash-by-name
    hashlib.new(DEFAULT)
    # ruleid: python-weak-hash-by-name
    hashlib.new("md5" if given else "sha256")
    # ruleid: python-weak-hash-by-name
    hashlib.new("MD5".lower())
    # ruleid: python-weak-hash-by-name
    hashlib.new(os.environ.get("ALGORITHM", "md5"))
    # ok: python-weak-hash-by-name
    hashlib.new(os.environ.get("ALGORITHM", "sha512"))
    # ruleid: python-weak-hash-by-name
    hashlib.new(getattr(settings, "HASH", "sha1"))
    # ruleid: python-weak-hash-by-name
    getattr(hashlib, "md5")(given)
    # ok: python-weak-hash-by-name
    getattr(hashlib, "sha384")(given)
    # ruleid: python-weak-hash-by-name
    hashlib.file_digest(given, "sha1")


def overwritten(given):
    algorithm = "md5"
    if given:
        algorithm = "sha256"
    # ruleid: python-weak-hash-by-name
    hashlib.new(algorithm)
    algorithm = "sha256"
    # ok: python-weak-hash-by-name
    hashlib.new(algorithm)
    match given:
        case "A":
            chosen = "md5"
        case _:
            chosen = "sha256"
    # ruleid: python-weak-hash-by-name
    return hashlib.new(chosen)


def containers():
    table = {}
    table["x"] = "md5"
    table["y"] = "sha512"
    # ruleid: python-weak-hash-by-name
    hashlib.new(table["x"])
    # ok: python-weak-hash-by-name
    hashlib.new(table["y"])
    literal = {"x": "md5", "y": "sha512"}
    # ruleid: python-weak-hash-by-name
    hashlib.new(literal["x"])
    # ok: python-weak-hash-by-name
    hashlib.new(literal["y"])
    # ok: python-weak-hash-by-name
    hashlib.new(literal.get("y"))
    # ruleid: python-weak-hash-by-name
    hashlib.new(literal.get("x"))
    # ruleid: python-weak-hash-by-name
    hashlib.new(literal.get("z", "sha1"))
    # ruleid: python-weak-hash-by-name
    hashlib.new({"x": "sha1", "y": "sha256"}["x"])
    # ok: python-weak-hash-by-name
    hashlib.new({"x": "sha1", "y": "sha256"}["y"])
    names = ["md5", "sha256"]
    # ruleid: python-weak-hash-by-name
    hashlib.new(names[0])
    names.pop(0)
    # ok: python-weak-hash-by-name
    hashlib.new(names[0])
    options = configparser.ConfigParser()
    options.add_section("hash")
    options.set("hash", "old", "md5")
    options.set("hash", "new", "sha256")
    # ruleid: python-weak-hash-by-name
    hashlib.new(options.get("hash", "old"))
    # ok: python-weak-hash-by-name
    hashlib.new(options.get("hash", "new"))


def pick():
    return "md5"


def pick_strong():
    return "sha256"


def by_default(data, algorithm="md5"):
    # ruleid: python-weak-hash-by-name
    return hashlib.new(algorithm, data)


def from_a_function():
    # ruleid: python-weak-hash-by-name
    hashlib.new(pick())
    # ok: python-weak-hash-by-name
    hashlib.new(pick_strong())


class Hasher:
    OLD = "md5"
    NEW = "sha256"

    def old(self):
        # ruleid: python-weak-hash-by-name
        return hashlib.new(self.OLD)

    def new(self):
        # ok: python-weak-hash-by-name
        return hashlib.new(self.NEW)
