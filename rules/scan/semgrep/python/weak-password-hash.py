import hashlib

from werkzeug.security import generate_password_hash


def store(password: str, content: bytes, salt: bytes) -> list:
    return [
        # ruleid: python-weak-password-hash
        hashlib.md5(password.encode()).hexdigest(),
        # ruleid: python-weak-password-hash
        hashlib.sha256(salt + password.encode()).hexdigest(),
        # ok: python-weak-password-hash
        hashlib.sha256(content).hexdigest(),
        # ok: python-weak-password-hash
        hashlib.scrypt(password.encode(), salt=salt, n=2**14, r=8, p=1),
        # ok: python-weak-password-hash
        generate_password_hash(password),
    ]
