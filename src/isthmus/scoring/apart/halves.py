"""Rows that were read, through the encoder alone or through both halves of the network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from isthmus.read import Rows
from isthmus.scoring.apart.codes import Codes
from isthmus.scoring.apart.rebuilt import Rebuilt

if TYPE_CHECKING:
    from isthmus.scoring.scorer import Scorer


def encoded(scorer: Scorer, rows: Rows) -> Codes:
    """The codes of a batch that was read for the detector, those of its first member."""
    results, reasons = scorer.run(rows.values, ["code"])
    codes = results["code"]
    reasons = _all_reasons(codes, {**reasons, **rows.unusable}, "its code is not finite")
    codes[list(reasons)] = np.nan
    return Codes(codes, reasons, rows.ids, rows.first, rows.source)


def rebuilt(scorer: Scorer, rows: Rows, *, mask: bool = False) -> Rebuilt:
    """A batch as the members rebuild it in the mean; `mask`: as it came, but for missing cells.

    Cells that the network is only shown stay as they came, missing ones too.
    """
    results, reasons = scorer.run(rows.values, ["reconstruction"])
    made = results["reconstruction"]
    shown = list(scorer.schema.shown)
    made[:, shown] = rows.values[:, shown]  # as they came, to the last digit
    judged = np.delete(made, shown, axis=1)
    reasons = _all_reasons(judged, {**reasons, **rows.unusable}, "what is rebuilt is not finite")
    return Rebuilt.of(rows, made, reasons, scorer.schema, mask=mask)


def _all_reasons(made: np.ndarray, reasons: Mapping[int, str], otherwise: str) -> dict[int, str]:
    """Why rows (N, ...) are invalid, by row; besides those known, what is not finite is."""
    infinite = np.flatnonzero(~np.isfinite(made).all(axis=1)).tolist()
    return dict(sorted({**dict.fromkeys(infinite, otherwise), **reasons}.items()))
