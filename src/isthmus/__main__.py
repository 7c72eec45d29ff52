"""The command `isthmus`, also as ``python -m isthmus``."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and leave with its exit code."""
    if sys.argv[1:] == ["--version"]:  # answered before anything heavy is loaded
        from isthmus.version import __version__

        sys.stdout.write(f"isthmus {__version__}\n")
        return
    try:
        from isthmus.cli.run import run
    except KeyboardInterrupt:
        sys.exit(130)
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
