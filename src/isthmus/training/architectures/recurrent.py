"""The recurrent autoencoder, sequence to sequence (Malhotra et al., 2016).

One pass reads the row step by step into a code; another, shown the code at every step, writes the
row. Members run one beside the other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from isthmus.errors import UsageError
from isthmus.model_file.manifest import Layer
from isthmus.options import NetworkOptions
from isthmus.training.activations import ACTIVATIONS
from isthmus.training.architectures.autoencoder import Part, Parts
from isthmus.training.architectures.layer import DenseLayer, glorot, line
from isthmus.training.architectures.variational import VariationalCode
from isthmus.training.graph import Graph
from isthmus.training.row_shape import RowShape

if TYPE_CHECKING:
    from isthmus.training.reuse import Stored

_HIDDEN = 32


class Cell(NamedTuple):
    """One kind of recurrent cell, for PyTorch and for ONNX."""

    run: Callable[..., tuple[Tensor, ...]]
    operator: str
    order: tuple[int, ...]  # where each gate of ONNX stands in PyTorch
    states: int
    attributes: dict[str, int]
    forget: int | None = None  # PyTorch's gate that starts open


CELLS: dict[str, Cell] = {
    # PyTorch has input, forget, cell, output; ONNX input, output, forget, cell.
    "lstm": Cell(torch.lstm, "LSTM", (0, 3, 1, 2), 2, {}, forget=1),
    # PyTorch has reset, update, new; ONNX update, reset, new. Both reset after the product.
    "gru": Cell(torch.gru, "GRU", (1, 0, 2), 1, {"linear_before_reset": 1}),
}


class Recurrent(nn.Module):
    """One recurrent layer of all members: steps (M, T, B, I) to steps (M, T, B, H)."""

    def __init__(
        self,
        members: int,
        inputs: int,
        hidden: int,
        kind: str,
        *,
        name: str,
        role: str,
        generator: torch.Generator,
    ) -> None:
        super().__init__()
        cell = CELLS[kind]
        gates = len(cell.order)
        weight = [glorot((members, hidden, inputs), inputs, hidden, generator) for _ in cell.order]
        square = torch.empty(members, gates, hidden, hidden)
        for part in square.flatten(0, 1):  # Saxe et al., 2014
            nn.init.orthogonal_(part, generator=generator)
        bias = torch.zeros(members, gates, hidden)
        if cell.forget is not None:  # Jozefowicz et al., 2015
            bias[:, cell.forget] = 1.0
        self.input_weight = nn.Parameter(torch.cat(weight, dim=1))
        self.hidden_weight = nn.Parameter(square.flatten(1, 2))
        self.input_bias = nn.Parameter(bias.flatten(1))
        self.hidden_bias = nn.Parameter(torch.zeros(members, gates * hidden))
        self.kind, self.hidden = kind, hidden
        self.name, self.role = name, role

    def forward(self, steps: Tensor) -> Tensor:
        return torch.stack([self._member(m, steps[m]) for m in range(len(self.input_weight))])

    def _member(self, m: int, steps: Tensor) -> Tensor:
        cell = CELLS[self.kind]
        start = [steps.new_zeros(1, steps.shape[1], self.hidden) for _ in range(cell.states)]
        weights = [self.input_weight[m], self.hidden_weight[m]]
        weights += [self.input_bias[m], self.hidden_bias[m]]
        state = start if cell.states > 1 else start[0]
        return cell.run(steps, state, weights, True, 1, 0.0, self.training, False, False)[0]

    def emit_member(self, graph: Graph, value: str, m: int, *, last: bool) -> str:
        """Add one member's node: its last hidden state (1, N, H), or all of them (T, 1, N, H)."""
        cell, name = CELLS[self.kind], f"{self.name}.member{m}"
        weight, square, bias, other = (
            self._ordered(part[m].detach().cpu())
            for part in (self.input_weight, self.hidden_weight, self.input_bias, self.hidden_bias)
        )
        parts = {"weight": weight, "recurrence": square, "bias": np.concatenate([bias, other])}
        constants = [graph.constant(f"{name}.{key}", part[None]) for key, part in parts.items()]
        return graph.node(
            cell.operator,
            value,
            *constants,
            name=f"{name}.{'last' if last else 'states'}",
            place=1 if last else 0,
            hidden_size=self.hidden,
            **cell.attributes,
        )

    def layers(self) -> list[Layer]:
        shape = ("N", len(self.input_weight), self.hidden)
        return [line(self, self.role, self.kind, shape)]

    def take_from(self, stored: Stored) -> None:
        """Take all weights over; the file has them member by member, in the order of ONNX."""
        found: dict[str, list[np.ndarray]] = {}
        for key in ("weight", "recurrence", "bias"):
            m = 0
            while (part := stored.arrays.get(f"{self.name}.member{m}.{key}")) is not None:
                found.setdefault(key, []).append(part[0])
                m += 1
        if len(found) == 3:
            bias = np.stack(found["bias"])
            half = bias.shape[1] // 2
            parts = {
                "weight": np.stack(found["weight"]),
                "recurrence": np.stack(found["recurrence"]),
                "bias": bias[:, :half],
                "other bias": bias[:, half:],
            }
            stored.arrays |= {f"{self.name}.{key}": self._back(part) for key, part in parts.items()}
        stored.take(
            self.role,
            {
                f"{self.name}.weight": self.input_weight,
                f"{self.name}.recurrence": self.hidden_weight,
                f"{self.name}.bias": self.input_bias,
                f"{self.name}.other bias": self.hidden_bias,
            },
        )

    def _back(self, gates: np.ndarray) -> np.ndarray:
        """Gates (M, G * H, ...) in the order of PyTorch, where they are as many."""
        order = np.argsort(CELLS[self.kind].order)
        if gates.shape[1] % len(order):
            return gates
        blocks = gates.reshape(len(gates), len(order), -1, *gates.shape[2:])
        return blocks[:, order].reshape(gates.shape)

    def _ordered(self, gates: Tensor) -> np.ndarray:
        """The gates in the order of ONNX."""
        blocks = gates.view(-1, self.hidden, *gates.shape[1:])
        ordered: np.ndarray = blocks[list(CELLS[self.kind].order)].flatten(0, 1).numpy()
        return ordered


