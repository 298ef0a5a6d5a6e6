"""Configuration: what must not stand in a repository, and where it belongs."""

import os
import secrets

# weak: whoever reads this repository can sign session cookies (CWE-798)
class Legacy:
    SECRET_KEY = "q8Zt-51xN-storefront-sessions"
    SESSION_COOKIE_SECURE = False


# safe twin: the key comes from the environment; without one, sessions end with the process
def load():
    return {
        "SECRET_KEY": os.environ.get("SHOP_SECRET_KEY") or secrets.token_hex(32),
        "SESSION_COOKIE_SECURE": True,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
    }
