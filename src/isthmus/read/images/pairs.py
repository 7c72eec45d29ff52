"""Pairs of images: from one the network learns to rebuild the other, which has the same name.

The two are one row: the channels of the target stand behind those of the image.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from isthmus.errors import DataError, UsageError
from isthmus.options import RowOptions
from isthmus.read.counting import counted
from isthmus.read.images import learning
from isthmus.read.images.pictures import CHANNELS, Pictures
from isthmus.read.images.shaping import Shaped, Values, shaped
from isthmus.schema import ImageForm, Schema

PREFIX = "target "
"""Before the names of a target's channels."""
NAMED = 10


def partners(files: Sequence[Path], others: Sequence[Path], folder: str) -> list[Path]:
    """The file of the same path, whatever its ending, for each of `files`.

    Raises
    ------
    DataError
        Naming the files that have none, or several.
    """
    by_stem = defaultdict(list)
    for other in others:
        by_stem[other.with_suffix("")].append(other)
    problems = []
    for file in files:
        found = by_stem[file.with_suffix("")]
        if len(found) != 1:
            there = "there is none" if not found else " and ".join(map(str, found)) + " are there"
            problems.append(f"{folder}: one image named like {file} was expected, {there}")
    if problems:
        more = len(problems) - NAMED
        raise DataError(
            *problems[:NAMED],
            *([f"and {counted(more, 'more such image')}"] if more > 0 else []),
            advice="A pair has the same folder and name in both trees; the endings may differ.",
        )
    return [by_stem[file.with_suffix("")][0] for file in files]


def read_to_learn(
    images: Pictures, targets: Pictures, options: RowOptions, name: str
) -> tuple[learning.Learnable, tuple[str, ...]]:
    """Both of each pair in one size, and the names of all channels.

    Raises
    ------
    UsageError
        If targets are named besides.
    """
    if options.target:
        raise UsageError(
            "target names channels and paired gives the images to rebuild: one of them was expected"
        )
    shown = learning.read_to_learn(images, options, name)
    size = f"{shown.form.height}x{shown.form.width}"
    wanted = learning.read_to_learn(
        targets,
        options.model_copy(update={"size": size}),
        f"{name}, targets",
        why="brought to the size of the images",
    )
    form = shown.form.model_copy(update={"channels": shown.form.channels + wanted.form.channels})
    values = together(shown.values, wanted.values, form)
    names = CHANNELS[shown.form.channels]
    names += tuple(PREFIX + channel for channel in CHANNELS[wanted.form.channels])
    decision = f"{shown.decision}; {wanted.decision}"
    return replace(shown, form=form, values=values, decision=decision), names


def shaped_pairs(
    images: Pictures, targets: Pictures | None, schema: Schema, form: ImageForm, rows: int
) -> Iterator[Shaped]:
    """Pairs as rows (n, D), as `shaped` gives images; without targets these are missing."""
    behind = sum(column.target for column in schema.columns)
    ahead = form.model_copy(update={"channels": form.channels - behind})
    target = form.model_copy(update={"channels": behind})
    whole = shaped(images, ahead, rows)
    if targets is None:
        for values, reasons, resized in whole:
            nothing = np.full((len(values), target.cells), np.nan, np.float32)
            yield Shaped(together(values, nothing, form), reasons, resized)
        return
    pairs = zip(whole, shaped(targets, target, rows), strict=True)
    for (values, reasons, resized), (wanted, missing, also) in pairs:
        said = {row: f"its target: {why}" for row, why in missing.items()}
        yield Shaped(together(values, wanted, form), {**said, **reasons}, resized | also)


def are_pairs(schema: Schema) -> bool:
    """Whether a detector of images learnt to rebuild others from them."""
    return any(column.target and column.name.startswith(PREFIX) for column in schema.columns)


def together(images: Values, targets: Values, form: ImageForm) -> Values:
    """Rows (n, D) whose pixels have the channels of both."""
    parts = [part.reshape(len(part), form.height, form.width, -1) for part in (images, targets)]
    return np.concatenate(parts, axis=3).reshape(len(images), -1)
