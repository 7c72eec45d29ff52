"""What all groups of choices are made of: frozen, validated values, and the words of kinds."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Width = Annotated[int, Field(ge=1, le=65536)]
Share = Annotated[float, Field(gt=0, lt=1)]
Alpha = Annotated[float, Field(gt=0, lt=1)]
Kind = Literal["table", "signal", "image"]
Scheme = Literal["split", "cross"]


class Frozen(BaseModel):
    """A value: unknown names are refused, nothing changes after it is made."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Options(Frozen):
    """Choices; the sentence below each is its help wherever it is offered."""

    model_config = ConfigDict(use_attribute_docstrings=True)
