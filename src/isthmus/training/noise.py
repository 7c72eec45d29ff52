"""What a network is shown in training in place of the clean row, so that it must use all of it.

Numbers get Gaussian noise (Vincent et al., 2008). Noise that small would leave a level, or one of a
few values, plain to see: these are swapped with those of another row. Levels and flags are also
shown as nothing, as levels that are missing or were never seen will be. Single cells can be hidden
(masking noise, Vincent et al., 2008), in signals and images also whole stretches and patches (Zhong
et al., 2020).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from isthmus.options import NetworkOptions
from isthmus.schema import ImageForm
from isthmus.training.members import Cells, MemberRows, gather
from isthmus.training.restoration import HiddenBlocks, restores
from isthmus.training.row_shape import RowShape
from isthmus.training.seen import SeenNumbers
from isthmus.training.units import Units

LEAST_LEVEL = 0.05
"""The least noise, where there are many levels, in parts of the most."""


@dataclass(frozen=True)
class Erasing:
    """A patch of fixed size at a place drawn for each row.

    Attributes
    ----------
    sizes, patch : tuple of int
        Of a row, such as (H, W), and of the patch.
    channels : int
        Cells at each place.
    """

    sizes: tuple[int, ...]
    patch: tuple[int, ...]
    channels: int = 1

    @classmethod
    def of(cls, share: float, units: int, image: ImageForm | None) -> Erasing:
        """A patch that covers a `share` of a row, at least one place of it."""
        sizes = (units,) if image is None else (image.height, image.width)
        side = share ** (1 / len(sizes))
        # Never the whole row: something must be left to rebuild it from.
        patch = tuple(max(min(round(side * size), size - 1), 1) for size in sizes)
        return cls(sizes, patch, 1 if image is None else image.channels)

    def erased(self, inputs: Tensor, generator: torch.Generator) -> Tensor:
        """Inputs (M, B, U) with 0 in the patches: the usual, if the scaling is standard."""
        members, rows, _ = inputs.shape
        kept = torch.zeros((members, rows, *[1] * len(self.sizes)), dtype=torch.bool)
        for axis, (size, length) in enumerate(zip(self.sizes, self.patch, strict=True)):
            first = torch.randint(size - length + 1, (members, rows, 1), generator=generator)
            place = torch.arange(size)
            outside = (place < first) | (place >= first + length)  # (M, B, size)
            along = [1] * len(self.sizes)
            along[axis] = size
            kept = kept | outside.view(members, rows, *along)
        kept = kept.flatten(2).repeat_interleave(self.channels, dim=2)
        return inputs * kept.to(inputs.device)


@dataclass(frozen=True)
class InputNoise:
    """How rows are disturbed.

    Attributes
    ----------
    deviation : float
        Standard deviation of the noise on numbers, in scaled units.
    many : bool
        Whether each row's is drawn, evenly in its logarithm, between a twentieth of that and that:
        a network that met many levels rebuilds both near and far rows well (Song and Ermon, 2019).
    share : float
        Probability that a level or flag is swapped; half as often it is shown as nothing.
    swaps : float
        Probability that a number of few values is swapped; where there are many levels of noise,
        the most that a row can get.
    few : array of int
        The units that are numbers of few values; shape (F,).
    units : Units, optional
        Which units are swapped together; by default all units are numbers.
    masking : float
        Probability that a unit is hidden.
    erasing : Erasing, optional
        The stretch or patch that is hidden besides.
    blocks : HiddenBlocks, optional
        The blocks of an image that are hidden besides.
    shown : array, optional
        0 where a unit is never shown, as targets are not; shape (U,).
    """

    deviation: float
    share: float = 0.0
    swaps: float = 0.0
    few: np.ndarray = field(default_factory=lambda: np.empty(0, np.int64))
    units: Units | None = None
    masking: float = 0.0
    erasing: Erasing | None = None
    blocks: HiddenBlocks | None = None
    shown: np.ndarray | None = None
    many: bool = False

    @classmethod
    def of(
        cls,
        options: NetworkOptions,
        shape: RowShape,
        seen: SeenNumbers,
        units: Units,
        shown: np.ndarray | None = None,
    ) -> InputNoise:
        """Noise of as many deviations of the numbers `seen` as the options say.

        A number so disturbed is trusted to 1 / (1 + relative^2) of what it says; levels are
        swapped so often that they are trusted as much.
        """
        relative, many = options.noise(shape.kind), options.many_levels(shape.kind)
        image = shape.image
        return cls(
            deviation=relative * seen.deviation,
            share=_swapped(relative / 2 if many else relative),  # of many levels, about the mean
            swaps=_swapped(relative * 2 if many else relative),
            few=seen.few,
            units=None if units.are_cells else units,
            masking=options.masking,
            erasing=Erasing.of(options.erasing, len(units), image) if options.erasing else None,
            blocks=HiddenBlocks(image) if image and restores(options, shape) else None,
            shown=shown,
            many=many,
        )

    def disturbed(
        self,
        inputs: Tensor,
        cells: Cells,
        own: MemberRows,
        rows: Tensor,
        generator: torch.Generator,
    ) -> Tensor:
        """The `inputs` (M, B, U) of rows (M, B), each member's partners taken from its own.

        They are not written to.
        """
        inputs = self._noisy(inputs, cells, own, rows, generator)
        if self.masking:
            hidden = torch.rand(inputs.shape, generator=generator) < self.masking
            inputs = inputs.masked_fill(hidden.to(inputs.device), 0.0)
        if self.erasing is not None:
            inputs = self.erasing.erased(inputs, generator)
        if self.blocks is not None:
            inputs = self.blocks.hidden(inputs, generator)
        if self.shown is not None:
            inputs = inputs * torch.from_numpy(self.shown).to(inputs.device)
        return inputs

    def _noisy(
        self,
        inputs: Tensor,
        cells: Cells,
        own: MemberRows,
        rows: Tensor,
        generator: torch.Generator,
    ) -> Tensor:
        if self.units is None:
            return self._numbers(inputs, cells, own, rows, generator)
        if not self.share:
            return inputs
        numbers = len(self.units.numbers)
        groups = torch.from_numpy(self.units.swapped)
        draws = torch.rand((*rows.shape, int(groups.max()) + 1), generator=generator)
        draws = draws[..., groups].to(inputs.device)
        others = gather(cells.input[:, numbers:], own.partners(rows, generator))
        named = torch.where(draws < self.share, others, inputs[..., numbers:])
        hidden = (draws >= self.share) & (draws < 1.5 * self.share)
        return torch.cat(
            [
                self._numbers(inputs[..., :numbers], cells, own, rows, generator),
                named.masked_fill(hidden, 0.0),
            ],
            dim=-1,
        )

    def _numbers(
        self,
        inputs: Tensor,
        cells: Cells,
        own: MemberRows,
        rows: Tensor,
        generator: torch.Generator,
    ) -> Tensor:
        noisy = self._with_noise(inputs, generator)
        if not self.swaps or not len(self.few):
            return noisy
        few = torch.from_numpy(self.few).to(inputs.device)
        swaps = self._level(self.swaps, inputs.shape, generator) if self.many else self.swaps
        swapped = torch.rand((*rows.shape, len(few)), generator=generator) < swaps
        others = gather(cells.input, own.partners(rows, generator))[..., few]
        return noisy.index_copy(
            2, few, torch.where(swapped.to(inputs.device), others, inputs[..., few])
        )

    def _with_noise(self, inputs: Tensor, generator: torch.Generator) -> Tensor:
        if not self.deviation or not self.many:
            return with_noise(inputs, self.deviation, generator)
        level = self._level(self.deviation, inputs.shape, generator)
        noise = torch.randn(inputs.shape, generator=generator)
        return inputs + (noise * level).to(inputs.device)

    @staticmethod
    def _level(most: float, shape: torch.Size, generator: torch.Generator) -> Tensor:
        """A level for each row of that `shape` (M, B, U), evenly in its logarithm: (M, B, 1)."""
        draws = torch.rand((*shape[:2], 1), generator=generator)
        return most * torch.exp(draws * math.log(LEAST_LEVEL))


def _swapped(relative: float) -> float:
    """How often to swap, for as much trust as Gaussian noise of so many deviations leaves."""
    return relative**2 / (1.0 + relative**2)


def with_noise(inputs: Tensor, deviation: float, generator: torch.Generator) -> Tensor:
    """The inputs (M, B, D) with Gaussian noise of that standard deviation."""
    if not deviation:
        return inputs
    # Drawn on the CPU wherever training runs: a seed means the same everywhere.
    noise = torch.randn(inputs.shape, generator=generator).to(inputs.device)
    return inputs.add(noise, alpha=deviation)
