"""ENCODER AND DECODER, USED APART: codes of rows, rows of codes, new rows, nearest rows."""

from __future__ import annotations

from isthmus.scoring.apart.codes import Codes
from isthmus.scoring.apart.decoder import Decoder
from isthmus.scoring.apart.halves import encoded, rebuilt
from isthmus.scoring.apart.named import named
from isthmus.scoring.apart.passed import Passed
from isthmus.scoring.apart.rebuilt import Rebuilt, steady
from isthmus.scoring.apart.sampling import sampled
from isthmus.scoring.apart.similar import Indexed, neighbours

__all__ = [
    "Codes",
    "Decoder",
    "Indexed",
    "Passed",
    "Rebuilt",
    "encoded",
    "named",
    "neighbours",
    "rebuilt",
    "sampled",
    "steady",
]
