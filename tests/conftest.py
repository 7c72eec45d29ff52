"""Tests may import the small helpers that lie beside them, and never race against a clock."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from hypothesis import settings

for folder in ("training", "model_file", "scoring/explain"):
    sys.path.insert(0, str(Path(__file__).parent / folder))

# A busy machine is no failure; in CI the same examples are tried every time.
settings.register_profile("isthmus", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("isthmus")
