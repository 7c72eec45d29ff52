"""Tests may import the small helpers that lie beside them."""

from __future__ import annotations

import sys
from pathlib import Path

for folder in ("training", "model_file"):
    sys.path.insert(0, str(Path(__file__).parent / folder))
