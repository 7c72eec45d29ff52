"""From rows as they were read to the rows that train, and what is known of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from isthmus.errors import UsageError
from isthmus.options import Kind, RowOptions
from isthmus.read import Rows, choose_kind, normal_rows
from isthmus.read.counting import counted
from isthmus.read.images.rows import as_images
from isthmus.schema import Schema
from isthmus.training.describe import describe

Levels = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Prepared:
    """Rows to train on.

    Attributes
    ----------
    values : array
        Shape (N, D): the normal rows.
    schema : Schema
        What they are.
    decisions : tuple of str
        What was decided by looking at them, each with how to change it.
    places : array of int
        Shape (N,): which of the rows that were read they are.
    numbers : array of int
        Shape (N,): which rows of the input they are; other than `places` in a sample.
    drawn_from : int, optional
        How many rows the input has, where those that were read are a sample of it.
    """

    values: np.ndarray
    schema: Schema
    decisions: tuple[str, ...]
    places: np.ndarray
    numbers: np.ndarray
    drawn_from: int | None = None


def prepare(rows: Rows, columns: RowOptions) -> Prepared:
    """Choose the normal rows and describe them.

    Parameters
    ----------
    rows : Rows
        As read without a schema.
    columns : RowOptions
        Which rows are normal, and the kind of the rows.

    Raises
    ------
    DataError
        If the rows cannot be learnt from.
    UsageError
        If there are labels and nothing says which are normal, or categories in a signal.
    """
    if columns.kind == "image" and rows.image is None:
        rows = as_images(rows, columns)
    values, levels, decisions = rows.values, rows.levels, []
    places = np.arange(len(values))
    if rows.labels is not None:
        normal, unlabelled = normal_rows(rows.labels, columns.normal, source=rows.source)
        values, places = rows.values[normal], places[normal]
        decisions.append(_trained(rows.source, normal, unlabelled))
    if rows.targets:
        usable, said = _with_target(rows, values)
        values, places = values[usable], places[usable]
        decisions += said
    if len(values) < len(rows.values):
        values, levels = _levels_in_use(values, rows.names, levels)
    kind, sentence = _kind(rows, values, columns)
    numbers = places if rows.numbers is None else rows.numbers[places]
    schema = describe(
        values,
        rows.names,
        kind,
        named=rows.named,
        set_aside=rows.set_aside,
        levels=levels,
        targets=rows.targets,
        image=rows.image,
        source=rows.source,
        numbers=numbers,
    )
    return Prepared(values, schema, (*decisions, sentence), places, numbers, rows.drawn_from)


def _with_target(rows: Rows, values: np.ndarray) -> tuple[np.ndarray, list[str]]:
    """Which rows have a target and something to rebuild it from, and what is said of others."""
    channel = np.arange(values.shape[1]) % len(rows.names)
    judged = np.isin(channel, [rows.names.index(name) for name in rows.targets])
    there = ~np.isnan(values)
    usable = there[:, judged].any(axis=1) & there[:, ~judged].any(axis=1)
    left = int((~usable).sum())
    if not left:
        return usable, []
    have = "has" if left == 1 else "have"
    return usable, [
        f"{rows.source}: {counted(left, 'row')} {have} no target, or nothing to rebuild it from, "
        "and cannot train"
    ]


def _trained(source: str, normal: np.ndarray, unlabelled: np.ndarray) -> str:
    """The sentence about the rows that train, by which are `normal` and `unlabelled` (N,)."""
    known, unknown = int(normal.sum()), int(unlabelled.sum())
    return (
        f"{source}: {known} of {counted(len(normal), 'row')} "
        + ("is normal and trains" if known == 1 else "are normal and train")
        + ("; 1 has no label and does not" if unknown == 1 else "")
        + (f"; {unknown} have no label and do not" if unknown > 1 else "")
    )


def _kind(rows: Rows, values: np.ndarray, columns: RowOptions) -> tuple[Kind, str]:
    if rows.image is not None:
        return "image", f"kind: image ({rows.image.height} x {rows.image.width}, " + (
            f"{', '.join(rows.names)})"
        )
    if not rows.levels:
        return choose_kind(rows.names, rows.named, values, columns.kind)
    first = next(iter(rows.levels))
    if columns.kind == "signal":
        raise UsageError(
            f"{rows.source}: column {first!r} is a category, and a signal has numbers alone",
            advice="Leave it out with --drop, pass it through with --id, or choose --kind table.",
        )
    if columns.kind == "table":
        return choose_kind(rows.names, rows.named, values, columns.kind)
    return "table", f"kind: table (column {first!r} is a category, and a signal has none)"


def _levels_in_use(
    values: np.ndarray, names: Sequence[str], levels: Levels
) -> tuple[np.ndarray, Levels]:
    """The same rows, whose places count only the levels that some of them have.

    What rows that do not train have must not show in the model file.
    """
    used = {}
    for name, known in levels.items():
        cells = values[:, names.index(name)]
        there = ~np.isnan(cells)
        places, renumbered = np.unique(cells[there].astype(np.int64), return_inverse=True)
        cells[there] = renumbered
        if len(places):
            used[name] = tuple(known[place] for place in places)
    return values, used
