"""Whether a manifest makes sense in itself, and describes the graph that it came with."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from itertools import cycle

import numpy as np

from isthmus.model_file.graph import Summary, Value, shown
from isthmus.model_file.manifest import Calibration, CellErrors, Manifest
from isthmus.schema import Column

BATCH = "N"
MOST_MISFITS = 20
MAX_LAYER_SIZE = 1 << 40
MAX_COUNT = 1 << 53
"""Larger counts are no longer exact as floating-point numbers, or are none at all."""
MAX_LEVELS = 10_000
MAX_QUANTILES = 256

_DIGEST = re.compile(r"[0-9a-f]{64}")


def misfits(manifest: Manifest, summary: Summary) -> list[str]:
    """Everything in which a manifest contradicts itself or its graph, one sentence each."""
    found = [*_inner(manifest), *_against_graph(manifest, summary)]
    more = len(found) - MOST_MISFITS
    return [*found[:MOST_MISFITS], f"and {more} more"] if more > 0 else found


def expected_inputs(manifest: Manifest) -> tuple[Value, ...]:
    """The one input of a graph that fits this manifest."""
    return (Value("rows", _row_type(manifest), (BATCH, manifest.row_schema.width)),)


def expected_outputs(manifest: Manifest) -> tuple[Value, ...]:
    """The outputs of a graph that fits this manifest, in their order."""
    columns = manifest.row_schema.width
    return (
        Value("reconstruction", _row_type(manifest), (BATCH, columns)),
        Value("error", "float32", (BATCH, columns)),
        Value("code", "float32", (BATCH, manifest.code_size)),
        Value("views", "float32", (BATCH, manifest.members, len(manifest.views))),
        Value("anomaly_score", "float32", (BATCH,)),
    )


def _row_type(manifest: Manifest) -> str:
    return "float64" if manifest.kind == "table" else "float32"


def _against_graph(manifest: Manifest, summary: Summary) -> Iterator[str]:
    for what, expected, came in (
        ("input", expected_inputs(manifest), summary.inputs),
        ("output", expected_outputs(manifest), summary.outputs),
    ):
        for index, (one, other) in enumerate(zip(expected, came, strict=False), 1):
            if one != other:
                yield f"{what} {index} is {_described(other)}, its manifest says {_described(one)}"
        if len(expected) != len(came):
            yield f"the graph has {len(came)} {what}s, its manifest says {len(expected)}"


def _described(value: Value) -> str:
    shape = ", ".join(
        shown(size)[1:-1] if isinstance(size, str) else str(size) for size in value.shape
    )
    return f"{shown(value.name)[1:-1]}: {value.dtype} [{shape}]"


def _inner(manifest: Manifest) -> Iterator[str]:
    yield from _counts(manifest)
    yield from _columns(manifest)
    yield from _image(manifest)
    yield from _cells(manifest)
    for calibration in (manifest.calibration, *manifest.calibration_history):
        yield from _scores(calibration)
    yield from _layers(manifest)
    names = [view.name for view in manifest.views]
    if len(set(names)) < len(names):
        yield "its manifest: views: a name stands twice"
    alpha = manifest.threshold.alpha
    if alpha is not None and not 0 < alpha < 1:
        yield f"its manifest: threshold.alpha is {alpha}, not between 0 and 1"
    for name, digest in (
        ("data.digest", manifest.data.digest),
        ("training.init_from", manifest.training.init_from),
    ):
        if digest is not None and not _DIGEST.fullmatch(digest):
            yield f"its manifest: {name} is not 64 hex digits"


def _counts(manifest: Manifest) -> Iterator[str]:
    counts = {name: getattr(manifest, name) for name in ("members", "groups", "code_size")}
    data = {f"data.{name}": n for name, n in manifest.data if isinstance(n, int)}
    low = [name for name, count in counts.items() if count < 1]
    low += [name for name, count in data.items() if count < 0]
    yield from (f"its manifest: {name} is too small" for name in low)
    training = {f"training.{name}": n for name, n in manifest.training if isinstance(n, int)}
    training["training.kept_step"] = max(manifest.training.kept_step, default=0)
    training["layers.parameters"] = max((layer.parameters for layer in manifest.layers), default=0)
    high = [name for name, n in (counts | data | training).items() if n > MAX_COUNT]
    yield from (f"its manifest: {name} is too large" for name in high)
    if not low and manifest.members % manifest.groups:
        yield (
            f"its manifest: {manifest.members} members cannot form {manifest.groups} groups "
            "of one size"
        )


def _columns(manifest: Manifest) -> Iterator[str]:
    columns = manifest.row_schema.columns
    if not columns:
        yield "its manifest: row_schema has no columns"
    if len(set(manifest.row_schema.names)) < len(columns):
        yield "its manifest: row_schema.columns: a name stands twice"
    if columns and all(column.target for column in columns):
        yield "its manifest: row_schema.columns: all are targets, and nothing is shown"
    for name in sorted({*manifest.row_schema.set_aside} & {*manifest.row_schema.names}):
        yield f"its manifest: row_schema.set_aside: {shown(name)} is a feature"
    for column in columns:
        where = f"its manifest: column {shown(column.name)}"
        if column.minimum > column.maximum:
            yield f"{where} has its minimum above its maximum"
        if not 0 <= column.missing <= 1:
            yield f"{where} has no share of missing values"
        if (column.kind == "category") != bool(column.levels):
            yield f"{where}: levels and kind do not agree"
        yield from (f"{where}: {said}" for said in _levels(column, manifest.data.rows))


def _image(manifest: Manifest) -> Iterator[str]:
    form, columns = manifest.row_schema.image, manifest.row_schema.columns
    if (form is None) == (manifest.kind == "image"):
        yield "its manifest: row_schema: kind and image do not agree"
    if form is not None and form.channels != len(columns):
        yield f"its manifest: row_schema: {form.channels} channels, {len(columns)} columns"
    if form is not None and any(column.kind == "category" for column in columns):
        yield "its manifest: row_schema: a channel of an image is a category"


def _levels(column: Column, rows: int) -> Iterator[str]:
    levels, counts = column.levels, column.counts
    if len(levels) > MAX_LEVELS:
        yield f"{len(levels)} levels, at most {MAX_LEVELS} expected"
    if len(set(levels)) < len(levels):
        yield "a level stands twice"
    if len(counts) != len(levels) or any(n < 0 for n in counts):
        yield "one count for each level expected"
    if sum(counts) > rows:
        yield "its levels have more rows than data.rows"
    if levels and (column.minimum, column.maximum) != (0, len(levels) - 1):
        yield "its range is not that of the places of its levels"


def _cells(manifest: Manifest) -> Iterator[str]:
    schema = manifest.row_schema
    if len(manifest.cells) != schema.width:
        yield f"its manifest: cells has {len(manifest.cells)} entries for {schema.width} cells"
        return
    # Usual errors come from the rows of the fit, or from those of a new calibration.
    most = max(manifest.data.rows, len(manifest.calibration.scores))
    for column, cell in zip(cycle(schema.columns), manifest.cells, strict=False):
        if not _makes_sense(cell, most):
            yield f"its manifest: cells: the errors of column {shown(column.name)} make no sense"
        if (cell.residual is None) != (column.kind == "category"):
            yield f"its manifest: cells: column {shown(column.name)}: residual and kind disagree"


def _makes_sense(cell: CellErrors, most: int) -> bool:
    """Whether errors grow from 0, and come from as many rows as there were, at most `most`."""
    errors = np.asarray(cell.quantiles, dtype=np.float64)
    low = min(cell.mean, cell.residual or 0.0, *cell.quantiles)
    if low < 0 or np.any(np.diff(errors) < 0) or bool(cell.rows) != bool(len(errors)):
        return False
    return len(errors) <= min(cell.rows, MAX_QUANTILES) and cell.rows <= most


def _scores(calibration: Calibration) -> Iterator[str]:
    scores = np.asarray(calibration.scores, dtype=np.float64)
    with np.errstate(over="ignore"):
        as_float32 = scores.astype(np.float32)
    if not np.array_equal(as_float32.astype(np.float64), scores):
        yield "its manifest: calibration.scores are not all exactly float32"
    if np.any(np.diff(scores) > 0):
        yield "its manifest: calibration.scores are not in decreasing order"


def _layers(manifest: Manifest) -> Iterator[str]:
    if not manifest.layers:
        yield "its manifest: layers is empty"
    for layer in manifest.layers:
        sizes = [size for size in layer.shape if isinstance(size, int)]
        if any(size < 1 for size in sizes) or math.prod(sizes) > MAX_LAYER_SIZE:
            yield f"its manifest: layer {shown(layer.name)} has an impossible shape"
