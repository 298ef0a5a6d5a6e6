"""One file a flag vendor; `interface.py` says what each has to do, `registry.py` lists them."""
