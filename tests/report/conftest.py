"""Tests of figures and pages may import what lies beside them."""

from __future__ import annotations

import sys
from pathlib import Path

for folder in (".", "page"):
    sys.path.insert(0, str(Path(__file__).parent / folder))
