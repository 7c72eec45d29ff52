"""A folder of files into a folder of scores: one file for each, and a manifest last."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from isthmus import model_file
from isthmus.atomic import made
from isthmus.distributed.engines import ENGINES, EngineName, Workers, chosen
from isthmus.distributed.record import FOLDER, Record, place_of, write_json
from isthmus.distributed.task import DIGITS, Task
from isthmus.errors import FileAccessError, UsageError
from isthmus.options import ReadOptions, RowOptions
from isthmus.read.folder import Tables, open_tables
from isthmus.scoring.batchwise import id_names
from isthmus.scoring.scorer import Scorer
from isthmus.scoring.thresholds import Decision
from isthmus.scoring.writers import FormatName

TASK, MANIFEST = "_task.json", "_manifest.json"
SHOWN = 3
"""Files that a message names."""


@dataclass(frozen=True)
class Outcome:
    """What was scored.

    Attributes
    ----------
    records : tuple of Record
        One for each part, in the order of their names.
    kept : int
        Parts that had been scored before.
    decision : Decision
        The threshold.
    decisions : tuple of str
        What was decided by looking at the data.
    """

    records: tuple[Record, ...]
    kept: int
    decision: Decision
    decisions: tuple[str, ...]

    @property
    def rows(self) -> int:
        return sum(record.rows for record in self.records)

    @property
    def alarms(self) -> int:
        return sum(record.alarms for record in self.records)

    @property
    def invalid(self) -> int:
        return sum(record.invalid for record in self.records)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the user should know, each with the file that it is about."""
        return tuple(
            sentence if record.part in sentence else f"{record.part}: {sentence}"
            for record in self.records
            for sentence in record.warnings
        )


def score_dataset(
    model: str | Path | bytes,
    data: str | Path,
    output: str | Path,
    *,
    alpha: float | None = None,
    threshold: str | None = None,
    engine: EngineName = "auto",
    workers: int | None = None,
    address: str | None = None,
    threads: int = 1,
    format: FormatName = "parquet",  # noqa: A002
    read: ReadOptions | None = None,
    columns: RowOptions | None = None,
    force: bool = False,
    progress: Callable[[Record, bool], None] | None = None,
) -> Outcome:
    """Score every file of a folder into a file of its own, and write a manifest of all of them.

    A file of scores has the name of its part and a digest of all that it depends on. Whatever
    stops the work, the same call again goes on where it was: parts that are done are kept, the
    others scored, and every row is there once. ``_manifest.json`` appears when all parts are done.

    Parameters
    ----------
    model : path or bytes
        The model file.
    data, output : path
        Folders; `output` is made where it is not there.
    alpha, threshold
        As `Scorer.score` takes them.
    engine : {"auto", "local", "ray"}
        Who scores; auto is this process, unless workers or an address are given.
    workers : int, optional
        Processes of the engine; by default one for each of its cores.
    address : str, optional
        Of a Ray cluster that runs already, whose machines all see both folders.
    threads : int
        Chunks of rows that are computed at the same time, if this process scores.
    format : {"parquet", "arrow", "csv", "jsonl"}
        Of the files of scores.
    read, columns : ReadOptions, RowOptions, optional
        How files are read, and which columns to set aside.
    force : bool
        Whether scores of another task, or of files that are gone or have changed, may be removed
        from `output`.
    progress : callable, optional
        Told of each part when it is done, and whether it had been before.

    Returns
    -------
    Outcome

    Raises
    ------
    DataError
        If a file cannot be read or does not fit the schema.
    FileAccessError
        If `output` holds something else, or cannot be written.
    UsageError
        If the folders lie in each other, or what is asked contradicts itself.
    MissingExtraError
        If the engine is not installed.
    """
    hands = Workers(workers, address)
    work = ENGINES[chosen(engine, hands)]
    scorer = Scorer(model_file.read(model), threads=threads)
    decision = scorer.decide(alpha, threshold)
    read, columns = read or ReadOptions(), columns or RowOptions()
    data, output = Path(data), Path(output)
    _refuse_nested(data, output)
    tables = Tables.below(data, read)
    source = open_tables(tables, read)  # all beginnings, so that nothing ends halfway
    id_names(scorer, source, columns)
    here = data.absolute(), output.absolute()  # a worker may stand elsewhere
    task = Task(scorer.model, decision, *here, read, columns, format, threads)
    _begun(output, task.identity, force=force)
    parts = [part.as_posix() for part in tables.tree.files]
    if not force:
        task = replace(task, earlier=_earlier(output))
        _refuse_gone(output, task.earlier, parts)
    records, kept = [], 0
    for record, before in work(task, parts, hands):
        records.append(record)
        kept += before
        if progress is not None:
            progress(record, before)
    records.sort(key=lambda record: record.part)
    # Only where that was asked for, or where a killed process had not said that they are whole.
    if left := sorted({*_scores(output)} - {record.output for record in records}):
        _removed(output, left)
    outcome = Outcome(tuple(records), kept, decision, source.decisions)
    write_json(output / MANIFEST, _manifest(task.identity, outcome))
    return outcome


