"""Three presets: what is chosen for whoever chooses nothing, by what may be spent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from isthmus.options.choices import Kind, Options

Preset = Literal["fast", "balanced", "best"]


class PresetOptions(Options):
    """What to spend."""

    preset: Preset = "balanced"
    """fast: one small network, to score millions of rows; best: several times the training."""


PRESETS: dict[Preset, Mapping[str, Any]] = {
    "fast": {"scheme": "split", "members": 1, "distance": "off", "tails": "keep"},
    "balanced": {},
    "best": {"bank_rows": 5000},
}
"""Options that a preset sets where they have their own defaults."""

OF_TABLES: dict[Preset, Mapping[str, Any]] = {
    "best": {"bank_rows": 20000, "split_from": 20000},
}
"""The same for tables alone: there more rows to be near to pay."""

SMALL: dict[Kind, Mapping[str, Any]] = {
    "table": {"encoder": (32,), "code_size": 32, "decoder": ()},
    "signal": {},
    "image": {"encoder": (128,), "code_size": 128, "decoder": ()},
}
"""The network of the fast preset, where none is chosen; of signals it is small anyway."""
