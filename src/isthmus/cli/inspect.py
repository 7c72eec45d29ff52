"""Show what a model file holds.

Examples:

  isthmus inspect detector.onnx

  isthmus inspect detector.onnx --json

  isthmus inspect detector.onnx --card
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from isthmus.cli.parameters import AsJson, ModelPath

if TYPE_CHECKING:
    from isthmus.model_file import Manifest, ModelFile
    from isthmus.model_file.manifest import Epoch

_MOST_COLUMNS = 20


def inspect(
    model: ModelPath,
    as_json: AsJson = False,
    as_card: Annotated[
        bool, typer.Option("--card", help="Print a model card, as Markdown.")
    ] = False,
) -> None:
    """Read, verify and print the manifest."""
    from isthmus import model_file
    from isthmus.errors import UsageError

    if as_json and as_card:
        raise UsageError("--json and --card are two forms of the same: choose one")
    held = model_file.read(model)
    if as_card:
        from isthmus.report.card import as_markdown

        typer.echo(as_markdown(held, Path(model).name).rstrip("\n"))
        return
    if as_json:
        manifest = held.manifest.model_dump(mode="json")
        typer.echo(json.dumps({"sha256": held.digest, "bytes": held.size, **manifest}, indent=2))
        return
    for title, lines in _sections(held):
        typer.echo(f"{title}\n" + "\n".join(f"  {line}" for line in lines) + "\n")


def _sections(held: ModelFile) -> list[tuple[str, list[str]]]:
    manifest = held.manifest
    return [
        ("model file", _file(held)),
        ("rows", _rows(manifest)),
        ("training", _training(manifest)),
        ("calibration", _calibration(manifest)),
        *_guards(manifest),
        ("layers", _layers(manifest)),
    ]


def _file(held: ModelFile) -> list[str]:
    versions = ", ".join(f"{name} {v}" for name, v in held.manifest.versions.items())
    return [
        f"sha256 {held.digest}",
        f"{held.size} bytes, format {held.manifest.format}, by {held.manifest.created_by}",
        versions,
    ]


def _rows(manifest: Manifest) -> list[str]:
    from isthmus.cli.schema_table import about, set_aside, size_of
    from isthmus.read.counting import counted

    columns = manifest.row_schema.columns
    shown = [about(column) for column in columns[:_MOST_COLUMNS]]
    more = len(columns) - _MOST_COLUMNS
    if more > 0:
        shown.append(f"... and {counted(more, 'more column')}")
    return [size_of(manifest.row_schema), *shown, *set_aside(manifest.row_schema)]


def _training(manifest: Manifest) -> list[str]:
    from isthmus.read.counting import counted

    training, data = manifest.training, manifest.data
    networks, groups = counted(manifest.members, "network"), counted(manifest.groups, "group")
    held_out = f"{data.validation_rows} watched, {data.calibration_rows} calibrated"
    whole = data.training_rows > data.rows  # of the input that the rows are a sample of
    return [
        f"{data.training_rows} of {data.drawn_from} rows trained; of a sample of {data.rows} "
        f"normal rows {held_out}"
        if whole
        else f"{data.rows} normal rows: {data.training_rows} trained, {held_out}",
        *([f"{counted(data.suspects, 'suspect')} left out before"] if data.suspects else []),
        f"rows sha256 {data.digest}",
        f"{networks} in {groups}, {training.parameters} parameters, "
        f"seed {manifest.options.training.seed}",
        f"{counted(training.steps, 'update')} of {counted(training.batch_size, 'row')}, "
        f"stopped by {training.stopped}"
        + "".join(f"; {_losses(last)}" for last in training.epochs[-1:]),
    ]


def _losses(epoch: Epoch) -> str:
    losses = f"training loss {_mean(epoch.training_loss):.6g}"
    if epoch.validation_loss is not None:
        losses += f", validation loss {_mean(epoch.validation_loss):.6g}"
    return losses


def _calibration(manifest: Manifest) -> list[str]:
    scores = manifest.calibration.scores
    threshold = manifest.threshold
    alpha = "" if threshold.alpha is None else f" with alpha {threshold.alpha:g}"
    lines = [
        f"{len(scores)} held-out scores, scheme {manifest.calibration.scheme}, from "
        f"{manifest.calibration.source}; supports alpha from {1 / (len(scores) + 1):.4g}",
        f"scores {scores[-1]:.4g} to {scores[0]:.4g}; default threshold {threshold.rule}{alpha}",
    ]
    for old in manifest.calibration_history:
        lines.append(f"before: {len(old.scores)} scores, scheme {old.scheme}, from {old.source}")
    return lines


def _guards(manifest: Manifest) -> list[tuple[str, list[str]]]:
    from isthmus.training.verdict import table

    return [] if manifest.guards is None else [("guards", table(manifest.guards))]


def _layers(manifest: Manifest) -> list[str]:
    rows = [("layer", "operation", "shape", "parameters")]
    for layer in manifest.layers:
        shape = " x ".join(map(str, layer.shape))
        rows.append((layer.name, layer.operation, shape, str(layer.parameters)))
    widths = [max(len(row[place]) for row in rows) for place in range(3)]
    return [
        "  ".join(
            [*(cell.ljust(w) for cell, w in zip(row, widths, strict=False)), row[3].rjust(10)]
        )
        for row in rows
    ]


def _mean(losses: tuple[float, ...]) -> float:
    return sum(losses) / len(losses)
