"""Who is told of what happens while a data set is fetched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Watch:
    """Who is told of what happens.

    Attributes
    ----------
    note : callable
        Takes a sentence about something out of the ordinary.
    progress : callable
        Takes the name of the file, the bytes that are here and those that it will have.
    """

    note: Callable[[str], None] = lambda _sentence: None
    progress: Callable[[str, int, int], None] = lambda _name, _here, _size: None
