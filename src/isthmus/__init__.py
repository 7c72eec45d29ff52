"""isthmus: autoencoder anomaly detection with a stated false-alarm rate.

Learn what normal looks like from normal data alone; then say of every new row how strange it is,
how sure that is, and ship it all as one safe file that scores without PyTorch.

The public names are loaded on first use: importing the package costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from isthmus.version import __version__

if TYPE_CHECKING:
    from isthmus.detector import AutoencoderDetector
    from isthmus.errors import IsthmusError
    from isthmus.options import FitOptions
    from isthmus.scoring.explain import Explanations
    from isthmus.scoring.scorer import Scorer
    from isthmus.scoring.scores import Scores

_HOMES = {
    "AutoencoderDetector": "isthmus.detector",
    "Explanations": "isthmus.scoring.explain",
    "FitOptions": "isthmus.options",
    "IsthmusError": "isthmus.errors",
    "Scorer": "isthmus.scoring.scorer",
    "Scores": "isthmus.scoring.scores",
}

__all__ = [
    "AutoencoderDetector",
    "Explanations",
    "FitOptions",
    "IsthmusError",
    "Scorer",
    "Scores",
    "__version__",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'isthmus' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
