"""Where a command reads from and writes to, looked at before any work is done."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from isthmus.errors import DataError, UsageError

if TYPE_CHECKING:
    from isthmus.options import ReadOptions
    from isthmus.read import Source

STANDARD = "-"


def claim(output: str, *, data: str, force: bool) -> None:
    """Refuse now an output that cannot be written, or that would replace the data.

    Raises
    ------
    FileAccessError
        If the file exists and `force` is false, or cannot be written there.
    UsageError
        If the file is the data, or has no name.
    """
    from isthmus import atomic

    if not output:
        raise UsageError("-o: is empty, a file name was expected")
    if output != STANDARD and data != STANDARD and _same(output, data):
        raise UsageError(
            f"-o {output}: is the data itself, which would be lost",
            advice="Choose another name for the output.",
        )
    atomic.refuse(output, overwrite=force)


def claim_model(output: str, *, data: str, force: bool) -> None:
    """The same for a model file, which must have a name."""
    if output == STANDARD:
        raise UsageError(
            "-o -: a model file does not go to standard output",
            advice="Give it a name, such as -o detector.onnx.",
        )
    claim(output, data=data, force=force)


def open_data(data: str, read: ReadOptions) -> Source:
    """Open the data, and say so where a model file was given in their place."""
    from isthmus.read import open_source

    if Path(data).suffix == ".onnx" and read.format is None and Path(data).is_file():
        raise DataError(
            f"{data}: is named like a model file, data were expected",
            advice="score, evaluate and calibrate take the model first, then the data.",
        )
    return open_source(data, read)


def _same(one: str, other: str) -> bool:
    try:
        return Path(one).samefile(other)
    except OSError:
        return False
