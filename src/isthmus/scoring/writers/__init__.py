"""SCORED BATCHES -> FILES: CSV, JSON lines, Parquet, Arrow, npy, to a path or standard output."""

from __future__ import annotations

from isthmus.scoring.writers.opening import (
    WITH_NUMBERS_ALONE,
    FormatName,
    as_images,
    format_of,
    open_writer,
)

__all__ = ["WITH_NUMBERS_ALONE", "FormatName", "as_images", "format_of", "open_writer"]
