"""The tail: from what the network rebuilt to cell errors, views and one score, as ONNX nodes.

Sums over cells are a MatMul with ones: a float32 ReduceSum changes in the last bit with a row's
place in the batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from isthmus.model_file.manifest import View
from isthmus.scoring.views import FLOOR, GRID
from isthmus.training.architectures import Core
from isthmus.training.cell_loss import CellLoss
from isthmus.training.detail import Detail
from isthmus.training.graph import ElementType, Graph, Value
from isthmus.training.preamble import Cells, Preamble


class Shapes(NamedTuple):
    """Members M, cells D, code Z."""

    members: int
    cells: int
    code: int


def emit_errors(graph: Graph, core: Core, cells: Cells, loss: CellLoss, shapes: Shapes) -> str:
    """Cell errors (M, N, D): those of a cell's units together, and what it costs by itself."""
    errors = loss.emit(graph, core.judged, cells.target)
    counted = graph.node("Mul", errors, cells.counted, name="counted_error")
    if not loss.units.are_cells:
        fold = graph.constant("fold", loss.units.fold)
        counted = graph.node("MatMul", counted, fold, name="folded_error")
    if core.passes > 1:  # of each member's L the mean
        shape = [shapes.members, core.passes, -1, shapes.cells]
        apart = graph.reshape(counted, shape, name="passes.errors")
        counted = graph.node("ReduceMean", apart, name="passes.mean", axes=[1], keepdims=0)
    return graph.node("Add", counted, cells.surprise, name="observed_error")


def emit_relative(
    graph: Graph, core: Core, cells: Cells, loss: CellLoss, detail: Detail, shapes: Shapes
) -> str:
    """The reconstruction's view (N, M, 1) of images, relative to detail; of L passes the mean."""
    count = shapes.members * core.passes
    view = detail.emit(graph, core.judged, cells, loss.numbers, count)
    if core.passes > 1:
        shape = [shapes.members, core.passes, -1, 1]
        apart = graph.reshape(view, shape, name="passes.views")
        view = graph.node("ReduceMean", apart, name="passes.view", axes=[1], keepdims=0)
    return graph.node("Transpose", view, name="reconstruction.view", perm=[1, 0, 2])


def emit_views(graph: Graph, errors: str, cells: Cells, shapes: Shapes) -> str:
    """The reconstruction's view (N, M, 1): the mean error over a row's observed cells."""
    ones = graph.constant("ones", np.ones((shapes.cells, 1), np.float32))
    flat = graph.reshape(errors, [-1, shapes.cells], name="error.flat")  # (M * N, D)
    sums = graph.node("MatMul", flat, ones, name="error.sum")  # (M * N, 1)
    by_member = graph.reshape(sums, [shapes.members, -1, 1], name="error.by_member")  # (M, N, 1)
    count = graph.node("MatMul", cells.observed, ones, name="observed.sum")  # (N, 1)
    least = graph.constant("observed.least", np.asarray(1.0, np.float32))
    observed = graph.node("Max", count, least, name="observed.count")
    means = graph.node("Div", by_member, observed, name="error.mean")
    return graph.node("Transpose", means, name="reconstruction.view", perm=[1, 0, 2])


def emit_explanation(
    graph: Graph,
    core: Core,
    errors: str,
    cells: Cells,
    preamble: Preamble,
    shapes: Shapes,
    *,
    error: str,
) -> None:
    """Means over the members, `error` and `reconstruction` (N, D), and the output `code` (N, Z).

    The code is the first member's: codes of different members have no axes in common. Cells that
    the network is only shown stand in the reconstruction as they came.
    """
    first = graph.constant("code.member", np.asarray(0))
    graph.node("Gather", core.codes, first, name="code", axis=0)
    _emit_mean(graph, errors, shapes.members, shapes.cells, name=error)
    rebuilt = _emit_mean(graph, core.output, shapes.members, len(preamble.units), name="rebuilt")
    if preamble.shown is not None:
        judged = graph.constant("rebuilt.judged", preamble.shown == 0)
        rebuilt = graph.node("Where", judged, rebuilt, cells.target, name="rebuilt.targets")
    exact = emit_original(graph, rebuilt, preamble)
    graph.cast(exact, preamble.element, name="reconstruction")