def _refuse_nested(data: Path, output: Path) -> None:
    """Refuse folders of which one lies in the other: scores would be read as data."""
    there, here = data.resolve(), output.resolve()
    if there == here or there in here.parents or here in there.parents:
        raise UsageError(
            f"{output}: lies in the folder of the data or around it",
            advice="Give the scores a folder beside it.",
        )


def _begun(output: Path, identity: dict[str, Any], *, force: bool) -> None:
    """Make the folder of the scores, or see that it holds those of the same task."""
    made(output)
    found = sorted(entry.name for entry in output.iterdir() if not entry.name.startswith("."))
    if found and TASK not in found:
        raise FileAccessError(
            f"{output}: is not empty, and what it holds ({', '.join(found[:SHOWN])}) are no scores "
            "of isthmus",
            advice="Give the scores a folder of their own.",
        )
    if found and _read(output / TASK) != identity:
        if not force:
            raise FileAccessError(
                f"{output}: holds scores of another task: {_differences(output, identity)}",
                advice="Choose another folder, or remove them with --force.",
            )
        _removed(output, _scores(output))
    if not (output / TASK).exists():
        write_json(output / TASK, identity)


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None


def _differences(output: Path, identity: dict[str, Any]) -> str:
    before = _read(output / TASK)
    if not isinstance(before, dict):
        return f"{TASK} cannot be read"
    return ", ".join(name for name in identity if before.get(name) != identity[name])


def _outputs(output: Path) -> list[str]:
    """The files of scores that have a record."""
    records = output / FOLDER
    return sorted(
        path.relative_to(records).as_posix().removesuffix(".json")
        for path in records.rglob("*.json")
    )


def _scores(output: Path) -> list[str]:
    """The same, and those without: a process was killed before it wrote that."""
    own = re.compile(rf".*-[0-9a-f]{{{DIGITS}}}\.(csv|jsonl|parquet|arrow)")
    found = (path.relative_to(output) for path in output.rglob("*-*") if path.is_file())
    without = {path.as_posix() for path in found if own.fullmatch(path.name)}
    return sorted({*_outputs(output), *without})


def _earlier(output: Path) -> dict[str, str]:
    """The file of scores of every part that was scored before."""
    records = (Record.read(output, name) for name in _outputs(output))
    return {record.part: record.output for record in records if record is not None}


def _removed(output: Path, names: Sequence[str]) -> None:
    """Remove files of scores, the manifest first and what says that they are there last."""
    try:
        (output / MANIFEST).unlink(missing_ok=True)
        for name in names:
            (output / name).unlink(missing_ok=True)
            place_of(output, name).unlink(missing_ok=True)
        if not _outputs(output):
            shutil.rmtree(output / FOLDER, ignore_errors=True)
            (output / TASK).unlink(missing_ok=True)
    except OSError as error:
        raise FileAccessError(
            f"{output}: old scores could not be removed: {error.strerror}"
        ) from error


def _refuse_gone(output: Path, earlier: Mapping[str, str], parts: Sequence[str]) -> None:
    """Refuse scores of files that the data no longer have: their rows would count as well."""
    gone = sorted({*earlier} - {*parts})
    if gone:
        more = ", ..." if len(gone) > SHOWN else ""
        raise FileAccessError(
            f"{output}: also holds scores of files that are not in the data: "
            f"{', '.join(gone[:SHOWN])}{more}",
            advice="Choose another folder, or remove these scores with --force.",
        )


def _manifest(identity: dict[str, Any], outcome: Outcome) -> dict[str, Any]:
    """What readers of the scores need to know: which files, and how many rows."""
    return {
        "task": identity,
        "rows": outcome.rows,
        "alarms": outcome.alarms,
        "invalid": outcome.invalid,
        "parts": [record.as_json() for record in outcome.records],
    }
