"""What is said on standard error while a command works."""

from __future__ import annotations

import sys
from collections.abc import Iterable


def say(lines: Iterable[str], *, quiet: bool = False) -> None:
    """Print lines to standard error."""
    if not quiet:
        for line in lines:
            sys.stderr.write(f"{line}\n")


def warn(lines: Iterable[str], *, quiet: bool = False) -> None:
    """Print lines to standard error, each marked as a warning."""
    say((f"warning: {line}" for line in lines), quiet=quiet)
