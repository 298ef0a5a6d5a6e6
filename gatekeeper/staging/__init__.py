"""Does staging hold production data? Start reading at `gate.py`."""
