"""Put one case before the command line, and look at the answer."""

from __future__ import annotations

import contextlib
import io
import os
import shlex
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pyarrow as pa
import pyarrow.csv

from isthmus.cli.run import run
from tests.bad_input.case import CLOSED_PIPE, FULL_DISK, UNREADABLE, Case
from tests.bad_input.material import QUICK, models, normal, to_score

SCORED = "scored.csv"
TRACEBACK = ("Traceback", "isthmus itself failed")
JARGON = (*TRACEBACK, "Warning: ", "Errno", "pydantic", "Input should")
"""What no user should have to read."""


@dataclass(frozen=True)
class Answer:
    """What came back: exit code, both streams, the scores as rows, and files that came or went."""

    code: int
    out: str
    err: str
    scores: list[dict[str, object]]
    left: frozenset[str]


def answer_to(case: Case) -> Answer:
    """Run the command of a case in a folder of its own."""
    with tempfile.TemporaryDirectory() as name, contextlib.chdir(name):
        folder = Path(name)
        _lay_out(case, folder)
        before = {path.name for path in folder.iterdir()}
        said = io.StringIO()
        with (
            contextlib.redirect_stderr(said),
            _output(case) as printed,
            warnings.catch_warnings(),
        ):
            warnings.simplefilter("always")  # They go to standard error, where a user sees them.
            code = run(words(case))
        scores = folder / SCORED
        rows = _rows(scores) if scores.exists() else []
        left = frozenset({path.name for path in folder.iterdir()} ^ before)
        return Answer(code, printed(), said.getvalue(), rows, left)


def impossible_here(case: Case) -> str:
    """Why the circumstance of a case cannot be made here; empty where it can."""
    if case.circumstance == UNREADABLE and os.geteuid() == 0:
        return "the superuser may read everything"
    if case.circumstance == FULL_DISK and not Path("/dev/full").exists():
        return "there is no device that is always full"
    return ""


def words(case: Case) -> list[str]:
    """What is typed: scores go to a file, and a fit is a short one."""
    typed = shlex.split(case.command)
    if typed[0] == "fit":
        return [*typed, *([] if "-o" in typed else ["-o", "new.onnx"]), *QUICK.split()]
    scored = typed[0] == "score" and "-o" not in typed
    return [*typed, "-o", SCORED] if scored else typed


def problems(case: Case, answer: Answer) -> list[str]:
    """What is not as the table says."""
    found = []
    if answer.code != case.code:
        found.append(f"exit code {answer.code}, {case.code} was expected")
    said = answer.err + answer.out + "".join(str(row["reason"]) for row in answer.scores)
    found += [f"{part!r} was not said" for part in case.quoted if part not in said]
    found += [f"{jargon!r} in {answer.err!r}" for jargon in JARGON if jargon in answer.err]
    if case.code not in (0, 141):
        found += _unclear(case, answer)
    return found + [f"row {row} is {what}" for row, what in _not_invalid(case, answer)]


def silently_normal(case: Case, answer: Answer) -> int:
    """Rows that cannot be scored and are called something all the same."""
    return len(_not_invalid(case, answer))


def _unclear(case: Case, answer: Answer) -> Iterator[str]:
    if answer.err.count("isthmus: ") != 1:
        yield "one message was expected"
    if f"isthmus: {case.place}" not in answer.err:
        yield f"the message does not begin with the place {case.place!r}"
    if answer.left:
        yield f"a failure left or took {sorted(answer.left)}"


def _not_invalid(case: Case, answer: Answer) -> list[tuple[int, str]]:
    """Rows of the scores that should be invalid and are not, or the other way round."""
    empty = ("anomaly_score", "p_value", "is_anomaly")
    found = []
    for place, row in enumerate(answer.scores):
        invalid = row["status"] == "invalid" and bool(row["reason"])
        invalid = invalid and all(row[name] is None for name in empty)
        scored = row["status"] == "scored" and all(row[name] is not None for name in empty)
        if not (invalid if place in case.invalid else scored):
            found.append((place, str(row)))
    missing = [(place, "not there") for place in case.invalid if place >= len(answer.scores)]
    return found + missing


def _lay_out(case: Case, folder: Path) -> None:
    usual = {"normal.csv": normal(), "new.csv": to_score(), **models()}
    for name, content in {**usual, **case.files}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content() if callable(content) else content)
    if case.circumstance == UNREADABLE:
        (folder / case.place).chmod(0)


def _rows(scores: Path) -> list[dict[str, object]]:
    """Scores as rows; an empty cell is None."""
    options = pa.csv.ConvertOptions(strings_can_be_null=True)
    rows: list[dict[str, object]] = pa.csv.read_csv(scores, convert_options=options).to_pylist()
    return rows


@contextlib.contextmanager
def _output(case: Case) -> Iterator[Callable[[], str]]:
    """Standard output of the kind that the case wants, and what gives all that was printed."""
    output, kept = sys.stdout, io.BytesIO()
    raw = _raw(case, kept)
    sys.stdout = io.TextIOWrapper(raw, encoding="utf-8")
    try:
        yield lambda: kept.getvalue().decode()
    finally:
        sys.stdout.detach()
        sys.stdout = output
        if raw is not kept:
            raw.close()


def _raw(case: Case, kept: io.BytesIO) -> IO[bytes]:
    if case.circumstance == FULL_DISK:
        return Path("/dev/full").open("wb", 0)
    if case.circumstance == CLOSED_PIPE:
        reading, writing = os.pipe()
        os.close(reading)
        return os.fdopen(writing, "wb", 0)
    return kept
