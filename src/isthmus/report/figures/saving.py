"""A figure as a file: PNG, SVG or its Vega-Lite specification as JSON; never half a file."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from isthmus.atomic import written
from isthmus.errors import UsageError, require
from isthmus.report.figures.text import printable

SCALE = 2
"""Pixels of a PNG per unit of the figure: sharp on present screens."""


def save(chart: Any, path: str | os.PathLike[str], *, overwrite: bool = False) -> None:
    """Write a figure; its bytes depend on the figure and the drawing library alone.

    Parameters
    ----------
    chart : altair chart
        From any function of `isthmus.report.figures`.
    path : path
        Ends in ``.png``, ``.svg`` or ``.json``.
    overwrite : bool
        Whether an existing file may be replaced.

    Raises
    ------
    UsageError
        If the name has another ending.
    FileAccessError
        If the file exists and may not be replaced, or cannot be written.
    """
    ending = Path(path).suffix.lower()
    if ending not in FORMATS:
        raise UsageError(
            f"{path}: a figure cannot be saved as {ending or 'a file without an ending'!r}",
            advice=f"Known: {', '.join(FORMATS)}.",
        )
    content = FORMATS[ending](_drawable(chart.to_dict()))
    with written(path, overwrite=overwrite) as file:
        file.write(content)


def _png(spec: dict[str, Any]) -> bytes:
    return bytes(_renderer().vegalite_to_png(spec, scale=SCALE, allowed_base_urls=[]))


def _svg(spec: dict[str, Any]) -> bytes:
    return str(_renderer().vegalite_to_svg(spec, allowed_base_urls=[])).encode()


def _json(spec: dict[str, Any]) -> bytes:
    # ASCII without < > & can stand inside a page as it is.
    text = json.dumps(spec, ensure_ascii=True, allow_nan=False, sort_keys=True, indent=1)
    for letter in "<>&":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return f"{text}\n".encode()


FORMATS: dict[str, Callable[[dict[str, Any]], bytes]] = {
    ".png": _png,
    ".svg": _svg,
    ".json": _json,
}


def _renderer() -> Any:
    return require("vl_convert", extra="report", purpose="drawing figures")


def _drawable(part: Any) -> Any:
    """The same specification without characters on which the renderer ends the process."""
    if isinstance(part, str):
        return printable(part)
    if isinstance(part, dict):
        return {name: _drawable(value) for name, value in part.items()}
    if isinstance(part, list):
        return [_drawable(value) for value in part]
    return part
