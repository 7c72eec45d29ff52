"""Run one command and turn every failure into one clear message and its exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from isthmus.cli.app import app
from isthmus.errors import IsthmusError

INTERRUPTED, CLOSED_PIPE, UNEXPECTED = 130, 141, 70


def run(arguments: Sequence[str]) -> int:
    """Run the command line; the exit code.

    0 success, 2 usage, 3 missing extra, 4 bad data, 5 bad model file, 6 input or output failed,
    70 a failure of isthmus itself, 130 interrupted, 141 the reader of the output went away.
    """
    words = [word for word in arguments if word != "--debug"]
    debug = len(words) < len(arguments)
    try:
        app(words, prog_name="isthmus", standalone_mode=True)
        return 0
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else 0
    except KeyboardInterrupt:
        return _said("interrupted; nothing was written", INTERRUPTED)
    except BrokenPipeError:
        # Python would complain once more when it flushes standard output at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CLOSED_PIPE
    except IsthmusError as failure:
        if debug:
            raise
        return _said(str(failure), failure.exit_code)
    except Exception as failure:
        if debug:
            raise
        return _said(
            f"isthmus itself failed: {type(failure).__name__}: {failure}\n"
            "This is a defect; --debug shows where. Please report it.",
            UNEXPECTED,
        )


def _said(message: str, code: int) -> int:
    first, *rest = message.splitlines() or [""]
    lines = [f"isthmus: {first}", *(f"  {line}" for line in rest)]
    sys.stderr.write("\n".join(lines) + "\n")
    return code
