"""Texts that look like dates and times."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

_CLOCK = r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?(?: ?[AaPp][Mm])?"
_ZONE = r"(?: ?(?:Z|UTC|[+-][0-9]{2}:?(?:[0-9]{2})?))?"
_DAY = (
    r"(?:[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}|[0-9]{4}/[0-9]{1,2}/[0-9]{1,2}"
    r"|[0-9]{1,2}[./-][0-9]{1,2}[./-](?:[0-9]{4}|[0-9]{2}))"
)
LOOKS_LIKE_A_DATE = rf"^(?:{_DAY}(?:[T ]{_CLOCK}{_ZONE})?|{_CLOCK}{_ZONE})$"
"""2024-12-31, 31.12.2024, 12/31/2024, each with a time or without, and 23:59 alone."""


def look_like_dates(texts: pa.Array) -> pa.Array:
    """Whether each text could be a date or a time, shape (N,)."""
    return pc.match_substring_regex(texts, LOOKS_LIKE_A_DATE)
