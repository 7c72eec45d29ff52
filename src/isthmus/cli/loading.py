"""Large libraries, loaded without looking for garbage on the way."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator


@contextlib.contextmanager
def loading() -> Iterator[None]:
    """Let nothing be collected meanwhile.

    What is imported stays. Python would go through all of it again and again, which takes a
    quarter of the time that PyTorch takes to load.
    """
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()
