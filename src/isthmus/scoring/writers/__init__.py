"""SCORED BATCHES -> FILES: CSV, JSON lines, Parquet and Arrow, to a path or standard output."""

from __future__ import annotations

from isthmus.scoring.writers.opening import open_writer

__all__ = ["open_writer"]
