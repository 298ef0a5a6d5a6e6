"""The one place that reads what a tool answers: strictly, or not at all."""

from __future__ import annotations

from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

M = TypeVar("M", bound="Answer")


class Answer(BaseModel):
    """Base of what tools write: unknown keys are theirs, missing or wrong ones are no answer."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)


def read(schema: type[M], text: bytes) -> M | None:
    """Return the answer that JSON text holds, or None when it is not one."""
    try:
        return schema.model_validate_json(text)
    except ValidationError:
        return None
