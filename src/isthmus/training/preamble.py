"""The preamble: from rows in the user's units to what the network sees, as ONNX nodes.

The training arrays are made by running these very nodes in ONNX Runtime, so that training and
scoring cannot disagree about preprocessing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, Self

import numpy as np

from isthmus.model_file.manifest import Curve
from isthmus.options import Kind, PreprocessingOptions
from isthmus.scoring.session import Session
from isthmus.training.compact import Compact, filled_with
from isthmus.training.graph import ElementType, Graph, Value
from isthmus.training.steps.columns import of_columns
from isthmus.training.steps.impute import Impute
from isthmus.training.steps.limit import InputLimit
from isthmus.training.steps.missing import MissingFlags
from isthmus.training.steps.one_hot import OneHot
from isthmus.training.steps.scale import Scale
from isthmus.training.steps.squash import Squash
from isthmus.training.steps.tails import Tails
from isthmus.training.units import Units

ELEMENTS: dict[Kind, ElementType] = {"table": "float64", "signal": "float32", "image": "float32"}
"""`isthmus.scoring.digest.ROW_TYPES` in the words of the graph."""


class Cells(NamedTuple):
    """The names of the preamble's results inside a graph, each float32."""

    target: str  # (N, U): what the network should rebuild
    input: str  # (N, U): what the network sees
    observed: str  # (N, D): 1 where the cell has a value, 0 where it is missing
    counted: str  # (N, U): 1 where the unit has a value to be compared with
    surprise: str  # (N, D): what the cell costs whatever the network says


class CellArrays(NamedTuple):
    """The same as arrays."""

    target: np.ndarray
    input: np.ndarray
    observed: np.ndarray
    counted: np.ndarray
    surprise: np.ndarray


