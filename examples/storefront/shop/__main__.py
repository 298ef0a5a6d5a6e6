"""`python -m shop` serves the shop on this machine."""

import os

from shop import create_app


# weak: the debugger's console runs Python for whoever reaches it (CWE-489)
def serve():
    app = create_app("shop.db")
    app.run(host="0.0.0.0", debug=True)


# safe twin: this machine only, and never a debugger
def serve_safely():
    app = create_app(os.environ.get("SHOP_DATABASE", "shop.db"))
    app.run(host="127.0.0.1", debug=False)


if __name__ == "__main__":
    serve_safely()
