"""What every fact is made of."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field

CLOSED = ConfigDict(extra="forbid")
Oid = Annotated[str, Field(pattern=r"^[0-9a-f]{40}$")]
