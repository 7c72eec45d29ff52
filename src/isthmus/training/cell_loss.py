"""The error of every unit: numbers by the chosen loss, levels by shares, flags by their odds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import softplus

from isthmus.training.graph import Graph
from isthmus.training.loss import Loss
from isthmus.training.steps.missing import MissingFlags
from isthmus.training.steps.one_hot import OneHot
from isthmus.training.units import Units

_LARGEST_LOGIT = 500.0
"""In scoring logits are cut off here: their exponentials still fit float64."""

_GRID = 2.0**28
"""Added and taken away again, this rounds a float64 to 2**-24."""


@dataclass(frozen=True)
class CellLoss:
    """The error of every unit, as PyTorch computes it and as ONNX says it.

    Levels are charged their squared distance (Brier, 1950), or with `softmax` the cross-entropy
    of the level that the cell has; flags the cross-entropy of a Bernoulli variable, whose logit
    the network gives.

    In `scoring`, what a network says of rows unlike any that it knows is bounded: shares lie
    between 0 and 1, and n rows make nobody surer than 1 in n + 2. Holes count beyond their usual
    rate alone: scores of rows with many usual holes would hide all others.
    """

    numbers: Loss
    units: Units
    levels: OneHot | None = None
    flags: MissingFlags | None = None
    softmax: bool = False
    scoring: bool = False

    def torch(self, output: Tensor, target: Tensor) -> Tensor:
        """Errors (M, N, U) of outputs (M, N, U), for targets that broadcast to that shape."""
        if self.units.are_cells:
            return self.numbers.torch(output, target)
        sizes = self.units.sizes
        numbers, levels, flags = torch.split(output, sizes, dim=-1)
        wanted, shares, missing = torch.split(target, sizes, dim=-1)
        return torch.cat(
            [
                self.numbers.torch(numbers, wanted),
                self._of_levels(levels, shares),
                self._of_flags(flags, missing),
            ],
            dim=-1,
        )

    def emit(self, graph: Graph, output: str, target: str) -> str:
        """Add the nodes for the same: outputs (M, N, U), targets (N, U)."""
        if self.units.are_cells:
            return self.numbers.emit(graph, output, target)
        emitters: tuple[Callable[[Graph, str, str], str], ...] = (
            self.numbers.emit,
            self._emit_softmax if self.softmax else self._emit_squared,
            self._emit_bernoulli,
        )
        errors, first = [], 0
        kinds = zip(("numbers", "levels", "flags"), self.units.sizes, emitters, strict=True)
        for kind, size, emit in kinds:
            if size:
                came = graph.slice(output, first, first + size, name=f"{kind}.output", axis=2)
                wanted = graph.slice(target, first, first + size, name=f"{kind}.target")
                errors.append(emit(graph, came, wanted))
            first += size
        return graph.concat(errors, name="unit_error", axis=2)

    def _of_levels(self, output: Tensor, target: Tensor) -> Tensor:
        if self.levels is None:
            return (output - target).square()  # nothing
        least, most, surest, weight = (
            torch.from_numpy(part).to(output.device)
            for part in (*self.levels.bounds, self.levels.surest, self.levels.weight)
        )
        if not self.softmax:
            shares = torch.clamp(output, least, most) if self.scoring else output
            return (shares - target).square()
        if self.scoring:
            output = torch.clamp(output, -_LARGEST_LOGIT, _LARGEST_LOGIT)
        blocks = torch.split(output, self.levels.blocks, dim=-1)
        surprise = -torch.cat([block.log_softmax(dim=-1) for block in blocks], dim=-1)
        if self.scoring:
            surprise = torch.minimum(surprise, surest)
        return surprise * (target * weight)

    def _of_flags(self, logits: Tensor, flags: Tensor) -> Tensor:
        surprise = softplus(logits) - flags * logits
        if self.flags is None or not self.scoring:
            return surprise
        hole, value = (
            torch.from_numpy(part).to(logits.device)
            for part in (self.flags.usual_hole, self.flags.usual_value)
        )
        beyond = torch.clamp(surprise, max=self.flags.surest) - torch.where(flags > 0, hole, value)
        return torch.relu(beyond)

    def _emit_squared(self, graph: Graph, output: str, target: str) -> str:
        assert self.levels is not None
        least, most = self.levels.bounds
        raised = graph.node(
            "Max", output, graph.constant("levels.least", least), name="levels.raised"
        )
        shares = graph.node("Min", raised, graph.constant("levels.most", most), name="levels.cut")
        residual = graph.node("Sub", shares, target, name="levels.residual")
        return graph.node("Mul", residual, residual, name="levels.error")

    def _emit_softmax(self, graph: Graph, output: str, target: str) -> str:
        """Cross-entropy, in float64 and rounded: sums over a category are products with ones."""
        assert self.levels is not None
        exact = graph.cast(output, "float64", name="softmax.exact")
        high = graph.constant("softmax.highest", np.asarray(_LARGEST_LOGIT))
        low = graph.constant("softmax.lowest", np.asarray(-_LARGEST_LOGIT))
        capped = graph.node("Min", exact, high, name="softmax.capped")
        logits = graph.node("Max", capped, low, name="softmax.logits")
        odds = graph.node("Exp", logits, name="softmax.odds")
        block = np.eye(len(self.levels.columns))[self.levels.category]  # (L, C)
        sums = graph.node(
            "MatMul", odds, graph.constant("softmax.block", block), name="softmax.sums"
        )
        logs = graph.node("Log", sums, name="softmax.log_sums")
        own = graph.take(logs, self.levels.category, name="softmax.own_log_sum", axis=2)
        surprise = graph.node("Sub", own, logits, name="softmax.surprise")
        # Rounded to 6e-8: the last bits of an exponential may hang on the place in the batch.
        grid = graph.constant("softmax.grid", np.asarray(_GRID))
        raised = graph.node("Add", surprise, grid, name="softmax.raised")
        rounded = graph.node("Sub", raised, grid, name="softmax.rounded")
        single = graph.cast(rounded, "float32", name="softmax.single")
        surest = graph.constant("softmax.surest", self.levels.surest)
        bounded = graph.node("Min", single, surest, name="softmax.bounded")
        weight = graph.constant("softmax.weight", self.levels.weight)
        charged = graph.node("Mul", target, weight, name="softmax.charged")
        return graph.node("Mul", bounded, charged, name="softmax.error")

    def _emit_bernoulli(self, graph: Graph, output: str, target: str) -> str:
        assert self.flags is not None
        surest = graph.constant("flags.surest", np.asarray(self.flags.surest, np.float32))
        surprise = _emit_surprise(graph, output, target)
        bounded = graph.node("Min", surprise, surest, name="flags.bounded")
        hole = graph.constant("flags.usual_hole", self.flags.usual_hole)
        value = graph.constant("flags.usual_value", self.flags.usual_value)
        zero = graph.constant("flags.none", np.asarray(0.0, np.float32))
        missing = graph.node("Greater", target, zero, name="flags.missing")
        usual = graph.node("Where", missing, hole, value, name="flags.usual")
        beyond = graph.node("Sub", bounded, usual, name="flags.beyond")
        return graph.node("Relu", beyond, name="flags.error")


def _emit_surprise(graph: Graph, output: str, target: str) -> str:
    """log(1 + exp(logit)) - flag * logit, without overflow: |logit| is taken out first."""
    zero = graph.constant("flags.zero", np.asarray(0.0, np.float32))
    one = graph.constant("flags.one_exact", np.asarray(1.0))
    size = graph.node("Abs", output, name="flags.size")
    exact = graph.cast(graph.node("Neg", size, name="flags.small"), "float64", name="flags.exact")
    rest = graph.node("Exp", exact, name="flags.odds")
    log = graph.node("Log", graph.node("Add", rest, one, name="flags.sum"), name="flags.log")
    soft = graph.cast(log, "float32", name="flags.rest")
    plain = graph.node("Max", output, zero, name="flags.plain")
    total = graph.node("Add", plain, soft, name="flags.total")
    hit = graph.node("Mul", output, target, name="flags.hit")
    return graph.node("Sub", total, hit, name="flags.surprise")
