"""One part of a folder at a time: what a worker does, wherever it runs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import onnxruntime

from isthmus.atomic import made
from isthmus.distributed.record import Record
from isthmus.errors import DataError, FileAccessError, UsageError
from isthmus.model_file import ModelFile
from isthmus.options import ReadOptions, RowOptions
from isthmus.read import open_source
from isthmus.scoring.batchwise import scored_batches
from isthmus.scoring.scorer import Scorer
from isthmus.scoring.tally import Tally
from isthmus.scoring.thresholds import Decision
from isthmus.scoring.writers import FormatName, open_writer
from isthmus.version import __version__

DIGITS = 16
"""Hexadecimal digits of a digest in the name of a file of scores."""


@dataclass(frozen=True)
class Task:
    """Score the parts of one folder into another; can be sent to other processes.

    Attributes
    ----------
    model : ModelFile
        A verified model file.
    decision : Decision
        The threshold.
    data, output : Path
        The folders.
    read, columns : ReadOptions, RowOptions
        How parts are read, and which columns are set aside.
    format : str
        Of the files of scores.
    threads : int
        Of each scorer.
    earlier : mapping of str to str
        Parts that may not have changed, and the names of their scores.
    versions : mapping of str to str
        Of what computes the scores; a worker with others refuses.
    """

    model: ModelFile
    decision: Decision
    data: Path
    output: Path
    read: ReadOptions
    columns: RowOptions
    format: FormatName
    threads: int = 1
    earlier: Mapping[str, str] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=lambda: _versions())

    @cached_property
    def identity(self) -> dict[str, Any]:
        """All that the scores depend on, besides the data."""
        return {
            **self.versions,
            "model": self.model.digest,
            "rule": self.decision.rule,
            "alpha": self.decision.alpha,
            "threshold": repr(self.decision.threshold),
            "read": self.read.model_dump(mode="json"),
            "columns": self.columns.model_dump(mode="json"),
            "format": self.format,
        }

    @cached_property
    def scorer(self) -> Scorer:
        """Loaded once in each process."""
        return Scorer(self.model, threads=self.threads)

    def __getstate__(self) -> dict[str, Any]:
        """What goes to another process: no session."""
        return {name: value for name, value in self.__dict__.items() if name != "scorer"}

    def name_of(self, part: str) -> str:
        """The name of the scores of a part: by its own, its content and all else they depend on.

        Raises
        ------
        FileAccessError
            If the part cannot be read.
        """
        path = self.data / part
        asked = json.dumps([self.identity, part], sort_keys=True).encode()
        try:
            with path.open("rb") as file:
                content = hashlib.file_digest(file, "sha256").digest()
        except OSError as error:
            raise FileAccessError(f"{path}: could not be read: {error.strerror}") from error
        digest = hashlib.sha256(asked + content).hexdigest()[:DIGITS]
        place = Path(part)
        return place.with_name(f"{place.name.split('.')[0]}-{digest}.{self.format}").as_posix()

    def score(self, part: str) -> tuple[Record, bool]:
        """Score one part, unless that is done; whether it was done before comes second.

        Raises
        ------
        DataError
            If the part cannot be read or scored, or changes meanwhile.
        UsageError
            If other versions would score it here.
        FileAccessError
            If the scores cannot be written, or those of other content are there.
        """
        if (here := _versions()) != self.versions:
            raise UsageError(
                f"a worker has {_said(here)}, where the work was begun it is "
                f"{_said(self.versions)}",
                advice="Install the same versions everywhere: scores could differ.",
            )
        path, before = self.data / part, _stamp(self.data / part)
        name = self.name_of(part)
        if self.earlier.get(part, name) != name:
            raise FileAccessError(
                f"{path}: has changed since it was scored",
                advice="Score into another folder, or replace its scores with --force.",
            )
        done = Record.read(self.output, name)
        if done is not None and done.part == part:
            return done, True
        target, tally = self.output / name, Tally.of(self.scorer.schema)
        source = open_source(path, self.read)
        made(target.parent)
        with open_writer(target, self.format, overwrite=True) as writer:
            for scores in scored_batches(self.scorer, source, self.columns, self.decision, tally):
                writer.write(scores.to_arrow())
            if _stamp(path) != before:
                raise DataError(
                    f"{path}: changed while it was read", advice="Run it again when it is whole."
                )
        record = Record(
            part=part,
            output=name,
            size=target.stat().st_size,
            rows=tally.rows,
            alarms=tally.alarms,
            invalid=tally.invalid,
            warnings=tuple(tally.warnings(part)),
        )
        record.write(self.output)
        return record, False

    def on(self, threads: int) -> Task:
        """The same with so many threads for each scorer."""
        return replace(self, threads=threads)


def _versions() -> dict[str, str]:
    return {"isthmus": __version__, "onnxruntime": str(onnxruntime.__version__)}


def _said(versions: Mapping[str, str]) -> str:
    return " and ".join(f"{name} {version}" for name, version in versions.items())


def _stamp(path: Path) -> tuple[int, int]:
    """What changes with the content of a file."""
    try:
        about = path.stat()
    except OSError as error:
        raise FileAccessError(f"{path}: could not be read: {error.strerror}") from error
    return about.st_size, about.st_mtime_ns
