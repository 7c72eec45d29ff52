"""The model card: what a model file was made from, how, and how to make it again."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from typing import Any

from isthmus.model_file import Manifest, ModelFile
from isthmus.options import FitOptions
from isthmus.printable import clean
from isthmus.read.counting import counted

MOST_COLUMNS = 40

Section = tuple[str, list[tuple[str, str]]]


def card(model: ModelFile) -> list[Section]:
    """Sections of names and values, as text."""
    manifest = model.manifest
    return [
        ("File", _file(model)),
        ("Data", _data(manifest)),
        ("Columns", _columns(manifest)),
        ("Training", _training(manifest)),
        ("Calibration", _calibration(manifest)),
        ("Options", _options(manifest.options)),
    ]


def as_markdown(model: ModelFile, title: str) -> str:
    """The same as a Markdown page; every text of the user is in code quotes."""
    lines = [f"# Model card: {_quoted(title)}", ""]
    for heading, rows in card(model):
        lines += [f"## {heading}", "", "| | |", "| --- | --- |"]
        lines += [f"| {_quoted(name)} | {_quoted(value)} |" for name, value in rows]
        lines.append("")
    lines += ["## Again", "", "```console", f"$ {command(model.manifest)}", "```", ""]
    return "\n".join(lines)


def command(manifest: Manifest) -> str:
    """What to type for the same fit of the same rows; the names of files are not known."""
    words = ["isthmus", "fit", "DATA"]
    for name, role in manifest.row_schema.set_aside.items():
        words += [f"--{role}", clean(name, 80)]
        words += ["--normal", "VALUE"] if role == "label" else []
    for name, value in _chosen(manifest.options):
        words += [f"--{name.replace('_', '-')}", *value]
    return f"{shlex.join(words)} -o detector.onnx"


def _chosen(options: FitOptions) -> Iterable[tuple[str, list[str]]]:
    """Options that differ from their defaults, as typed."""
    for group in FitOptions.model_fields:
        own, usual = getattr(options, group), type(getattr(options, group))()
        for name in type(own).model_fields:
            value = getattr(own, name)
            if value == getattr(usual, name) or value is None:
                continue
            if isinstance(value, bool):
                yield (name if value else f"no-{name}"), []
            elif isinstance(value, tuple):
                yield name, [",".join(map(str, value))]
            else:
                yield name, [str(value)]


def _file(model: ModelFile) -> list[tuple[str, str]]:
    versions = ", ".join(f"{name} {v}" for name, v in model.manifest.versions.items())
    return [
        ("SHA-256", model.digest),
        ("size", f"{model.size} bytes"),
        ("written by", f"{model.manifest.created_by}, format {model.manifest.format}"),
        ("with", versions),
    ]


def _data(manifest: Manifest) -> list[tuple[str, str]]:
    data, schema = manifest.data, manifest.row_schema
    form = schema.image
    size = f"{form.height} x {form.width} x {form.channels}" if form else str(len(schema.columns))
    return [
        ("rows are", f"{schema.kind}, {size} {'pixels' if form else 'columns'}"),
        ("normal rows", str(data.rows)),
        *([("from a sample of rows, of", str(data.drawn_from))] if data.drawn_from else []),
        (
            "trained" if data.training_rows > data.rows else "of these trained",
            str(data.training_rows),
        ),
        ("watched", str(data.validation_rows)),
        ("calibrated", str(data.calibration_rows)),
        ("suspects left out", str(data.suspects)),
        ("SHA-256 of the values", data.digest),
    ]


def _columns(manifest: Manifest) -> list[tuple[str, str]]:
    columns = manifest.row_schema.columns
    shown = [(clean(column.name, 60), _about(column)) for column in columns[:MOST_COLUMNS]]
    more = len(columns) - MOST_COLUMNS
    aside = [
        (clean(name), f"set aside ({why})") for name, why in manifest.row_schema.set_aside.items()
    ]
    return [*shown, *([(f"and {counted(more, 'more column')}", "")] if more > 0 else []), *aside]


def _about(column: Any) -> str:
    missing = f", {100 * column.missing:.3g} % missing" if column.missing else ""
    if column.kind == "category":
        return f"category of {counted(len(column.levels), 'level')}{missing}"
    return f"{column.minimum:.6g} to {column.maximum:.6g}{missing}"


def _training(manifest: Manifest) -> list[tuple[str, str]]:
    training = manifest.training
    return [
        ("networks", f"{manifest.members} in {counted(manifest.groups, 'group')}"),
        ("parameters", str(training.parameters)),
        ("updates", f"{training.steps} of {counted(training.batch_size, 'row')}"),
        ("stopped by", training.stopped),
        ("seed", str(manifest.options.training.seed)),
        ("views", ", ".join(view.name for view in manifest.views)),
    ]


def _calibration(manifest: Manifest) -> list[tuple[str, str]]:
    scores, threshold = manifest.calibration.scores, manifest.threshold
    alpha = "" if threshold.alpha is None else f", alpha {threshold.alpha:g}"
    return [
        ("held-out normal rows", str(len(scores))),
        ("scheme", f"{manifest.calibration.scheme}, from {manifest.calibration.source}"),
        ("smallest alpha", f"{1 / (len(scores) + 1):.4g}"),
        ("default threshold", f"{threshold.rule}{alpha}"),
    ]


def _options(options: FitOptions) -> list[tuple[str, str]]:
    chosen = [(name, " ".join(value) or "yes") for name, value in _chosen(options)]
    return chosen or [("all", "as by default")]


def _quoted(text: str) -> str:
    """Text that Markdown leaves alone."""
    inside = text.replace("|", "\u00a6").replace("`", "'").replace("\n", " ")
    return f"`{inside}`" if inside else ""
