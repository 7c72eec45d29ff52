"""M autoencoders side by side: an encoder, the code, a decoder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
import torch
from torch import Tensor, nn

from isthmus.model_file.manifest import Layer
from isthmus.options import NetworkOptions
from isthmus.training.architectures.variational import VariationalCode
from isthmus.training.graph import Graph
from isthmus.training.restoration import quarters, restores
from isthmus.training.row_shape import RowShape


class Core(NamedTuple):
    """The names of the core's results inside a graph."""

    output: str  # float32 (M, N, U)
    codes: str  # float32 (M, N, Z)
    judged: str  # float32 (M * L, N, U): what the score judges, L for each member
    passes: int = 1  # L


class Part(Protocol):
    """One layer, or several that belong together."""

    def __call__(self, cells: Tensor) -> Tensor:
        """Outputs (M, B, O) for inputs (M, B, I)."""
        ...

    def parameters(self) -> Any:
        """Each with the member as its first axis."""
        ...

    def emit(self, graph: Graph, value: str) -> str:
        """Add the nodes in evaluation mode; the first part of all takes (N, I)."""
        ...

    def layers(self) -> list[Layer]:
        """Its lines in the layer table."""
        ...


class Parts(NamedTuple):
    """What an architecture is made of."""

    encoder: Sequence[Part]
    code: Part | VariationalCode | None  # None: what the encoder gives is the code
    decoder: Sequence[Part]
    code_size: int
    widest: int


