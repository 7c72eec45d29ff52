"""The page of `isthmus report`: how long it takes, how large it is, what it does in a browser.

- 5000 heartbeats of 140 samples, whole process: seconds beyond a process that only scores them.
- 1 000 000 rows of 30 columns (six Gaussian factors and noise, one row in 5000 three times as
  large), the `fast` preset: seconds beyond scoring, in one process, the largest memory held, and
  what the page weighs.
- In chromium: scripts of hostile names, levels and ids that ran; messages on the console; requests;
  findings of axe-core that are serious or critical, in light and dark.
- Drift: half of the rows of AI4I 2020 without a failure train, 100 times; the other half is held
  against them as it is, and with one of the five columns of numbers moved by a fifth of its
  standard deviation. How often anything is said to have drifted where nothing has, and how often
  the column that moved is named first.

    ISTHMUS_BENCH_TABLES=../shared/data python -m benchmarks.reports

The level of the drift test was set before; nothing was chosen by these figures.
"""

from __future__ import annotations

import importlib
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.csv as pa_csv

from benchmarks.results import store
from benchmarks.timing import timed, whole_process
from isthmus import AutoencoderDetector
from isthmus.datasets import load_ecg5000
from isthmus.evaluation.drift import Drifting
from isthmus.options import ReadOptions, RowOptions
from isthmus.read import open_source, stream_rows
from isthmus.report.gathering import gather
from isthmus.report.page import report
from isthmus.scoring.scorer import Scorer
from isthmus.training.describe import describe

DEFAULT_FOLDER = Path(__file__).parents[2] / "shared" / "data"
TESTS = Path(__file__).parents[1] / "tests"
ROWS, COLUMNS, FACTORS = 1_000_000, 30, 6
SEEDS = 100
MOVED = 0.2
REPEATS = 3


def measure() -> dict[str, Any]:
    """All figures."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        return {
            "beats": _beats(folder),
            "million": _apart("million"),
            "browser": _browser(folder),
            "drift": _drift(),
        }


def _beats(folder: Path) -> dict[str, float]:
    """A report on 5000 beats beside their scores alone, as whole processes in turn."""
    data = load_ecg5000()
    AutoencoderDetector(random_state=0).fit(data.beats[data.is_normal][:2000]).save(
        folder / "beats.onnx"
    )
    np.save(folder / "beats.npy", data.beats)
    words = {
        "score": ["score", "beats.onnx", "beats.npy", "-o", "scored.csv", "--force", "-q"],
        "report": ["report", "beats.onnx", "beats.npy", "-o", "report.html", "--force", "-q"],
    }
    beyond = []
    for _ in range(REPEATS):
        spent = {
            name: whole_process([sys.executable, "-m", "isthmus", *typed], folder=folder)
            for name, typed in words.items()
        }
        beyond.append(spent["report"].cpu - spent["score"].cpu)
    return {
        "cpu_seconds_beyond_scoring": float(np.median(beyond)),
        "megabytes": (folder / "report.html").stat().st_size / 1e6,
    }


def _apart(name: str) -> dict[str, float]:
    """Measured in a process of its own, whose memory holds nothing else."""
    command = [sys.executable, "-m", "benchmarks.reports", name]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    figures = (line.split() for line in done.stdout.splitlines())
    return {key: float(value) for key, value in figures}


def _million() -> None:
    generator = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as made:
        path = Path(made) / "rows.npy"
        held = np.lib.format.open_memmap(path, "w+", np.float64, (ROWS, COLUMNS))
        loadings = generator.normal(size=(FACTORS, COLUMNS))
        for first in range(0, ROWS, 50_000):
            factors = generator.normal(size=(50_000, FACTORS))
            noise = 0.3 * generator.normal(size=(50_000, COLUMNS))
            held[first : first + 50_000] = factors @ loadings + noise
        training = np.array(held[1:5001])
        held[::5000] *= 3
        held.flush()
        del held
        scorer = AutoencoderDetector(preset="fast", random_state=0).fit(training).scorer_
        decision = scorer.decide(0.01)
        scored = timed(lambda: _score(scorer, path))
        kept: list[bytes] = []

        def whole() -> None:
            source = open_source(str(path), ReadOptions())
            kept.append(report(gather(scorer, source, RowOptions(), decision)))

        reported = timed(whole)
    print("cpu_seconds_beyond_scoring", reported.cpu - scored.cpu)
    print("megabytes", len(kept[0]) / 1e6)
    print("megabytes_held", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3)


def _score(scorer: Scorer, path: Path) -> None:
    decision = scorer.decide(0.01)
    source = open_source(str(path), ReadOptions())
    for rows in stream_rows(source, RowOptions(), scorer.schema):
        scorer.scored(rows, decision)


def _browser(folder: Path) -> dict[str, int]:
    """What pages do that must do nothing, counted in chromium."""
    for part in ("report/page", "training"):
        sys.path.insert(0, str(TESTS / part))
    browser, made_pages = map(importlib.import_module, ("browser", "made_pages"))
    makers = (
        made_pages.beats_page,
        made_pages.table_page,
        made_pages.images_page,
        made_pages.hostile_page,
    )
    found = [
        browser.counted(make(folder)[0], dark=dark) for make in makers for dark in (False, True)
    ]
    return {key: sum(one[key] for one in found) for key in found[0]}


def _drift() -> dict[str, float]:
    path = Path(os.environ.get("ISTHMUS_BENCH_TABLES", DEFAULT_FOLDER)) / "ai4i2020/ai4i2020.csv"
    table = pa_csv.read_csv(path)
    normal = table.filter(np.array(table["Machine failure"]) == 0)
    names = [name for name in normal.column_names[2:8] if name != "Type"]
    levels = tuple(sorted(set(normal["Type"].to_pylist())))
    kinds = np.array([levels.index(one) for one in normal["Type"].to_pylist()], np.float64)
    rows = np.column_stack([kinds, *(np.array(normal[name], np.float64) for name in names)])
    warned = named = 0
    for seed in range(SEEDS):
        order = np.random.default_rng(seed).permutation(len(rows))
        training, new = rows[order[: len(rows) // 2]], rows[order[len(rows) // 2 :]]
        schema = describe(training, ["Type", *names], "table", levels={"Type": levels})
        column = 1 + seed % len(names)
        moved = new.copy()
        moved[:, column] += MOVED * training[:, column].std()
        found = [Drifting(schema, len(training)) for _ in range(2)]
        for counts, data in zip(found, (new, moved), strict=True):
            counts.add(data)
        warned += bool(found[0].found().drifted)
        first = found[1].found().drifted[:1]
        named += bool(first) and first[0].name == names[column - 1]
    return {"seeds": SEEDS, "warned": warned, "named_first": named}


def main() -> None:
    """Measure, print, store."""
    if sys.argv[1:] == ["million"]:
        _million()
        return
    found = measure()
    for part, figures in found.items():
        print(part, " ".join(f"{name} {value:.4g}" for name, value in figures.items()))
    print(store("reports", found))


if __name__ == "__main__":
    main()
