"""The one list of bad input.

The tests run every case, `docs/bad-input.md` shows them all, and the benchmark counts them.
"""

from __future__ import annotations

from tests.bad_input.apart import APART
from tests.bad_input.fitting import FITTING
from tests.bad_input.images import IMAGES
from tests.bad_input.judging import JUDGING
from tests.bad_input.model_files import MODELS
from tests.bad_input.scoring import SCORING

CASES = (*FITTING, *SCORING, *IMAGES, *APART, *MODELS, *JUDGING)
HEAD = ("| what came | what isthmus answers | exit code |", "| --- | --- | --- |")


def table() -> str:
    """The table of the document."""
    return "\n".join([*HEAD, *(case.row for case in CASES)]) + "\n"
