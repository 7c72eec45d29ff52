"""The error of an image relative to its detail.

Plain images are rebuilt well whatever they show, crowded ones badly: on MNIST a strange 1 has a
smaller error than an ordinary 8. So the error is taken between slightly blurred images, where the
exact place of an edge counts for less, and divided by how much is going on: the total variation of
the blurred image (Rudin, Osher and Fatemi, 1992, here the sum of absolute differences of
neighbours).

The error is squared: an absolute one would grow no faster than the detail that it adds to, and a
broken pixel could not be told from an ordinary one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from isthmus.options import TrainingOptions
from isthmus.schema import ImageForm
from isthmus.training.graph import Graph
from isthmus.training.loss import Loss
from isthmus.training.preamble import Cells

_BLUR = 1 / 40
"""Standard deviation of the blur, in parts of the longer side."""
_FLOOR = 0.01
"""Added to the detail: an image of one colour has none."""


def by_detail(options: TrainingOptions, image: ImageForm | None) -> bool:
    """Whether rows are judged relative to their detail."""
    if options.row_error == "auto":
        return image is not None and options.loss == "mse"
    return image is not None and options.row_error == "detail"


@dataclass(frozen=True)
class Detail:
    """The view of an image: the mean error between blurred images, over the detail.

    Attributes
    ----------
    image : ImageForm
        Of a row.
    center : array
        What was taken off the target, in its units, (D,): detail is that of the whole image.
    """

    image: ImageForm
    center: np.ndarray

    def torch(
        self, output: Tensor, target: Tensor, counted: Tensor, surprise: Tensor, loss: Loss
    ) -> Tensor:
        """Views (M, N) of outputs (M, N, D), for targets, counted cells and surprise (N, D)."""
        # Where a pixel is missing, what is rebuilt stands for it: blurred, it harms no neighbour.
        output = target + (output - target) * counted
        errors = loss.torch(self._blurred(output), self._blurred(target)) * counted
        known = counted.sum(dim=-1).clamp(min=1.0)
        view = errors.sum(dim=-1) / known / self._detail(target).to(errors)
        return view + surprise.sum(dim=-1) / known

    def emit(self, graph: Graph, output: str, inputs: Cells, loss: Loss, members: int) -> str:
        """Add the nodes: views (M, N, 1)."""
        graph, target, counted = graph.scoped("detail."), inputs.target, inputs.counted
        apart = graph.node("Sub", output, target, name="apart")
        seen = graph.node("Mul", apart, counted, name="seen")
        output = graph.node("Add", target, seen, name="known_output")
        before = self._emit_blur(graph.scoped("target."), target, [-1])
        after = self._emit_blur(graph.scoped("output."), output, [members, -1])
        errors = graph.node("Mul", loss.emit(graph, after, before), counted, name="counted_error")
        cells = self.image.cells
        ones = graph.constant("ones", np.ones((cells, 1), np.float32))
        flat = graph.reshape(errors, [-1, cells], name="flat")
        sums = graph.reshape(
            graph.node("MatMul", flat, ones, name="sum"), [members, -1, 1], name="by_member"
        )
        count = graph.node("MatMul", counted, ones, name="count")  # (N, 1)
        known = graph.node(
            "Max", count, graph.constant("least", np.asarray(1.0, np.float32)), name="known"
        )
        means = graph.node("Div", sums, known, name="mean")
        view = graph.node("Div", means, self._emit_detail(graph, target), name="relative")
        costs = graph.node("MatMul", inputs.surprise, ones, name="surprise")
        cost = graph.node("Div", costs, known, name="cost")
        return graph.node("Add", view, cost, name="view")

    @property
    def _kernels(self) -> tuple[np.ndarray, np.ndarray]:
        """What blurs lines (H, H) and columns (W, W); rows add up to 1."""
        spread = max(self.image.height, self.image.width) * _BLUR
        found = []
        for size in (self.image.height, self.image.width):
            apart = np.arange(size)[:, None] - np.arange(size)
            weight = np.exp(-0.5 * (apart / spread) ** 2) * (np.abs(apart) <= 3 * spread)
            found.append((weight / weight.sum(axis=1, keepdims=True)).astype(np.float32))
        return found[0], found[1]

    def _blurred(self, cells: Tensor) -> Tensor:
        lines, columns = (torch.from_numpy(part).to(cells) for part in self._kernels)
        form = self.image
        high = lines @ cells.reshape(*cells.shape[:-1], form.height, -1)
        wide = columns @ high.reshape(*cells.shape[:-1], form.height, form.width, form.channels)
        return wide.reshape(cells.shape)

    def _detail(self, target: Tensor) -> Tensor:
        """In float64: of an image of one colour rounding would be all there is."""
        whole = self._blurred(target.double() + torch.from_numpy(self.center).to(target).double())
        form = self.image
        pixels = whole.reshape(*whole.shape[:-1], form.height, form.width, form.channels)
        down, along = (pixels.diff(dim=axis).abs().sum(dim=(-3, -2, -1)) for axis in (-3, -2))
        return (down + along) / form.cells + _FLOOR

    def _emit_blur(
        self, graph: Graph, value: str, rows: list[int], exact: type[np.floating[Any]] = np.float32
    ) -> str:
        """Blurred cells, `rows` being the axes before the last; each image is blurred by itself."""
        lines, columns = (
            graph.constant(f"blur.{axis}", kernel.astype(exact))
            for axis, kernel in zip(("lines", "columns"), self._kernels, strict=True)
        )
        form = self.image
        high = graph.reshape(value, [-1, form.height, form.width * form.channels], name="lines")
        down = graph.node("MatMul", lines, high, name="down")
        apart = graph.reshape(down, [-1, form.height, form.width, form.channels], name="columns")
        along = graph.node("MatMul", columns, apart, name="along")
        return graph.reshape(along, [*rows, form.cells], name="blurred")

    def _emit_detail(self, graph: Graph, target: str) -> str:
        """How much is going on in each image, (N, 1)."""
        form = self.image
        exact = graph.cast(target, "float64", name="exact")
        center = graph.constant("center", self.center.astype(np.float64))
        whole = graph.node("Add", exact, center, name="whole")
        blurred = self._emit_blur(graph.scoped("whole."), whole, [-1], np.float64)
        shape = [-1, form.height, form.width, form.channels]
        pixels = graph.reshape(blurred, shape, name="pixels")
        total = graph.constant("floor", np.asarray(_FLOOR))
        for axis, size in ((1, form.height), (2, form.width)):
            if size > 1:
                steps = self._emit_steps(graph.scoped(f"axis{axis}."), pixels, axis, size)
                total = graph.node("Add", steps, total, name=f"total{axis}")
        return graph.cast(total, "float32", name="detail")

    def _emit_steps(self, graph: Graph, pixels: str, axis: int, size: int) -> str:
        """The sum of absolute differences along one axis, over the number of cells: (N, 1)."""
        first = graph.slice(pixels, 0, size - 1, name="first", axis=axis)
        second = graph.slice(pixels, 1, size, name="second", axis=axis)
        steps = graph.node("Abs", graph.node("Sub", second, first, name="step"), name="size")
        count = self.image.cells // size * (size - 1)
        share = np.full((count, 1), 1 / self.image.cells)
        flat = graph.reshape(steps, [-1, count], name="steps")
        return graph.node("MatMul", flat, graph.constant("share", share), name="sum")
