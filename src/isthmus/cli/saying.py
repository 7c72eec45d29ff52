"""What is said on standard error while a command works."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterable, Iterator

from isthmus.model_file.manifest import Epoch


def say(lines: Iterable[str], *, quiet: bool = False) -> None:
    """Print lines to standard error."""
    if not quiet:
        for line in lines:
            sys.stderr.write(f"{line}\n")


def warn(lines: Iterable[str], *, quiet: bool = False) -> None:
    """Print lines to standard error, each marked as a warning."""
    say((f"warning: {line}" for line in lines), quiet=quiet)


@contextlib.contextmanager
def training_progress(*, quiet: bool) -> Iterator[Callable[[Epoch, int], None]]:
    """A bar that follows the epochs, where standard error is a terminal."""
    if quiet or not sys.stderr.isatty():
        yield lambda _entry, _epochs: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("training", total=None)

        def show(entry: Epoch, epochs: int) -> None:
            loss = sum(entry.training_loss) / len(entry.training_loss)
            progress.update(
                task,
                total=epochs,
                completed=entry.epoch,
                description=f"epoch {entry.epoch} of {epochs}, loss {loss:.4g}",
            )

        yield show
