"""Whether all training rows are taken to be normal."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from isthmus.options.choices import Options


class SuspectOptions(Options):
    """What is done about training rows that are unlike the rest."""

    suspects: Annotated[float, Field(ge=0, le=0.4)] = 0.0
    """Largest share of the training rows that may be abnormal: so many, the least usual, are left
    out, and the doubtful do not train; 0: all rows are taken to be normal."""
