"""Words over the panels of a heat map, and below it what its colours mean."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from isthmus.errors import require

GAP = 8
"""Pixels between panels."""
TITLE, SCALE = 20, 34
"""Pixels above the panels, and below them."""
NARROWEST = 120
"""Pixels that a panel has for its title."""
LETTERS = 12
BAR = 8
INK = (40, 40, 40)


def captioned(
    panels: Sequence[np.ndarray], titles: Sequence[str], ramp: np.ndarray, ends: tuple[str, str]
) -> np.ndarray:
    """Panels side by side with titles, the last with a scale, (height, width, 3), uint8.

    Parameters
    ----------
    panels : sequence of array, shape (height, width, 3)
        Of one size.
    titles : sequence of str
        One for each.
    ramp : array, shape (n, 3)
        The colours of the scale from its beginning to its end.
    ends : tuple of str
        What stands at both.
    """
    image: Any = require("PIL.Image", extra="images", purpose="drawing heat maps")
    draw: Any = require("PIL.ImageDraw", extra="images", purpose="drawing heat maps")
    height, own = panels[0].shape[:2]
    width = max(own, NARROWEST)
    size = (len(panels) * (width + GAP) - GAP, TITLE + height + SCALE)
    whole = image.new("RGB", size, (255, 255, 255))
    pen = draw.Draw(whole)
    for place, (panel, title) in enumerate(zip(panels, titles, strict=True)):
        left = place * (width + GAP)
        whole.paste(image.fromarray(np.ascontiguousarray(panel)), (left, TITLE))
        pen.text((left, 3), title, INK, _font())
    places = np.linspace(0, len(ramp) - 1, own).round().astype(int)
    bar = np.repeat(ramp[None, places], BAR, axis=0).astype(np.uint8)
    whole.paste(image.fromarray(bar), (left, TITLE + height + 5))
    below = TITLE + height + BAR + 8
    pen.text((left, below), ends[0], INK, _font())
    behind = left + width - pen.textlength(ends[1], _font())
    pen.text((behind, below), ends[1], INK, _font())
    drawn: np.ndarray = np.asarray(whole)
    return drawn


def _font() -> Any:
    fonts: Any = require("PIL.ImageFont", extra="images", purpose="drawing heat maps")
    return fonts.load_default(LETTERS)
