import random
import secrets
import string


def issue():
    # ruleid: python-predictable-token
    token = "".join(random.choice(string.ascii_letters) for _ in range(32))
    # ruleid: python-predictable-token
    reset_code = random.randint(100000, 999999)
    # ok: python-predictable-token
    token = secrets.token_urlsafe(32)
    # ok: python-predictable-token
    session_key = random.SystemRandom().getrandbits(256)
    # ok: python-predictable-token
    colour = random.choice(["red", "blue"])
    return token, reset_code, session_key, colour