class ReadSteps(nn.Module):
    """From rows (M, B, T * C) to the last hidden state (M, B, H)."""

    def __init__(self, layer: Recurrent, members: int, steps: int) -> None:
        super().__init__()
        self.layer, self.members, self.steps = layer, members, steps

    def forward(self, rows: Tensor) -> Tensor:
        if len(rows) != self.members:
            rows = rows.expand(self.members, -1, -1)
        steps = rows.view(*rows.shape[:2], self.steps, -1).movedim(2, 1)
        return self.layer(steps)[:, -1]  # type: ignore[no-any-return]

    def emit(self, graph: Graph, value: str) -> str:
        width = self.layer.input_weight.shape[2]
        laid = graph.reshape(value, [-1, self.steps, width], name="steps.laid")
        steps = graph.node("Transpose", laid, name="steps", perm=[1, 0, 2])
        members = [self.layer.emit_member(graph, steps, m, last=True) for m in range(self.members)]
        return graph.concat(members, name="read", axis=0)  # (M, N, H)

    def layers(self) -> list[Layer]:
        return self.layer.layers()


class WriteSteps(nn.Module):
    """From codes (M, B, Z), shown at every step, to rows (M, B, T * C)."""

    def __init__(self, layer: Recurrent, output: DenseLayer, members: int, steps: int) -> None:
        super().__init__()
        self.layer, self.output = layer, output
        self.members, self.steps = members, steps

    def forward(self, codes: Tensor) -> Tensor:
        states = self.layer(codes[:, None].expand(-1, self.steps, -1, -1))  # (M, T, B, H)
        cells: Tensor = self.output(states.flatten(1, 2))  # (M, T * B, C)
        return cells.view(self.members, self.steps, -1, cells.shape[2]).movedim(1, 2).flatten(2)

    def emit(self, graph: Graph, value: str) -> str:
        many = graph.constant("written.steps", np.zeros((self.steps, 1, 1), np.float32))
        states = []
        for m in range(self.members):
            # Added to zeros of every step, the code (1, N, Z) is repeated.
            own = graph.slice(value, m, m + 1, name=f"written.code{m}", axis=0)
            shown = graph.node("Add", own, many, name=f"written.shown{m}")  # (T, N, Z)
            states.append(self.layer.emit_member(graph, shown, m, last=False))
        every = graph.concat(states, name="written.states", axis=1)  # (T, M, N, H)
        turned = graph.node("Transpose", every, name="written.turned", perm=[1, 2, 0, 3])
        flat = graph.reshape(turned, [self.members, -1, self.layer.hidden], name="written.flat")
        cells = self.output.emit(graph, flat)  # (M, N * T, C)
        width = self.output.weight.shape[2]
        return graph.reshape(cells, [self.members, -1, self.steps * width], name="written.rows")

    def layers(self) -> list[Layer]:
        return [*self.layer.layers(), *self.output.layers()]


def recurrent(
    members: int, shape: RowShape, options: NetworkOptions, generator: torch.Generator
) -> Parts:
    """M recurrent autoencoders side by side; the steps of an image are its lines.

    Raises
    ------
    UsageError
        If more than one width is given before or after the code.
    """
    encoder = (_HIDDEN,) if options.encoder is None else options.encoder
    decoder = encoder if options.decoder is None else options.decoder
    if len(encoder) != 1 or len(decoder) != 1:
        raise UsageError(
            "a recurrent network has one layer before the code and one after it: one width each "
            f"was expected for encoder and decoder, {len(encoder)} and {len(decoder)} came"
        )
    steps = shape.units if shape.image is None else shape.image.height
    width = shape.units // steps
    hidden, size = encoder[0], options.code_size or max(encoder[0] // 2, 1)

    def layer(inputs: int, outputs: int, name: str, role: str) -> Recurrent:
        kind = options.recurrent_cell
        return Recurrent(members, inputs, outputs, kind, name=name, role=role, generator=generator)

    def connected(inputs: int, outputs: int, name: str, activation: str) -> DenseLayer:
        return DenseLayer(
            members,
            inputs,
            outputs,
            name=name,
            role=name,
            activation=ACTIVATIONS[activation],
            generator=generator,
        )

    read = ReadSteps(layer(width, hidden, "encoder", "encoder 1"), members, steps)
    code: Part | VariationalCode
    if options.variational:
        code = VariationalCode(members, hidden, size, generator=generator)
    else:
        code = connected(hidden, size, "code", options.activation)
    written = layer(size, decoder[0], "decoder", "decoder 1")
    output = connected(decoder[0], width, "output", options.output_activation)
    write = WriteSteps(written, output, members, steps)
    widest = members * steps * max(hidden, decoder[0], size)
    return Parts([read], code, [write], size, widest)
