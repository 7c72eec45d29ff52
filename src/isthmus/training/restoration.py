"""Restoration: parts of an image are hidden, and the network rebuilds them from the rest.

A network that sees what it must rebuild can copy it, anomalies too. When scoring, each quarter of
the blocks of an image is hidden in turn, and what is judged is every pixel as it was rebuilt where
it was hidden; in training blocks of many sizes are hidden at random. The idea is that of ARNet (Fei
et al., 2020) and of masked autoencoders (He et al., 2022).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from isthmus.options import NetworkOptions
from isthmus.schema import ImageForm
from isthmus.training.row_shape import RowShape

_BLOCKS = 4
"""Blocks along each side of an image when scoring; each quarter is every second one of them."""
_SIDES = (14, 7, 4, 2)
"""In training: parts of the longer side that a block covers."""
_LEAST_HIDDEN, _MOST_HIDDEN = 0.25, 0.75


def restores(options: NetworkOptions, shape: RowShape) -> bool:
    """Whether parts of the rows are hidden in turn when scoring.

    What is only shown, to rebuild targets from, is never hidden.
    """
    if shape.image is None or shape.judged < shape.units:
        return False
    if options.restoration == "auto":
        return not options.variational
    return options.restoration == "quarters"


def quarters(image: ImageForm) -> np.ndarray:
    """1 where a cell is hidden, for each of 4 passes: float32, shape (4, D).

    Every cell is hidden in exactly one.
    """
    side = max(-(-max(image.height, image.width) // _BLOCKS), 1)
    line, column = np.mgrid[: image.height, : image.width] // side % 2
    part = np.repeat((2 * line + column).ravel(), image.channels)
    hidden: np.ndarray = (part == np.arange(4)[:, None]).astype(np.float32)
    return hidden


@dataclass(frozen=True)
class HiddenBlocks:
    """Blocks of many sizes, hidden at random in training."""

    image: ImageForm

    def hidden(self, inputs: Tensor, generator: torch.Generator) -> Tensor:
        """Inputs (M, B, D) with 0 in the blocks: what is usual there, if the scaling is standard.

        Rows share the size of their blocks in quarters of a batch, which costs nothing and is as
        good; how many are hidden is drawn for each row.
        """
        members, rows, _ = inputs.shape
        longer = max(self.image.height, self.image.width)
        parts = torch.arange(rows).tensor_split(len(_SIDES))
        kept = [
            self._kept(members, len(part), max(round(longer / side), 1), generator)
            for part, side in zip(parts, _SIDES, strict=True)
        ]
        mask = torch.cat(kept, dim=1).repeat_interleave(self.image.channels, dim=2)
        return inputs * mask.to(inputs.device)

    def _kept(self, members: int, rows: int, side: int, generator: torch.Generator) -> Tensor:
        """1 where a pixel is shown: (M, B, H * W), blocks of `side` pixels."""
        height, width = self.image.height, self.image.width
        lines, columns = (-(-size // side) + 1 for size in (height, width))
        share = torch.rand((members, rows, 1, 1), generator=generator)
        share = _LEAST_HIDDEN + (_MOST_HIDDEN - _LEAST_HIDDEN) * share
        shown = torch.rand((members, rows, lines, columns), generator=generator) >= share
        pixels = shown.repeat_interleave(side, dim=2).repeat_interleave(side, dim=3)
        top, left = torch.randint(side, (2,), generator=generator).tolist()
        pixels = pixels[:, :, top : top + height, left : left + width]
        return pixels.flatten(2)
