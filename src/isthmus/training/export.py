"""Join preamble, core and tail into one graph, and prove that it computes what PyTorch does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from isthmus.errors import IsthmusError
from isthmus.model_file.manifest import Layer, View
from isthmus.scoring.session import Session
from isthmus.scoring.views import combine, standardised
from isthmus.training.architectures import Autoencoder
from isthmus.training.cell_loss import CellLoss
from isthmus.training.detail import Detail
from isthmus.training.graph import ElementType, Graph
from isthmus.training.nearest import Nearest, distance_decides
from isthmus.training.preamble import Preamble
from isthmus.training.tail import (
    Shapes,
    emit_by_member,
    emit_errors,
    emit_explanation,
    emit_relative,
    emit_score,
    emit_views,
    outputs,
)

TOLERANCE = 1e-5
_UNITS = {"reconstruction": 1.0, "error": 1.0, "views": 1.0, "anomaly_score": 1.0}
"""Where all values of an output are smaller than its unit, the unit is what differences are
measured by: errors near 0 are differences of nearly equal numbers, and scores may all be 0."""


@dataclass(frozen=True)
class Trained:
    """The trained parts of a detector, as PyTorch holds them."""

    preamble: Preamble
    network: Autoencoder
    loss: CellLoss
    shapes: Shapes
    detail: Detail | None = None
    nearest: Nearest | None = None

    @property
    def views(self) -> tuple[str, ...]:
        """The names of the views of a row, in the order of the last axis."""
        return ("reconstruction",) if self.nearest is None else ("reconstruction", "distance")

    @property
    def element(self) -> ElementType:
        """The element type of rows."""
        return self.preamble.element

    def graph(self, constants: Sequence[View] | None, *, checked: bool = False) -> bytes:
        """The joined graph.

        Without the constants of the views it ends at the views, and has the outputs of
        `emit_by_member` besides. To be `checked`, it says what rows were held against.
        """
        graph = Graph()
        cells = self.preamble.emit(graph, "rows")
        core = self.network.emit(graph, cells.input)
        errors = emit_errors(graph, core, cells, self.loss, self.shapes)
        blended = self.nearest is not None and constants is not None
        of_network = "error.network" if blended else "error"
        emit_explanation(graph, core, errors, cells, self.preamble, self.shapes, error=of_network)
        if self.detail is None:
            of_row = [emit_views(graph, errors, cells, self.shapes)]
        else:
            of_row = [emit_relative(graph, core, cells, self.loss, self.detail, self.shapes)]
        declared = outputs(self.shapes, self.preamble.element, len(self.views))
        if self.nearest is not None:
            distances = self.nearest.emit(graph, cells)
            of_row.append(distances.view)
        views = graph.concat(of_row, name="views", axis=2)
        if constants is None:
            del declared["anomaly_score"]
            declared |= emit_by_member(graph, core, errors, self.preamble, self.shapes)
            if self.nearest is not None:
                declared |= self.nearest.emit_by_member(graph, distances)
        else:
            by_view = emit_score(graph, views, constants)
            if self.nearest is not None:
                self.nearest.emit_error(graph, of_network, distances, by_view)
                declared |= self.nearest.emit_found(graph, distances) if checked else {}
        rows = ("rows", self.preamble.element, ("N", self.shapes.cells))
        return graph.serialised([rows], list(declared.values()))

    def layers(self) -> list[Layer]:
        """The layer table of the whole graph."""
        members, units = self.shapes.members, len(self.preamble.units)
        return [
            Layer(
                name="preamble",
                operation=self.preamble.operation,
                shape=("N", units),
                parameters=3 * units,  # centre and scale, and the fill or the level
            ),
            *self.network.layers(),
            *([] if self.nearest is None else [self.nearest.layer()]),
            Layer(
                name="views",
                operation=", ".join(self.views),
                shape=("N", members, len(self.views)),
                parameters=0,
            ),
            Layer(
                name="score",
                operation="soft maximum of logs",
                shape=("N",),
                parameters=2 * len(self.views),
            ),
        ]


def session(
    trained: Trained, constants: Sequence[View] | None, *, checked: bool = False
) -> Session:
    """The joined graph, ready to run."""
    widest = trained.network.widest
    if trained.nearest is not None:
        widest = max(widest, trained.nearest.bank.widest)
    return Session(trained.graph(constants, checked=checked), width=widest)


def check_parity(trained: Trained, constants: Sequence[View], parts: Sequence[np.ndarray]) -> None:
    """Refuse to go on unless graph and PyTorch agree on all parts of rows (N, D) each.

    Raises
    ------
    IsthmusError
        Naming the outputs that differ by more than 1e-5 of their largest value, or of their unit.
    """
    names = [*outputs(trained.shapes, trained.element, len(trained.views))]
    also = [] if trained.nearest is None else ["found"]
    checked = session(trained, constants, checked=True)
    for rows in parts:
        graph = checked.run(rows, names + also, trained.element)
        problems = _problems(trained, graph, _twin(trained, constants, rows, graph), rows, names)
        if problems:
            raise IsthmusError(
                "the model file would not score as the network that was trained; it was not "
                "written",
                *problems,
                advice="Please report this, with the options and the versions of torch, onnx and "
                "onnxruntime.",
            )


def _problems(
    trained: Trained,
    graph: Mapping[str, np.ndarray],
    twin: Mapping[str, np.ndarray],
    rows: np.ndarray,
    names: Sequence[str],
) -> list[str]:
    """Where what the graph and its twin make of rows (N, D) is too far apart."""
    problems = []
    preamble, numbers = trained.preamble, trained.preamble.units.numbers
    for name in names:
        ours, theirs = graph[name], twin[name]
        if name == "reconstruction":  # In scaled units: columns of unlike units hide each other.
            ours = ours[:, numbers]
            rounding = np.abs(theirs) * np.finfo(ours.dtype).eps
            ours, theirs, rounding = map(
                preamble.scaled, (ours, theirs, theirs + np.copysign(rounding, theirs))
            )
            apart_by_cell = np.maximum(np.abs(ours - theirs) - np.abs(rounding - theirs), 0)
            # Small outputs may be differences of what large inputs add up to.
            theirs = np.append(theirs, preamble.run(rows).input)
        else:
            apart_by_cell = np.abs(ours.astype(np.float64) - theirs)
            apart_by_cell = np.maximum(apart_by_cell - twin.get(f"{name}, rounding", 0.0), 0)
        if not apart_by_cell.size:  # no column of numbers
            continue
        allowed = TOLERANCE * max(_UNITS.get(name, 0.0), float(np.abs(theirs).max()))
        apart = float(apart_by_cell.max())
        if not apart <= allowed:
            problems.append(f"{name}: {apart:.3g} apart, {allowed:.3g} allowed")
    return problems


@torch.no_grad()
def _twin(
    trained: Trained, constants: Sequence[View], rows: np.ndarray, graph: Mapping[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """What PyTorch and NumPy make of the same rows.

    The reconstruction is that of the numeric columns (N, Dn): a category's follows from outputs
    that its error shows. The score is made of the graph's own `views`: where a row is rebuilt
    almost exactly, the logarithm shows float32 differences that are far below the tolerance of the
    views.
    """
    arrays = trained.preamble.run(rows)
    trained.network.eval()
    device = next(trained.network.parameters()).device
    output, code = trained.network(torch.from_numpy(arrays.input).to(device)[None])
    units = trained.preamble.units
    target, counted, surprise = (
        torch.from_numpy(part).to(device)
        for part in (arrays.target, arrays.counted, arrays.surprise)
    )
    judged = trained.network.judged(torch.from_numpy(arrays.input).to(device)[None])
    if trained.network.hidden is not None:
        output = judged
    fold = torch.from_numpy(units.fold).to(device).double()

    def of_cells(of_units: torch.Tensor) -> torch.Tensor:  # (M * L, N, U) to (M, N, D)
        of_passes = (of_units * counted).double() @ fold
        return of_passes.view(-1, trained.network.passes, *of_passes.shape[1:]).mean(dim=1)

    errors = of_cells(trained.loss.torch(judged, target)) + surprise.double()
    rounding = of_cells(_rounding(trained, judged, target))
    counts = torch.from_numpy(arrays.observed).to(device).sum(dim=1).clamp(min=1)
    views_twin = errors.sum(dim=2) / counts
    if trained.detail is not None:
        numbers_loss = trained.loss.numbers
        single = trained.detail.torch(judged, target, counted, surprise, numbers_loss).double()
        views_twin = single.view(-1, trained.network.passes, len(rows)).mean(dim=1)
    of_row = [views_twin.T[:, :, None].cpu().numpy()]
    off = [(rounding.sum(dim=2) / counts).T[:, :, None].cpu().numpy()]
    errors_twin = errors.mean(dim=0).cpu().numpy()
    if trained.nearest is not None:
        looked_up = trained.nearest.look_up(arrays, graph["found"].astype(np.int64))
        of_row.append(looked_up.views)
        off.append(np.zeros_like(of_row[-1]))
        farther = distance_decides(standardised(graph["views"], constants))
        errors_twin = trained.nearest.blended(errors_twin, looked_up.cells, farther)
    numbers = output[..., : len(units.numbers)].double().mean(dim=0).cpu().numpy()
    if trained.preamble.shown is not None:
        shown = trained.preamble.shown[: len(units.numbers)] > 0
        numbers = np.where(shown, arrays.target[:, : len(units.numbers)], numbers)
    return {
        "reconstruction": trained.preamble.original(numbers),
        "error": errors_twin,
        "error, rounding": rounding.mean(dim=0).cpu().numpy(),
        "views, rounding": np.concatenate(off, axis=2),
        "code": code[0].double().cpu().numpy(),
        "views": np.concatenate(of_row, axis=2),
        "anomaly_score": combine(graph["views"], constants).astype(np.float64),
    }


def _rounding(trained: Trained, judged: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """How far errors (M, N, U) may be off because outputs are exact to the last bit of 1 alone.

    A sigmoid far below 1 is no exacter than that in ONNX Runtime, and where a cross-entropy takes
    its logarithm the last bits become large.
    """
    bit = 2.0 * torch.finfo(judged.dtype).eps
    exact = trained.loss.torch(judged, target)
    above, below = (trained.loss.torch(judged + off, target) for off in (bit, -bit))
    return torch.maximum((above - exact).abs(), (below - exact).abs())
