"""Who is told how a training goes. Nobody who is told changes what comes out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from isthmus.training.state import State


class Watcher(Protocol):
    """Told of a training at three places of the loop."""

    def begin(self, state: State) -> None:
        """Before the first update; a checkpoint puts back here what it holds."""
        ...

    def on_update(self, state: State) -> None:
        """After every update; must return at once when there is nothing to do."""
        ...

    def on_epoch(self, state: State) -> None:
        """After every entry of the history, which is the last of `state.epochs`."""
        ...


class Watchers:
    """Several watchers as one, told in their order; none is one, too."""

    def __init__(self, watchers: Sequence[Watcher] = ()) -> None:
        self._watchers = tuple(watchers)

    def begin(self, state: State) -> None:
        """Tell all."""
        for watcher in self._watchers:
            watcher.begin(state)

    def on_update(self, state: State) -> None:
        """Tell all."""
        for watcher in self._watchers:
            watcher.on_update(state)

    def on_epoch(self, state: State) -> None:
        """Tell all."""
        for watcher in self._watchers:
            watcher.on_epoch(state)


NOBODY = Watchers()
