"""The command `isthmus`, also as ``python -m isthmus``."""

from __future__ import annotations

import gc
import os
import sys

INTERRUPTED = 130
FEW_OBJECTS = 50_000
"""New objects after which Python looks for garbage: with 700, its own choice, it goes again and
again through all that PyTorch imports, which takes a quarter of the time that it takes to load."""


def main() -> None:
    """Run the command line and leave with its exit code."""
    if sys.argv[1:] == ["--version"]:  # answered before anything heavy is loaded
        from isthmus.version import __version__

        sys.stdout.write(f"isthmus {__version__}\n")
        return
    sys.meta_path.insert(0, _WithoutPandas())
    gc.set_threshold(FEW_OBJECTS)
    try:
        from isthmus.cli.run import run

        code = run(sys.argv[1:])
    except KeyboardInterrupt:
        code = INTERRUPTED
    if code == INTERRUPTED:
        _leave_interrupted()
    gc.freeze()  # What is left is the system's to clear: Python would go through it once more.
    sys.exit(code)


class _WithoutPandas:
    """No command needs pandas. Arrow would import it, which takes longer than to score a row."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if name == "pandas":
            raise ModuleNotFoundError("no command of isthmus needs pandas", name=name)


def _leave_interrupted() -> None:
    """Leave at once, with the exit code and not killed by the signal.

    Where an interrupt reached text that a library was executing while it was imported, as those
    of its dataclasses, the interpreter remembers it although it was caught, and would end itself
    with the signal.
    """
    if sys.stderr is not None:
        sys.stderr.flush()
    os._exit(INTERRUPTED)


if __name__ == "__main__":
    main()
