"""What isthmus reads and writes, one command each, on a small folder and without training."""

from __future__ import annotations

import contextlib
import io
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import csv, feather

from isthmus.cli.run import run
from isthmus.datasets import Ecg5000, load_ecg5000
from isthmus.model_file import unseal
from isthmus.model_file.file import with_manifest
from isthmus.model_file.manifest import Epoch
from isthmus.report.figures import saving
from isthmus.training.learn import Learnt
from tests.model_file.example import example, example_rows, variational_example

TRUTH = ("--label", "truth", "--normal", "1")
SCORE = ("score", "detector.onnx")
EXPLAIN = ("explain", "detector.onnx", "new.csv")
ROWS = 50
ROWS_AT_ONCE = 20
"""Three batches, so that outputs are written in several parts."""


@dataclass(frozen=True)
class Command:
    """Words to type, and files that it replaces."""

    words: tuple[str, ...]
    writes: tuple[str, ...] = ()


COMMANDS: dict[str, Command] = {
    "fit": Command(("fit", "new.csv", "-o", "out.onnx", "--force"), ("out.onnx",)),
    "fit --json": Command(("fit", "new.csv", "-o", "out.onnx", "--force", "--json"), ("out.onnx",)),
    "calibrate": Command(
        ("calibrate", "detector.onnx", "new.csv", "-o", "out.onnx", "--force"), ("out.onnx",)
    ),
    **{
        f"score -o out.{end}": Command(
            (*SCORE, "new.csv", "-o", f"out.{end}", "--force"), (f"out.{end}",)
        )
        for end in ("csv", "jsonl", "parquet", "arrow")
    },
    **{
        f"score to standard output as {form}": Command((*SCORE, "new.csv", "--output-format", form))
        for form in ("csv", "jsonl", "parquet", "arrow")
    },
    **{
        f"score new.{end}": Command(
            (*SCORE, f"new.{end}", "-o", "out.csv", "--force"), ("out.csv",)
        )
        for end in ("jsonl", "parquet", "arrow", "npy", "npz")
    },
    "score --json": Command(
        (*SCORE, "new.csv", "-o", "out.csv", "--force", "--json"), ("out.csv",)
    ),
    "evaluate": Command(("evaluate", "detector.onnx", "labelled.csv", *TRUTH)),
    "inspect": Command(("inspect", "detector.onnx", "--json")),
    "verify": Command(("verify", "detector.onnx")),
    "explain": Command((*EXPLAIN, "--rows", "1,30,49")),
    "explain -o": Command(
        (*EXPLAIN, "--rows", "1,30", "--json", "-o", "why.jsonl", "--force"), ("why.jsonl",)
    ),
    "encode -o": Command(
        ("encode", "detector.onnx", "new.csv", "-o", "out.parquet", "--force"), ("out.parquet",)
    ),
    "encode to npy": Command(
        ("encode", "detector.onnx", "new.csv", "-o", "out.npy", "--force"), ("out.npy",)
    ),
    "reconstruct": Command(("reconstruct", "detector.onnx", "new.csv")),
    "reconstruct --mask": Command(
        ("reconstruct", "detector.onnx", "new.csv", "--mask", "-o", "out.csv", "--force"),
        ("out.csv",),
    ),
    "similar": Command(
        ("similar", "detector.onnx", "new.csv", "new.npy", "-o", "out.csv", "--force"),
        ("out.csv",),
    ),
    "sample": Command(
        ("sample", "variational.onnx", "-o", "out.csv", "--force", "--json"), ("out.csv",)
    ),
    "plot": Command(
        ("plot", "scores", "detector.onnx", "new.csv", "-o", "out.svg", "--force"), ("out.svg",)
    ),
    "report": Command(
        ("report", "detector.onnx", "new.csv", "-o", "out.html", "--force"), ("out.html",)
    ),
    "demo": Command(
        ("demo", "-o", "demo", "--force"),
        ("demo/beats.csv", "demo/detector.onnx", "demo/scored.csv", "demo/inspect.txt"),
    ),
}
"""Everything that writes."""


def lay_out(folder: Path) -> None:
    """Write what the commands read, and something old where they write."""
    for name, content in _material().items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)


