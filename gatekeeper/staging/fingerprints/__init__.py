"""What is known of production without holding any of it: keyed hashes of its values.

Read on in `values.py` (which cells are hashed, and as what), `siphash.py` (how), `fingerprint.py`
(what is kept), `match.py` (what staging shares with it) and `overlap.py` (what that means).
"""
