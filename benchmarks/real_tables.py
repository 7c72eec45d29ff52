"""Real CSV files with categories and holes, as they came: `isthmus fit`, `score`, `explain`.

- `ai4i2020` (Matzka, 2020): a machine's sensors. Half of the rows without a failure train, the
  other half and all failures are scored. UDI and Product ID are left out, and TWF, HDF, PWF, OSF
  and RNF, which say what failed. 5 seeds of the halves, 301 to 305.
- `adult` (Becker and Kohavi, 1996): people. Those of the training file who earn at most 50K train;
  the whole test file is scored, and who earns more is abnormal. Seeds 301 and 302.
- `nsl_kdd` (Tavallaee et al., 2009): connections. The normal ones of the 20 % training file train;
  the test file is scored, and attacks, many of kinds that the training file lacks, are abnormal.
  `difficulty`, which is no feature, is left out. Seeds 301 and 302.

Nothing is prepared: the commands get the files themselves, of ai4i2020 unchanged lines of it, and
all options keep their defaults but the seed and alpha 0.01. Beside them stand scikit-learn's
Isolation Forest and the mean distance to the 5 nearest normal rows, on the same columns of the
same normal rows, encoded as `benchmarks.encoded` says. ROC AUC and average precision take abnormal
as the positive class. Seconds are those of whole processes.

    ISTHMUS_BENCH_TABLES=../shared/data python -m benchmarks.real_tables

Nothing was chosen by these figures, and labels of scored rows are used for nothing else.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from benchmarks.encoded import Encoder, isolation_forest, nearest_neighbours
from benchmarks.results import store
from benchmarks.timing import Spent, whole_process
from isthmus import model_file
from isthmus.evaluation.ranking import average_precision, roc_auc

ALPHA = 0.01
DEFAULT_FOLDER = Path(__file__).parents[2] / "shared" / "data"
SAME = ("training_rows", "columns", "levels", "commands", "examples")
"""What is kept of the first seed alone."""
EXAMPLES = ("strangest", "middle", "weakest")

Files = tuple[Path, Path]
"""The file to fit and the file to score."""


@dataclass(frozen=True)
class Table:
    """A data set: its files, and what the commands are told of it."""

    files: Callable[[Path, Path, int], Files]
    label: str
    normal: str
    drop: tuple[str, ...]
    seeds: tuple[int, ...]


def _halves(folder: Path, made: Path, seed: int) -> Files:
    """Unchanged lines of the one file of ai4i2020: half of the normal ones, and all others."""
    path = folder / "ai4i2020" / "ai4i2020.csv"
    header, *lines = path.read_bytes().splitlines(keepends=True)
    normal = np.flatnonzero(~_abnormal(_read(path), TABLES["ai4i2020"]))
    training = np.random.default_rng(seed).permutation(normal)[: len(normal) // 2]
    chosen = set(training.tolist())
    halves = (made / "train.csv", made / "test.csv")
    for half, trains in zip(halves, (True, False), strict=True):
        own = [line for place, line in enumerate(lines) if (place in chosen) == trains]
        half.write_bytes(b"".join([header, *own]))
    return halves


def _ready(training: str, test: str) -> Callable[[Path, Path, int], Files]:
    return lambda folder, _made, _seed: (folder / training, folder / test)


TABLES = {
    "ai4i2020": Table(
        files=_halves,
        label="Machine failure",
        normal="0",
        drop=("UDI", "Product ID", "TWF", "HDF", "PWF", "OSF", "RNF"),
        seeds=(301, 302, 303, 304, 305),
    ),
    "adult": Table(
        files=_ready("adult/adult_train.csv.gz", "adult/adult_test.csv.gz"),
        label="income",
        normal="<=50K",
        drop=(),
        seeds=(301, 302),
    ),
    "nsl_kdd": Table(
        files=_ready("nsl_kdd/nsl_kdd_train_20percent.csv.gz", "nsl_kdd/nsl_kdd_test.csv.gz"),
        label="label",
        normal="normal",
        drop=("difficulty",),
        seeds=(301, 302),
    ),
}


def measure() -> dict[str, Any]:
    """Figures of every table: each seed's, their mean, and sentences of the first seed."""
    folder = Path(os.environ.get("ISTHMUS_BENCH_TABLES", DEFAULT_FOLDER))
    return {"alpha": ALPHA, "tables": {name: _table(name, folder) for name in TABLES}}


def _table(name: str, folder: Path) -> dict[str, Any]:
    if not (folder / name).is_dir():
        raise SystemExit(f"{folder}: no folder {name}; name theirs in ISTHMUS_BENCH_TABLES")
    runs = []
    for seed in TABLES[name].seeds:
        with tempfile.TemporaryDirectory() as made:
            runs.append(_one(TABLES[name], folder, Path(made), seed))
        print(f"{name} {seed}  {_line(runs[-1]['figures'])}", flush=True)
    figures = [run["figures"] for run in runs]
    return {
        "seeds": TABLES[name].seeds,
        **{key: runs[0][key] for key in SAME},
        "mean": {key: float(np.mean([one[key] for one in figures])) for key in figures[0]},
        "by_seed": figures,
    }


