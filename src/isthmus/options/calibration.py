"""How p-values are made honest."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from isthmus.options.choices import Alpha, Kind, Options, Scheme, Share
from isthmus.options.presets import Preset

DEFAULT_ALPHA = 0.01
MINIMUM_ROWS = 10
SPLIT_FROM_ROWS = 2000
"""From this many rows on, giving up a part for calibration costs little and is exact."""


class CalibrationOptions(Options):
    """How p-values are made honest: rows that the network did not train on."""

    scheme: Scheme | Literal["auto"] = "auto"
    """Calibrate on rows set aside (split; exact) or across folds (cross); auto: by the rows."""
    split_from: Annotated[int, Field(ge=MINIMUM_ROWS)] = SPLIT_FROM_ROWS
    """Rows from which auto is split: giving up a part then costs little."""
    calibration_share: Share = 0.2
    """Share of rows that a split sets aside, at most 100000 of them."""
    folds: Annotated[int, Field(ge=2, le=50)] = 5
    """Folds of the cross scheme."""
    members: Annotated[int, Field(ge=1, le=64)] | None = None
    """Networks per fold, or in all for a split; by default 1, but for a split of dense ones 5."""
    alpha: Alpha | None = None
    """Stated false-alarm rate; by default 0.01, or the smallest that the rows support."""
    threshold: str = "conformal"
    """Threshold rule: conformal, confident:0.95, mean-std:3, percentile:99 or fixed:2.5."""

    def members_of(self, scheme: Scheme, architecture: str, kind: Kind, preset: Preset) -> int:
        """Members in each group.

        Both schemes have the same number of networks by default, but a split of those that are
        slow to train, which all but dense ones and all for images are, has one.
        """
        if self.members is not None:
            return self.members
        one = architecture != "dense" or kind == "image"
        if preset == "best":
            return 2 if one or scheme == "cross" else 2 * self.folds
        return 1 if one or scheme == "cross" else self.folds
