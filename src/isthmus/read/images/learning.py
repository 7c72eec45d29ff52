"""All images of a source in one array, to learn from."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from isthmus.errors import DataError, UnreadableDataError
from isthmus.options import MINIMUM_ROWS, RowOptions
from isthmus.read.counting import counted
from isthmus.read.images.forms import form_of
from isthmus.read.images.pictures import Look, Pictures
from isthmus.read.images.shaping import shaped
from isthmus.schema import ImageForm

CELLS = 4 << 20
"""Cells that are decoded before they are put in their place."""
NAMED = 10
"""Images that cannot be used and have a line each."""


@dataclass(frozen=True)
class Learnable:
    """Images of one form: rows (N, D), and what was decided about them."""

    form: ImageForm
    values: npt.NDArray[np.float32]
    decision: str


def read_to_learn(
    pictures: Pictures, options: RowOptions, name: str, why: str = "as asked"
) -> Learnable:
    """Look at all images, choose their form, decode them.

    `why` says where a size in the options comes from.

    Raises
    ------
    DataError
        If there is none, they do not fit into memory, or some cannot be used: it names these.
    UsageError
        If the images are of several sizes and none was asked for.
    """
    reasons: dict[int, str] = {}
    looks = Counter[Look]()
    for place, seen in enumerate(pictures.looks()):
        if isinstance(seen, str):
            reasons[place] = seen
        else:
            looks[seen] += 1
    if not looks:
        _refuse_unusable(pictures, reasons)
        raise DataError(
            f"{name}: holds no images",
            advice=f"Give normal images: at least {MINIMUM_ROWS} are needed to learn from.",
        )
    form, decision = form_of(pictures, looks, options, name, why)
    _refuse_too_many(pictures.count, form, name)
    values = np.empty((pictures.count, form.cells), np.float32)
    first = 0
    for batch, bad, _ in shaped(pictures, form, max(1, CELLS // form.cells)):
        values[first : first + len(batch)] = batch
        reasons.update({first + place: reason for place, reason in bad.items()})
        first += len(batch)
    _refuse_unusable(pictures, reasons)
    return Learnable(form, values, decision)


def _refuse_unusable(pictures: Pictures, reasons: Mapping[int, str]) -> None:
    if not reasons:
        return
    problems = [f"{pictures.names(place)}: {reason}" for place, reason in sorted(reasons.items())]
    more = len(problems) - NAMED
    raise UnreadableDataError(
        *problems[:NAMED],
        *([f"and {counted(more, 'more image')} of {pictures.count}"] if more > 0 else []),
        advice="Mend them, or move them out of the folder.",
    )


def _refuse_too_many(count: int, form: ImageForm, name: str) -> None:
    """Refuse, before the work, what this machine cannot hold."""
    try:
        memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):  # Not every system tells.
        return
    needed = 4 * count * form.cells
    if needed > memory:
        raise DataError(
            f"{name}: {count} images of {form.height} x {form.width} take {needed / 1e9:.0f} GB, "
            f"this machine has {memory / 1e9:.0f} GB of memory",
            advice="Make them smaller with --size, or give fewer.",
        )