@cache
def _material() -> dict[str, bytes]:
    rows = example_rows(ROWS)
    table = pa.table({f"c{place}": column for place, column in enumerate(rows.T)})
    truth = pa.array([0, 1] * (ROWS // 2))
    lines = [json.dumps(row) for row in table.to_pylist()]
    old = [name for command in COMMANDS.values() for name in command.writes]
    return {
        "new.csv": _written(lambda file: csv.write_csv(table, file)),
        "labelled.csv": _written(
            lambda file: csv.write_csv(table.append_column("truth", truth), file)
        ),
        "new.jsonl": "\n".join([*lines, ""]).encode(),
        "new.parquet": _written(lambda file: pq.write_table(table, file)),
        "new.arrow": _written(lambda file: feather.write_feather(table, file)),
        "new.npy": _written(lambda file: np.save(file, rows)),
        "new.npz": _written(lambda file: np.savez(file, X=rows)),
        "detector.onnx": example(),
        "variational.onnx": variational_example(),
        **{name: b"the old " + name.encode() for name in old},
    }


def _written(write: Callable[[io.BytesIO], object]) -> bytes:
    file = io.BytesIO()
    write(file)
    return file.getvalue()


@contextlib.contextmanager
def without_waiting() -> Iterator[None]:
    """Nothing is trained or drawn, the heartbeats are few, the batches small."""
    figures = dict.fromkeys(saving.FORMATS, lambda _: b"a figure")
    with (
        mock.patch("isthmus.training.learn.learn", _learn),
        mock.patch("isthmus.datasets.load_ecg5000", few_beats),
        mock.patch.dict(saving.FORMATS, figures),
        mock.patch("isthmus.read.parts.MOST_ROWS", ROWS_AT_ONCE),
        mock.patch("isthmus.scoring.writers.parquet.GROUP_ROWS", ROWS_AT_ONCE),
    ):
        yield


def _learn(rows: Any, *_: Any, **__: Any) -> Learnt:
    """Give a detector that was made by hand for rows of such columns."""
    return Learnt(_beats_model() if len(rows.names) == _CELLS else example(), (), ())


_CELLS = 140


@cache
def few_beats() -> Ecg5000:
    """Some of the heartbeats, of both classes."""
    data = load_ecg5000()
    normal, abnormal = np.flatnonzero(data.is_normal)[:100], np.flatnonzero(~data.is_normal)[:50]
    kept = np.concatenate([normal, abnormal])
    return Ecg5000(beats=data.beats[kept], classes=data.classes[kept])


@cache
def _beats_model() -> bytes:
    model = unseal(example("signal", columns=_CELLS))
    schema = model.manifest.row_schema
    columns = tuple(
        column.model_copy(update={"name": f"t{place}"})
        for place, column in enumerate(schema.columns)
    )
    aside = {"beat": "id", "normal": "label"}
    schema = schema.model_copy(update={"columns": columns, "set_aside": aside})
    losses = (Epoch(epoch=1, step=1, training_loss=(1.0,) * model.manifest.members),)
    training = model.manifest.training.model_copy(update={"epochs": losses})
    told = {"row_schema": schema, "training": training}
    return with_manifest(model, model.manifest.model_copy(update=told))


@dataclass(frozen=True)
class Done:
    """What a command left behind: its exit code, what it said, and every file of the folder."""

    code: int
    said: str
    files: dict[str, bytes]


def call(
    words: Sequence[str], folder: Path, around: contextlib.AbstractContextManager[None]
) -> Done:
    """Run a command in the folder, within `around`; what it says on standard error is kept."""
    said = io.StringIO()
    ignored: list[str] = []
    hook = sys.unraisablehook
    sys.unraisablehook = lambda failure: ignored.append(f"Exception ignored: {failure.exc_value!r}")
    output = sys.stdout
    sys.stdout = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    try:
        with contextlib.chdir(folder), contextlib.redirect_stderr(said), around:
            code = run(words)
    finally:
        sys.stdout = output
        sys.unraisablehook = hook
    return Done(code, said.getvalue() + "\n".join(ignored), contents(folder))


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below the folder, by its path from there."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
