"""gatekeeper: may this change go on? Answered with evidence.

Start reading at `core/pipeline.py`, then at the `gate.py` of the control you care about.
"""

__version__ = "0.1.0"
