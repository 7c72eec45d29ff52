"""Learn from normal rows, calibrate, and write one model file.

Examples:

  isthmus fit normal.csv -o detector.onnx

  isthmus fit all.csv --label target --normal 1 -o detector.onnx

  isthmus fit beats.npy --kind signal --encoder 32,16 --code-size 8 --epochs 40 -o detector.onnx

  isthmus fit normal.csv --checkpoint fit.checkpoint --resume -o detector.onnx

  isthmus fit photos --label class --normal good --size 32 -o detector.onnx

  isthmus fit normal.csv --learn-from all -o detector.onnx

  isthmus fit normal.csv --suspects 0.05 --suspects-output suspects.csv -o detector.onnx

  isthmus fit all.csv --label target --normal 1 --dry-run
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Optional

import typer

from isthmus.cli.hired import Address, Engine, Hired, Workers
from isthmus.cli.interruptible import (
    CheckpointEvery,
    CheckpointFile,
    Interruptible,
    LogDir,
    Resume,
)
from isthmus.cli.parameters import AsJson, DataPath, Force, Quiet, takes_options
from isthmus.options import FitOptions, ReadOptions, RowOptions

if TYPE_CHECKING:
    from isthmus.model_file import Manifest

SuspectsOutput = Annotated[
    Optional[str],  # noqa: UP045 (typer reads it)
    typer.Option(metavar="FILE", help="Where to list the rows that --suspects leaves out."),
]


@takes_options()
def fit(
    data: DataPath,
    read: ReadOptions,
    columns: RowOptions,
    options: FitOptions,
    output: Annotated[
        Optional[str],  # noqa: UP045 (typer reads it)
        typer.Option("-o", "--output", metavar="FILE", help="The model file to write."),
    ] = None,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Print what each column would be taken as; learn nothing."),
    ] = False,
    init_from: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            metavar="MODEL", help="Model file whose layers training begins with, where they fit."
        ),
    ] = None,
    suspects_output: SuspectsOutput = None,
    checkpoint: CheckpointFile = None,
    checkpoint_every: CheckpointEvery = None,
    resume: Resume = False,
    logdir: LogDir = None,
    engine: Engine = None,
    workers: Workers = None,
    address: Address = None,
    force: Force = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Read, choose the normal rows, train, calibrate, write."""
    from isthmus.errors import UsageError
    from isthmus.scoring.thresholds import parse

    long = Interruptible(checkpoint, checkpoint_every, resume, logdir)
    parse(options.calibration.threshold)  # before the work, not after it
    if dry_run:
        _show(data, read, columns, options, as_json=as_json, quiet=quiet)
    elif output is None:
        raise UsageError(
            "--output is missing: The model file to write.",
            advice="To see first what the columns would be taken as: --dry-run.",
        )
    else:
        hired = Hired(engine, workers, address)
        asked = (read, columns, options, long, hired, init_from, suspects_output)
        _write(data, output, *asked, force=force, as_json=as_json, quiet=quiet)


def _show(
    data: str,
    read: ReadOptions,
    columns: RowOptions,
    options: FitOptions,
    *,
    as_json: bool,
    quiet: bool,
) -> None:
    """Print the schema that fitting would use; train nothing, write nothing."""
    from isthmus.cli.places import open_data
    from isthmus.cli.saying import say, warn
    from isthmus.cli.schema_table import schema_table
    from isthmus.read import Sampling, read_rows
    from isthmus.training.cautions import cautions
    from isthmus.training.describe import warnings
    from isthmus.training.prepare import prepare

    rows = read_rows(open_data(data, read), columns, sampling=Sampling.of(options.training))
    say(rows.decisions, quiet=quiet)
    prepared = prepare(rows, columns)
    values, schema = prepared.values, prepared.schema
    if as_json:
        typer.echo(schema.model_dump_json())
    else:
        found = cautions(values, schema)
        notes = {name: caution.note for caution in found for name in caution.columns}
        typer.echo("\n".join(schema_table(schema, prepared.decisions, notes)))
    warn(warnings(values, schema), quiet=quiet)


def _write(
    data: str,
    output: str,
    read: ReadOptions,
    columns: RowOptions,
    options: FitOptions,
    long: Interruptible,
    hired: Hired,
    init_from: str | None,
    suspects_output: str | None,
    *,
    force: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    from isthmus import model_file
    from isthmus.cli.places import claim_model, open_data
    from isthmus.cli.progress import training_progress
    from isthmus.cli.saying import say, warn
    from isthmus.cli.shared_fit import again_by, not_needed, shared
    from isthmus.cli.suspects import claim_list, write_list
    from isthmus.errors import require
    from isthmus.read import Sampling, read_rows

    claim_model(output, data=data, force=force)
    claim_list(suspects_output, options, taken=(data, output), force=force)
    source = open_data(data, read)
    options = shared(options, hired, data=data)
    for library in ("onnx", "torch"):
        require(library, extra="train", purpose="training a detector")
    from isthmus.training.learn import learn
    from isthmus.training.reuse import Stored
    from isthmus.training.verdict import beware, remarks

    again = again_by(hired, source, read, data=data, output=output)
    long.claim(output=output, data=data)
    say(long.beginnings, quiet=quiet)
    begun = None if init_from is None else Stored.of(init_from)
    rows = read_rows(source, columns, sampling=Sampling.of(options.training))
    say([*rows.decisions, *not_needed(hired, rows)], quiet=quiet)
    with long.said(), training_progress(quiet=quiet) as progress:
        watching = long.watching(progress)
        learnt = learn(rows, columns, options, watching=watching, init_from=begun, again=again)
    model_file.save(output, learnt.model, overwrite=force)
    listed = write_list(suspects_output, learnt.suspects, rows, force=force)
    removed = long.done()
    say(learnt.decisions, quiet=quiet)
    manifest = model_file.unseal(learnt.model, name=output).manifest
    warn([*learnt.warnings, *beware(manifest)], quiet=quiet)
    if as_json:
        typer.echo(manifest.model_dump_json(exclude={"calibration": {"scores"}}))
    remarked = [f"{output}: {remark}" for remark in remarks(manifest)]
    say([*_summary(output, manifest), *remarked, *listed, *removed], quiet=quiet)


def _summary(output: str, manifest: Manifest) -> list[str]:
    from isthmus.cli.schema_table import size_of
    from isthmus.read.counting import counted

    data, calibration_rows = manifest.data, len(manifest.calibration.scores)
    whole = data.training_rows > data.rows
    return [
        *([f"{output}: learnt from {data.training_rows} of {data.drawn_from} rows"] * whole),
        f"{output}: {size_of(manifest.row_schema)}, "
        f"{counted(manifest.members, 'network')}, {manifest.training.parameters} parameters, "
        f"{counted(manifest.training.steps, 'update')}",
        f"{output}: calibrated on {calibration_rows} rows "
        f"({manifest.calibration.scheme}); supports alpha from {1 / (calibration_rows + 1):.4g}",
    ]
