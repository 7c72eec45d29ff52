"""What a network is shown in training in place of the clean row, so that it must use all of it.

Numbers get Gaussian noise (Vincent et al., 2008). Levels and flags are swapped with those of
another row, as noise that small would leave a level plain to see, or shown as nothing, as levels
that are missing or were never seen will be.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from isthmus.training.members import Cells, MemberRows, gather
from isthmus.training.units import Units


@dataclass(frozen=True)
class InputNoise:
    """How rows are disturbed.

    Attributes
    ----------
    deviation : float
        Standard deviation of the noise on numbers, in scaled units.
    share : float
        Probability that a level or flag is swapped; half as often it is shown as nothing.
    units : Units, optional
        Which units are swapped together; by default all units are numbers.
    """

    deviation: float
    share: float = 0.0
    units: Units | None = None

    @classmethod
    def of(cls, relative: float, spread: float, units: Units) -> InputNoise:
        """Noise of `relative` deviations of inputs whose standard deviation is `spread`.

        A number so disturbed is trusted to 1 / (1 + relative^2) of what it says; levels are
        swapped so often that they are trusted as much.
        """
        share = relative**2 / (1.0 + relative**2)
        return cls(relative * spread, share, None if units.are_cells else units)

    def disturbed(
        self, cells: Cells, own: MemberRows, rows: Tensor, generator: torch.Generator
    ) -> Tensor:
        """Inputs (M, B, U) of rows (M, B), each member's partners taken from its own."""
        inputs = gather(cells.input, rows)
        if self.units is None:
            return with_noise(inputs, self.deviation, generator)
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
                with_noise(inputs[..., :numbers], self.deviation, generator),
                named.masked_fill(hidden, 0.0),
            ],
            dim=-1,
        )


def with_noise(inputs: Tensor, deviation: float, generator: torch.Generator) -> Tensor:
    """The inputs (M, B, D) with Gaussian noise of that standard deviation."""
    if not deviation:
        return inputs
    # Drawn on the CPU wherever training runs: a seed means the same everywhere.
    noise = torch.randn(inputs.shape, generator=generator).to(inputs.device)
    return inputs.add(noise, alpha=deviation)