@dataclass(frozen=True)
class Preamble:
    """All preprocessing steps, fitted.

    `impute`, `tails`, `scale`, `squash` and `limit` know the numeric columns alone. Where there are
    `targets`, the network sees nothing of these cells, and nothing else counts.
    """

    element: ElementType
    units: Units
    impute: Impute
    tails: Tails
    scale: Scale
    squash: Squash
    limit: InputLimit
    levels: OneHot | None
    flags: MissingFlags
    softmax: bool = False
    targets: tuple[int, ...] = ()

    @classmethod
    def fit(
        cls,
        values: np.ndarray,
        kind: Kind,
        options: PreprocessingOptions,
        *,
        categories: Sequence[int] = (),
        rebuild_flags: bool = False,
        softmax: bool = False,
        targets: Sequence[int] = (),
    ) -> Self:
        """Learn every step's numbers from training rows (N, D), in the user's units.

        Parameters
        ----------
        categories : sequence of int
            Where the categories stand in a row.
        rebuild_flags : bool
            Whether the network sees and rebuilds the missing flags of columns with holes.
        softmax : bool
            Whether the levels of a category are rebuilt as logarithms of their odds.
        targets : sequence of int
            The cells that are rebuilt from all others; by default all are rebuilt from all.
        """
        element = ELEMENTS[kind]
        values = values.astype(element, copy=False)
        numeric = np.setdiff1d(np.arange(values.shape[1]), np.asarray(categories, np.int64))
        numbers = values[:, numeric] if kind == "table" else values
        impute = Impute.fit(numbers, how=options.impute)
        filled = impute.apply(numbers)
        whole = options.scaling_scope == "global" or (
            options.scaling_scope == "auto" and kind != "table"
        )
        tame = options.tails == "auto" and kind == "table" and options.scaling != "none"
        tails = Tails.fit(filled, tame=tame)
        filled = tails.apply(filled)
        scale = Scale.fit(filled, scaling=options.scaling, whole=whole, cells=values.shape[1])
        if kind == "image" and whole and options.scaling == "standard":
            # What is hidden is shown as 0, which should be what is usual at that place.
            usual = of_columns(filled, lambda columns, _: columns.mean(axis=1), element)
            scale = replace(scale, center=usual)
        scaled = options.scaling in ("standard", "robust")
        ends = np.stack([filled.min(axis=0), filled.max(axis=0)])
        squash = Squash.fit(scale.apply(ends), scale.constant, tame=tame and scaled)
        limit = InputLimit.fit(filled, scale, deviations=options.input_limit)
        levels = None
        if len(categories):
            levels = OneHot.fit(values, categories, scaled=scaled, softmax=softmax)
        flags = MissingFlags.fit(values, rebuilt=rebuild_flags)
        of_levels = levels.columns[levels.category] if levels else np.empty(0, np.int64)
        units = Units(values.shape[1], numeric, of_levels, flags.columns)
        steps = (impute, tails, scale, squash, limit, levels, flags)
        return cls(element, units, *steps, softmax, tuple(targets))

    @property
    def width(self) -> int:
        """The number of columns, D."""
        return self.units.cells

    @property
    def judged(self) -> np.ndarray:
        """1 where a cell counts, 0 where it is only shown: float32, shape (D,)."""
        if not self.targets:
            return np.ones(self.width, np.float32)
        cells = np.zeros(self.width, np.float32)
        cells[list(self.targets)] = 1.0
        return cells

    @property
    def shown(self) -> np.ndarray | None:
        """1 where the network sees a unit, 0 where it is a target: (U,); None: it sees all."""
        return 1.0 - self.judged[self.units.column] if self.targets else None

    @property
    def curves(self) -> dict[int, Curve]:
        """Those of the heavy-tailed columns, by their place in a row."""
        tails = self.tails
        return {
            int(self.units.numbers[unit]): Curve(
                middle=float(tails.middle[unit]), spread=float(tails.spread[unit])
            )
            for unit in np.flatnonzero(tails.heavy)
        }

    @property
    def operation(self) -> str:
        """What is done, for the layer table."""
        steps = ["impute"] * bool(len(self.units.numbers)) + ["asinh"] * self.tails.any
        steps += ["scale"] * bool(len(self.units.numbers)) + ["squash"] * self.squash.any
        steps += ["one-hot"] * (self.levels is not None) + ["flags"] * bool(len(self.units.flags))
        return " + ".join(steps)

    def emit(self, graph: Graph, rows: str) -> Cells:
        """Add the nodes for `rows` (N, D) of the preamble's element type."""
        missing = graph.node("IsNaN", rows, name="missing")
        present = graph.node("Not", missing, name="present")
        observed = graph.cast(present, "float32", name="observed")
        holes = graph.cast(missing, "float32", name="holes")
        surprise = self.flags.emit_surprise(graph, holes, observed)
        if self.units.are_cells:
            target, seen = self._emit_numbers(graph, rows, missing)
            return self._judged(graph, Cells(target, seen, observed, observed, surprise))
        return self._judged(graph, self._emit_units(graph, rows, observed, holes, surprise))

    def _judged(self, graph: Graph, cells: Cells) -> Cells:
        """The same, where only targets count and are not seen."""
        if self.shown is None:
            return cells
        judged = graph.constant("judged.cells", self.judged)
        units = graph.constant("judged.units", self.judged[self.units.column])
        shown = graph.constant("judged.shown", self.shown)
        return Cells(
            cells.target,
            graph.node("Mul", cells.input, shown, name="judged.input"),
            graph.node("Mul", cells.observed, judged, name="judged.observed"),
            graph.node("Mul", cells.counted, units, name="judged.counted"),
            graph.node("Mul", cells.surprise, judged, name="judged.surprise"),
        )

    def _emit_numbers(self, graph: Graph, rows: str, missing: str) -> tuple[str, str]:
        """Target and input of the numeric units."""
        filled = self.tails.emit(graph, self.impute.emit(graph, rows, missing))
        target = self.squash.emit(graph, self.scale.emit(graph, filled))
        return target, self.limit.emit(graph, target)

    def _emit_units(
        self, graph: Graph, rows: str, observed: str, holes: str, surprise: str
    ) -> Cells:
        targets, inputs, units = [], [], self.units
        values = np.concatenate([units.numbers, units.levels])
        counted = [graph.take(observed, values, name="compared")]
        if len(units.numbers):
            numbers = graph.take(rows, units.numbers, name="numbers")
            gaps = graph.node("IsNaN", numbers, name="numbers.missing")
            target, seen = self._emit_numbers(graph, numbers, gaps)
            targets.append(target)
            inputs.append(seen)
        if self.levels:
            levels = self.levels.emit(graph, rows, observed, self.width)
            targets.append(levels.known if self.softmax else levels.scaled)
            inputs.append(levels.input)
            surprise = graph.node("Add", surprise, levels.surprise, name="surprise")
        if len(units.flags):
            flags, seen = self.flags.emit(graph, holes)
            targets.append(flags)
            inputs.append(seen)
            one = graph.constant("flags.one", np.asarray(1.0, np.float32))
            counted.append(graph.node("Max", flags, one, name="flags.counted"))
        return Cells(
            graph.concat(targets, name="units.target"),
            graph.concat(inputs, name="units.input"),
            observed,
            graph.concat(counted, name="counted"),
            surprise,
        )

    def original(self, numbers: np.ndarray) -> np.ndarray:
        """Numeric units (N, Dn) in the user's units, float64."""
        scale = self.scale.scale.astype(np.float64)
        return self.tails.revert(self.squash.revert(numbers) * scale + self.scale.center)

    def scaled(self, original: np.ndarray) -> np.ndarray:
        """What `original` was made of."""
        tamed = self.tails.apply(original.astype(np.float64))
        return self.squash.apply((tamed - self.scale.center) / self.scale.scale)

    def emit_original(self, graph: Graph, numbers: str) -> str:
        """Add the nodes for `original`."""
        return self.tails.emit_inverse(
            graph, self.scale.emit_inverse(graph, self.squash.emit_inverse(graph, numbers))
        )

    def run(self, values: np.ndarray) -> CellArrays:
        """Apply the preamble to rows (N, D), by ONNX Runtime."""
        session, names = self._session()
        return self._arrays(session, names, values)

    def run_compactly(self, values: np.ndarray) -> CellArrays:
        """The same for many rows: read-only where arrays are usual, or the same as another one.

        Where rows have no holes, four of the five take no room.
        """
        session, names = self._session()
        rows, units, cells = len(values), len(self.units), self.width
        target = np.empty((rows, units), np.float32)
        others = {
            "input": Compact(target),
            "observed": Compact(filled_with(1.0, rows, cells)),
            "counted": Compact(filled_with(1.0, rows, units)),
            "surprise": Compact(filled_with(0.0, rows, cells)),
        }
        for first in range(0, rows, session.chunk_rows):
            part = self._arrays(session, names, values[first : first + session.chunk_rows])
            target[first : first + len(part.target)] = part.target
            for name, array in others.items():
                array.put(first, getattr(part, name))
        return CellArrays(target, **{name: array.array for name, array in others.items()})

    def _session(self) -> tuple[Session, Cells]:
        """The preamble alone, and the names of its results."""
        graph = Graph()
        cells = self.emit(graph, "rows")
        units = len(self.units)
        widths = (units, units, self.width, units, self.width)  # as `Cells` has them
        declared: dict[str, Value] = {
            name: (name, "float32", ("N", width)) for name, width in zip(cells, widths, strict=True)
        }
        rows = ("rows", self.element, ("N", self.width))
        return Session(graph.serialised([rows], list(declared.values()))), cells

    def _arrays(self, session: Session, names: Cells, values: np.ndarray) -> CellArrays:
        results = session.run(values, list(dict.fromkeys(names)), self.element)
        return CellArrays(*(results[name] for name in names))
