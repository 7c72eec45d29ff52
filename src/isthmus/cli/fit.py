"""Learn from normal rows, calibrate, and write one model file.

Examples:

  isthmus fit normal.csv -o detector.onnx

  isthmus fit all.csv --label target --normal 1 -o detector.onnx

  isthmus fit beats.npy --kind signal --encoder 32,16 --code-size 8 --epochs 40 -o detector.onnx
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from isthmus.cli.parameters import AsJson, DataPath, Force, Quiet, takes_options
from isthmus.options import FitOptions, ReadOptions, RowOptions

if TYPE_CHECKING:
    from isthmus.model_file import Manifest


@takes_options()
def fit(
    data: DataPath,
    output: Annotated[
        str, typer.Option("-o", "--output", metavar="FILE", help="The model file to write.")
    ],
    read: ReadOptions,
    columns: RowOptions,
    options: FitOptions,
    force: Force = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Read, choose the normal rows, train, calibrate, write."""
    from isthmus import model_file
    from isthmus.cli.places import claim_model, open_data
    from isthmus.cli.saying import say, training_progress, warn
    from isthmus.errors import require
    from isthmus.read import read_rows
    from isthmus.scoring.thresholds import parse

    claim_model(output, data=data, force=force)  # before the work, not after it
    parse(options.calibration.threshold)
    source = open_data(data, read)
    for library in ("onnx", "torch"):
        require(library, extra="train", purpose="training a detector")
    from isthmus.training.learn import learn

    rows = read_rows(source, columns)
    say(rows.decisions, quiet=quiet)
    with training_progress(quiet=quiet) as on_epoch:
        learnt = learn(rows, columns, options, on_epoch=on_epoch)
    model_file.save(output, learnt.model, overwrite=force)
    say(learnt.decisions, quiet=quiet)
    warn(learnt.warnings, quiet=quiet)
    manifest = model_file.unseal(learnt.model, name=output).manifest
    if as_json:
        typer.echo(manifest.model_dump_json(exclude={"calibration": {"scores"}}))
    say(_summary(output, manifest), quiet=quiet)


def _summary(output: str, manifest: Manifest) -> list[str]:
    calibration_rows = len(manifest.calibration.scores)
    return [
        f"{output}: {manifest.kind} of {len(manifest.row_schema.columns)} columns, "
        f"{manifest.members} networks, {manifest.training.parameters} parameters, "
        f"{manifest.training.steps} updates",
        f"{output}: calibrated on {calibration_rows} rows "
        f"({manifest.calibration.scheme}); supports alpha from {1 / (calibration_rows + 1):.4g}",
    ]
