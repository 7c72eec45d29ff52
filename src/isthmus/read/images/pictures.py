"""Images that can be looked at and then decoded, wherever they lie."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Stack = npt.NDArray[Any]
"""Images of one size, shape (n, height, width, channels)."""

CHANNELS: dict[int, tuple[str, ...]] = {
    1: ("grey",),
    3: ("red", "green", "blue"),
    4: ("red", "green", "blue", "alpha"),
}
"""The channels that an image may have, by their number: the columns of its schema."""


class Look(NamedTuple):
    """What is known of an image before it is decoded: pixels, and channels a pixel."""

    height: int
    width: int
    channels: int


@dataclass(frozen=True)
class Pictures:
    """Images in their order. What stands in place of one that cannot be used is the reason.

    Attributes
    ----------
    count : int
        How many there are.
    looks : callable
        Gives the look of each, from its header.
    stacks : callable
        Gives the images themselves: stacks of one or more, as they come.
    names : callable
        What messages call an image, by its number.
    some : callable or None
        Gives those of some numbers alone, where that saves decoding the others.
    """

    count: int
    looks: Callable[[], Iterator[Look | str]]
    stacks: Callable[[], Iterator[Stack | str]]
    names: Callable[[int], str]
    some: Callable[[Sequence[int]], Pictures] | None = None


def has_colours(pictures: Pictures) -> bool:
    """Whether the channels of any image differ; they are decoded up to the first such."""
    return any(not isinstance(stack, str) and _differ(stack) for stack in pictures.stacks())


def _differ(stack: Stack) -> bool:
    if stack.shape[3] < 3:
        return False
    first = stack[..., 0]
    # What is missing in all channels differs in none.
    return any(
        bool(((first != stack[..., place]) & ~(_gaps(first) & _gaps(stack[..., place]))).any())
        for place in (1, 2)
    )


def _gaps(values: Stack) -> npt.NDArray[np.bool_]:
    missing: npt.NDArray[np.bool_] = np.not_equal(values, values)
    return missing
