"""Was every change reviewed by somebody else? Start reading in `gate.py`."""