class Autoencoder(nn.Module):
    """M networks that squeeze rows (M, B, U) into codes (M, B, Z) and rebuild them.

    Parameters
    ----------
    parts : Parts
        Encoder, code and decoder.
    shape : RowShape
        Of what they take and give.
    options : NetworkOptions
        Weight and warm-up of a variational code's divergence, and how it is scored.
    generator : torch.Generator
        Draws codes in training, and those of scoring once.
    """

    def __init__(
        self, parts: Parts, shape: RowShape, options: NetworkOptions, generator: torch.Generator
    ) -> None:
        super().__init__()
        self.parts = parts
        # Known to PyTorch, in the order in which a row meets them.
        every = [*parts.encoder, parts.code, *parts.decoder]
        self.stack = nn.ModuleList(part for part in every if isinstance(part, nn.Module))
        self.code_size, self.widest = parts.code_size, parts.widest
        self._units = shape.units
        self._kl_weight, self._kl_warmup = options.kl_weight / shape.cells, options.kl_warmup
        self.hidden: Tensor | None = None  # (K, U)
        if shape.image is not None and restores(options, shape):
            self.hidden = torch.from_numpy(quarters(shape.image))
        drawn = options.code_samples if isinstance(parts.code, VariationalCode) else 0
        self.passes = max(drawn, 1)
        self.draws = torch.randn((drawn, 1, self.code_size), generator=generator)  # (L, 1, Z)

    def forward(self, cells: Tensor) -> tuple[Tensor, Tensor]:
        """Output (M, N, U) and code (M, N, Z) for inputs (M, N, U) or (1, N, U)."""
        code = self._encoded(cells)
        if self.parts.code is not None:
            code = self.parts.code(code)
        return self.decoded(code), code

    def decoded(self, codes: Tensor) -> Tensor:
        """Outputs (M, N, U) of codes (M, N, Z)."""
        for part in self.parts.decoder:
            codes = part(codes)
        return codes

    def judged(self, cells: Tensor) -> Tensor:
        """What the score judges (M * L, N, U): the outputs, or those of L codes for each row.

        Where parts are hidden in turn, every cell is as it was rebuilt where it was hidden.
        """
        if self.hidden is not None:
            masks = self.hidden.to(cells.device)
            return torch.stack([self.forward(cells * (1 - m))[0] * m for m in masks]).sum(dim=0)
        if not isinstance(self.parts.code, VariationalCode) or not len(self.draws):
            return self.forward(cells)[0]
        mean, deviation = self.parts.code.distribution(self._encoded(cells))
        draws = self.draws.to(mean.device)
        codes = mean[:, None] + deviation[:, None] * draws  # (M, L, N, Z)
        outputs = self.decoded(codes.flatten(1, 2))
        return outputs.reshape(-1, cells.shape[1], self._units)

    def penalty(self, progress: float) -> Tensor | None:
        """What is added to each member's loss (M,) for the last batch; `progress` is 0 to 1."""
        if not isinstance(self.parts.code, VariationalCode) or not self._kl_weight:
            return None
        warm = min(progress / self._kl_warmup, 1.0) if self._kl_warmup else 1.0
        return self._kl_weight * warm * self.parts.code.divergence

    def emit(self, graph: Graph, cells: str) -> Core:
        """Add the nodes of all members for inputs (N, U)."""
        if self.hidden is not None:
            return self._emit_restored(graph, cells, self.hidden.numpy())
        value = self._emit_encoder(graph, cells)
        if isinstance(self.parts.code, VariationalCode) and len(self.draws):
            return self._emit_drawn(graph, *self.parts.code.emit_distribution(graph, value))
        value = self._emit_code(graph, value)
        codes = graph.node("Identity", value, name="codes")
        output = graph.node("Identity", self._emit_decoder(graph, codes), name="outputs")
        graph.node("Identity", output, name="decoded")
        return Core(output, codes, output)

    def layers(self) -> list[Layer]:
        """The layer table: name, operation, shape and number of parameters."""
        code = [] if self.parts.code is None else [self.parts.code]
        parts = [*self.parts.encoder, *code, *self.parts.decoder]
        return [layer for part in parts for layer in part.layers()]

    def _encoded(self, cells: Tensor) -> Tensor:
        for part in self.parts.encoder:
            cells = part(cells)
        return cells

    def _emit_encoder(self, graph: Graph, value: str) -> str:
        for part in self.parts.encoder:
            value = part.emit(graph, value)
        return value

    def _emit_code(self, graph: Graph, value: str) -> str:
        return value if self.parts.code is None else self.parts.code.emit(graph, value)

    def _emit_restored(self, graph: Graph, cells: str, hidden: np.ndarray) -> Core:
        """All K passes together; the codes are those of the whole rows."""
        count, members = len(hidden), len(next(self.parameters()))
        shown = [
            graph.node("Mul", cells, graph.constant(f"shown{k}", 1 - mask), name=f"part{k}.shown")
            for k, mask in enumerate(hidden)
        ]
        value = graph.concat(shown, name="parts.shown", axis=0)  # (K * N, U)
        value = self._emit_code(graph, self._emit_encoder(graph, value))
        rebuilt = self._emit_decoder(graph, value)
        apart = graph.reshape(rebuilt, [members, count, -1, self._units], name="parts.rebuilt")
        output = ""
        for k, mask in enumerate(hidden):
            place = graph.constant(f"part{k}.place", np.asarray(k))
            own = graph.node("Gather", apart, place, name=f"part{k}.rebuilt", axis=1)
            kept = graph.node("Mul", own, graph.constant(f"hidden{k}", mask), name=f"part{k}.kept")
            output = graph.node("Add", output, kept, name=f"part{k}.sum") if output else kept
        output = graph.node("Identity", output, name="outputs")
        whole = graph.scoped("whole.", again=True)
        code = self._emit_code(whole, self._emit_encoder(whole, cells))
        codes = graph.node("Identity", code, name="codes")
        # Nothing of this is computed but when codes are to be decoded.
        graph.node("Identity", self._emit_decoder(whole, codes), name="decoded")
        return Core(output, codes, output)

    def _emit_decoder(self, graph: Graph, codes: str) -> str:
        for part in self.parts.decoder:
            codes = part.emit(graph, codes)
        return codes

    def _emit_drawn(self, graph: Graph, mean: str, deviation: str) -> Core:
        """The mean code and L drawn ones of every row go through the decoder together."""
        passes, units, size = len(self.draws), self._units, self.code_size
        codes = graph.node("Identity", mean, name="codes")
        axis = graph.constant("drawn.axis", np.asarray([1], np.int64))
        center = graph.node("Unsqueeze", codes, axis, name="drawn.center")
        spread = graph.node("Unsqueeze", deviation, axis, name="drawn.spread")
        draws = graph.constant("drawn.draws", self.draws.cpu().numpy())
        apart = graph.node("Mul", spread, draws, name="drawn.apart")
        drawn = graph.node("Add", center, apart, name="drawn.codes")  # (M, L, N, Z)
        every = graph.concat([center, drawn], name="drawn.every")
        members = len(next(self.parameters()))
        flat = graph.reshape(every, [members, -1, size], name="drawn.flat")
        rebuilt = graph.reshape(
            self._emit_decoder(graph, flat), [members, 1 + passes, -1, units], name="drawn.rebuilt"
        )
        first = graph.constant("drawn.first", np.asarray(0))
        output = graph.node("Gather", rebuilt, first, name="outputs", axis=1)
        graph.node("Identity", output, name="decoded")
        others = graph.slice(rebuilt, 1, 1 + passes, name="drawn.others")
        judged = graph.reshape(others, [members * passes, -1, units], name="drawn.outputs")
        return Core(output, codes, judged, passes)