def emit_by_member(
    graph: Graph, core: Core, errors: str, preamble: Preamble, shapes: Shapes
) -> dict[str, Value]:
    """The outputs `errors_by_member` (N, M, D) and `units_by_member` (N, M, U).

    While fitting, a row is looked at by those members alone that did not train on it.
    """
    n, (members, cells, _) = "N", shapes
    graph.node("Transpose", errors, name="errors_by_member", perm=[1, 0, 2])
    graph.node("Transpose", core.output, name="units_by_member", perm=[1, 0, 2])
    return {
        "errors_by_member": ("errors_by_member", "float32", (n, members, cells)),
        "units_by_member": ("units_by_member", "float32", (n, members, len(preamble.units))),
    }


def emit_original(graph: Graph, rebuilt: str, preamble: Preamble) -> str:
    """What was `rebuilt` (N, U) as cells in the user's units (N, D), float64."""
    units = preamble.units
    if units.are_cells:
        return preamble.emit_original(graph, rebuilt)
    numbers, levels, _ = units.sizes
    parts, columns = [], []
    if numbers:
        own = graph.slice(rebuilt, 0, numbers, name="rebuilt.numbers")
        parts.append(preamble.emit_original(graph, own))
        columns.append(units.numbers)
    if preamble.levels:
        own = graph.slice(rebuilt, numbers, numbers + levels, name="rebuilt.levels")
        parts.append(preamble.levels.emit_places(graph, own, softmax=preamble.softmax))
        columns.append(preamble.levels.columns)
    beside = graph.concat(parts, name="rebuilt.beside")
    return graph.take(beside, np.argsort(np.concatenate(columns)), name="rebuilt.in_order")


def emit_score(graph: Graph, views: str, constants: Sequence[View]) -> str:
    """The `anomaly_score` output (N,): a soft maximum of the standardised logs of the views.

    Returns the name of these logs (N, M, V).

    Computed in float64 and rounded once, so that the last bit of a vectorised logarithm, which
    may change with a row's place in the batch, does not show.
    """
    exact = graph.cast(views, "float64", name="score.views")
    floor = graph.constant("score.floor", np.asarray(FLOOR))
    logs = graph.node(
        "Log", graph.node("Max", exact, floor, name="score.floored"), name="score.logs"
    )
    center = graph.constant("score.center", _each([view.center for view in constants]))
    # Never divided by the spread alone: ONNX Runtime would fuse that into the product, in float32.
    weight = graph.constant(
        "score.weight", _each([view.weight / view.spread for view in constants])
    )
    centred = graph.node("Sub", logs, center, name="score.centred")
    by_view = graph.node("Mul", centred, weight, name="score.by_view")  # (N, M, V)
    together = _emit_together(graph, by_view, len(constants))  # (N, M, 1)
    mean = graph.node("ReduceMean", together, name="score.mean", axes=[1, 2], keepdims=0)
    grid = graph.constant("score.grid", np.asarray(GRID))
    raised = graph.node("Add", mean, grid, name="score.raised")
    exact = graph.node("Sub", raised, grid, name="score.exact")
    graph.cast(exact, "float32", name="anomaly_score")
    return by_view


def _each(numbers: Sequence[float]) -> np.ndarray:
    """One number for each view; a single one without an axis, which ONNX Runtime takes sooner."""
    return np.array(numbers[0] if len(numbers) == 1 else numbers)


def _emit_together(graph: Graph, by_view: str, views: int) -> str:
    """The log of the mean power of the views (N, M, V): (N, M, 1)."""
    if views == 1:
        return by_view
    largest = graph.node("ReduceMax", by_view, name="score.largest", axes=[2], keepdims=1)
    below = graph.node("Sub", by_view, largest, name="score.below")
    powers = graph.node("Exp", below, name="score.powers")
    mean = graph.node("ReduceMean", powers, name="score.mean_power", axes=[2], keepdims=1)
    above = graph.node("Log", mean, name="score.log_power")
    return graph.node("Add", largest, above, name="score.together")


def outputs(shapes: Shapes, element: ElementType, views: int) -> dict[str, Value]:
    """The graph's outputs: name, element type and shape."""
    n, (members, cells, code) = "N", shapes
    table: list[Value] = [
        ("reconstruction", element, (n, cells)),
        ("error", "float32", (n, cells)),
        ("code", "float32", (n, code)),
        ("views", "float32", (n, members, views)),
        ("anomaly_score", "float32", (n,)),
    ]
    return {output[0]: output for output in table}


def _emit_mean(graph: Graph, value: str, members: int, width: int, *, name: str) -> str:
    """The mean over the members of (M, N, width): (N, width)."""
    if members == 1:
        return graph.reshape(value, [-1, width], name=name)
    return graph.node("ReduceMean", value, name=name, axes=[0], keepdims=0)
