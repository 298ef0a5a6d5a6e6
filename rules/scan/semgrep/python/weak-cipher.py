import os

from Crypto.Cipher import AES, ARC4, DES, PKCS1_OAEP, PKCS1_v1_5
from Crypto.PublicKey import RSA
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

SIZE = 1024


def encrypt(key, text, public):
    # ruleid: python-weak-cipher
    DES.new(key, DES.MODE_CBC, os.urandom(8))
    # ruleid: python-weak-cipher
    ARC4.new(key)
    # ok: python-weak-cipher, python-unauthenticated-cipher-mode
    AES.new(key, AES.MODE_GCM)
    # ruleid: python-weak-cipher
    Cipher(algorithms.TripleDES(key), modes.CBC(os.urandom(8)))
    # ok: python-weak-cipher, python-static-iv
    Cipher(algorithms.AES(key), modes.GCM(os.urandom(12)))
    # ruleid: python-unauthenticated-cipher-mode
    AES.new(key, AES.MODE_ECB)
    # ruleid: python-unauthenticated-cipher-mode
    Cipher(algorithms.AES(key), modes.ECB())
    # ruleid: python-static-iv
    Cipher(algorithms.AES(key), modes.CBC(b"0123456789abcdef"))
    # ruleid: python-static-iv
    AES.new(key, AES.MODE_CBC, b"0" * 16)
    # ok: python-static-iv
    AES.new(key, AES.MODE_CBC, os.urandom(16))
    fixed = bytes(12)
    # ruleid: python-static-iv
    AESGCM(key).encrypt(b"123456789012", text, None)
    # ok: python-static-iv
    AESGCM(key).encrypt(os.urandom(12), text, None)
    # ruleid: python-short-key
    rsa.generate_private_key(public_exponent=65537, key_size=SIZE)
    # ok: python-short-key
    rsa.generate_private_key(public_exponent=65537, key_size=3072)
    # ruleid: python-short-key
    RSA.generate(1024)
    # ok: python-short-key
    RSA.generate(4096)
    # ruleid: python-weak-encryption-padding
    public.encrypt(text, padding.PKCS1v15())
    # ok: python-weak-encryption-padding
    public.encrypt(text, padding.OAEP(mgf=None, algorithm=None, label=None))
    # ruleid: python-weak-encryption-padding
    PKCS1_v1_5.new(public)
    # ok: python-weak-encryption-padding
    PKCS1_OAEP.new(public)
    return fixed