def _one(table: Table, folder: Path, made: Path, seed: int) -> dict[str, Any]:
    training, test = table.files(folder, made, seed)
    commands, spent = _run(table, training, test, made, seed)
    schema = model_file.read(made / "model.onnx").manifest.row_schema
    scored = pq.read_table(made / "scores.parquet")
    reasons = [json.loads(line) for line in (made / "reasons.jsonl").read_text().splitlines()]
    train, fresh = _read(training), _read(test)
    abnormal = _abnormal(fresh, table)
    normal_rows = train.filter(pa.array(~_abnormal(train, table)))
    encoder = Encoder.fit(normal_rows, schema)
    normal, rows = encoder.run(normal_rows), encoder.run(fresh)
    if set(scored["status"].to_pylist()) != {"scored"}:
        raise RuntimeError(f"{test}: rows could not be scored: nothing to compare")
    scores = {
        "isthmus": scored["anomaly_score"].to_numpy(),
        "isolation forest": isolation_forest(normal, rows, seed),
        "nearest neighbours": nearest_neighbours(normal, rows),
    }
    ranking = {}
    for by, own in scores.items():
        ranking[f"{by}, roc_auc"] = roc_auc(own, abnormal)
        ranking[f"{by}, average_precision"] = average_precision(own, abnormal)
    return {
        "training_rows": len(normal),
        "columns": len(schema.columns),
        "levels": {
            schema.columns[i].name: len(schema.columns[i].levels) for i in schema.categories
        },
        "commands": [" ".join(map(str, command)) for command in commands],
        "examples": _examples(reasons),
        "figures": {**ranking, **_alarms(scored, reasons, abnormal), **_seconds(spent)},
    }


def _run(
    table: Table, training: Path, test: Path, made: Path, seed: int
) -> tuple[list[list[str]], dict[str, Spent]]:
    """Fit, score and explain as a user would; the commands as one would type them."""
    model, alpha = "model.onnx", ["--alpha", str(ALPHA)]
    drop = [word for name in table.drop for word in ("--drop", name)]
    said = ["--label", table.label, "--normal", table.normal, *drop, "--seed", str(seed)]
    commands = {
        "fit": ["fit", str(training), *said, "-o", model],
        "score": ["score", model, str(test), *alpha, "-o", "scores.parquet"],
        "explain": ["explain", model, str(test), *alpha, "--json", "-o", "reasons.jsonl"],
    }
    spent = {
        name: whole_process([sys.executable, "-m", "isthmus", *words], folder=made)
        for name, words in commands.items()
    }
    typed = [["isthmus", *_without_folders(words)] for words in commands.values()]
    return typed, spent


def _without_folders(words: Sequence[str]) -> list[str]:
    names = [Path(word).name if os.sep in word else word for word in words]
    return [f"'{name}'" if set(name) & set(" <>") else name for name in names]


def _alarms(
    scored: pa.Table, reasons: list[dict[str, Any]], abnormal: np.ndarray
) -> dict[str, Any]:
    alarms = scored["is_anomaly"].to_numpy()
    explained = [one["row"] for one in reasons if one["is_anomaly"] and one["cells"]]
    rows = scored["row"].to_numpy()[alarms]
    return {
        "false_alarms": float(alarms[~abnormal].mean()),
        "caught": float(alarms[abnormal].mean()),
        "alarms": int(alarms.sum()),
        "explained": float(np.isin(rows, explained).mean()),
    }


def _seconds(spent: dict[str, Spent]) -> dict[str, float]:
    return {
        f"{name}, {clock} seconds": getattr(one, clock)
        for name, one in spent.items()
        for clock in Spent._fields
    }


def _examples(reasons: list[dict[str, Any]]) -> dict[str, str]:
    """The sentences of the strangest alarm, the middle one and the weakest."""
    ordered = sorted(reasons, key=lambda one: -float(one["anomaly_score"]))
    places = (0, len(ordered) // 2, -1)
    return {
        which: ordered[place]["sentence"] for which, place in zip(EXAMPLES, places, strict=True)
    }


def _read(path: Path) -> pa.Table:
    convert = pa_csv.ConvertOptions(strings_can_be_null=True)
    return pa_csv.read_csv(path, convert_options=convert)


def _abnormal(rows: pa.Table, table: Table) -> np.ndarray:
    labels = rows[table.label].cast(pa.string())
    flags: np.ndarray = pc.not_equal(labels, table.normal).to_numpy()
    return flags


def _line(figures: dict[str, float]) -> str:
    return "  ".join(f"{name} {figure:.4g}" for name, figure in figures.items())


def main() -> None:
    """Measure, print, store."""
    figures = measure()
    for name, one in figures["tables"].items():
        print(f"{name} mean  {_line(one['mean'])}")
        print("\n".join(f"  {which}: {said}" for which, said in one["examples"].items()))
    print(store("real_tables", figures))


if __name__ == "__main__":
    main()
