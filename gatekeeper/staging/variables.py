"""`${NAME}` in what a user names: replaced here, where the result is used and nowhere kept."""

from __future__ import annotations

from collections.abc import Mapping

from gatekeeper.core.errors import EvidenceError
from gatekeeper.core.references import resolve


def resolved(template: str, environment: Mapping[str, str]) -> str:
    """Return it with every variable replaced; a secret.

    Raises:
        EvidenceError: a variable is not set.
    """
    try:
        return resolve(template, environment)
    except KeyError as error:
        variable = error.args[0]
        raise EvidenceError(
            f"the environment variable {variable} is not set", f"set {variable}"
        ) from None
