"""One look for all figures: colours, fonts, sizes.

The colours are of the palette that Okabe and Ito (2008) chose for readers of every colour vision.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any

from isthmus.errors import require
from isthmus.report.figures.text import clean

NORMAL = "#0072B2"
ABNORMAL = "#D55E00"
OBSERVED = "#222222"
EXPECTED = "#0072B2"
GAP = "#E69F00"
TRAINING = "#0072B2"
VALIDATION = "#D55E00"

WIDTH, HEIGHT = 680, 320
PANEL_WIDTH, PANEL_HEIGHT, STRIP_HEIGHT = 420, 240, 70

Y_EXTENT = 34
"""Room for the numbers of every y axis, so that panels one above the other line up."""

INK, SOFT_INK, GRID = "#222222", "#555555", "#E5E5E5"
SMALL = 12.5
FONT = "Liberation Sans, Arial, Helvetica, sans-serif"

CONFIG: dict[str, Any] = {
    "background": "white",
    "padding": 16,
    "font": FONT,
    "view": {"stroke": None},
    "axis": {
        "labelFontSize": 12,
        "titleFontSize": 13,
        "titleFontWeight": "normal",
        "labelColor": SOFT_INK,
        "titleColor": INK,
        "titlePadding": 10,
        "gridColor": GRID,
        "domainColor": SOFT_INK,
        "tickColor": SOFT_INK,
    },
    "axisX": {"grid": False},
    "axisY": {"domain": False, "ticks": False, "tickCount": 5},
    "title": {
        "anchor": "start",
        "frame": "group",
        "fontSize": 16,
        "fontWeight": "bold",
        "color": INK,
        "subtitleFontSize": SMALL,
        "subtitleColor": SOFT_INK,
        "subtitlePadding": 5,
        "offset": 12,
    },
    "legend": {
        "orient": "top",
        "direction": "horizontal",
        "title": None,
        "labelFontSize": SMALL,
        "labelColor": INK,
        "labelLimit": 400,
        "symbolSize": 130,
        "symbolOpacity": 1,
        "columnPadding": 18,
        "offset": 10,
    },
}


def altair() -> ModuleType:
    """The drawing library, or one sentence on how to get it."""
    return require("altair", extra="report", purpose="drawing figures")


def title(text: str, subtitle: list[str], *, most: int = 60) -> Any:
    """A user's title of at most so many letters, over lines of our own."""
    # Vega looks texts up in a JavaScript object, where it finds "constructor" and the like without
    # having put them there. A blank behind keeps such a title apart and is not seen.
    return altair().TitleParams(f"{clean(text, most)} ", subtitle=subtitle)


def themed(chart: Any, *told: str) -> Any:
    """Dress a finished chart, and tell in sentences what a reader who cannot see it misses."""
    return chart.properties(description=". ".join([*told, ""]).rstrip()).configure(**CONFIG)
