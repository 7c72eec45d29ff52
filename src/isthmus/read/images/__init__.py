"""IMAGES -> ROWS: files, folders and arrays of images, each brought to one form."""

from __future__ import annotations
