"""Fit a detector: from rows to the bytes of a model file, step by step."""

from __future__ import annotations

import platform
from dataclasses import replace
from importlib import metadata

import numpy as np
import torch

from isthmus import model_file
from isthmus.errors import UsageError
from isthmus.model_file.manifest import Data, Manifest, Threshold, Training
from isthmus.options import CalibrationOptions, FitOptions
from isthmus.schema import Schema
from isthmus.scoring.calibration import Calibrator
from isthmus.scoring.digest import rows_digest
from isthmus.scoring.probes import probe_rows
from isthmus.scoring.thresholds import decide
from isthmus.training import calibrate
from isthmus.training.architectures import ARCHITECTURES
from isthmus.training.budget import Budget, budget
from isthmus.training.cell_loss import CellLoss
from isthmus.training.devices import choose_device, one_thread
from isthmus.training.export import Trained, check_parity, session
from isthmus.training.folds import Plan, plan
from isthmus.training.loop import History, OnEpoch, ignore_progress, train
from isthmus.training.loss import LOSSES
from isthmus.training.members import Cells
from isthmus.training.noise import InputNoise
from isthmus.training.preamble import Preamble
from isthmus.training.tail import Shapes
from isthmus.training.usual import usual_errors
from isthmus.version import __version__

_PARITY_ROWS = 256
_LIBRARIES = ("numpy", "onnx", "onnxruntime", "torch")


def fit(
    values: np.ndarray,
    schema: Schema,
    options: FitOptions,
    *,
    on_epoch: OnEpoch = ignore_progress,
) -> bytes:
    """Train on normal rows, calibrate, and return the model file.

    Parameters
    ----------
    values : array, shape (N, D)
        Normal rows in the user's units; NaN is a missing cell.
    schema : Schema
        What the columns are; see `describe`.
    options : FitOptions
        All choices.
    on_epoch : callable
        Told of the progress.

    Returns
    -------
    bytes
        The model file; the same for the same arguments, versions and type of machine.

    Raises
    ------
    UsageError
        If so many rows cannot meet the options, or training runs away.
    """
    calibration = options.calibration
    # Rows without any value have no score, neither to learn from nor to calibrate with.
    values = values[~np.isnan(values).all(axis=1)]
    if schema.kind == "signal" and schema.categories:
        raise UsageError(
            "a signal has no categories: its cells are samples of one quantity",
            advice="Fit it as a table (--kind table), or leave the categories out (--drop).",
        )
    dealt = plan(len(values), calibration, options.training)
    _refuse_unsupported(dealt, calibration)
    with one_thread():
        trained, work = _train(values, schema, dealt, options, on_epoch)
        views = session(trained, None).run(values, ["views"], trained.element)["views"]
        per_group = calibration.members_of(dealt.scheme)
        constants = calibrate.view_constants(views, dealt, per_group)
        scorer = session(trained, constants)
        own = scorer.run(values, ["anomaly_score"], trained.element)["anomaly_score"]
        held_out = calibrate.calibration(views, own, dealt, per_group, constants)
        check_parity(trained, constants, values[:_PARITY_ROWS])
        usual = usual_errors(trained, values, schema, dealt, per_group)
        probes = probe_rows(schema)
        check_parity(trained, constants, probes)
    scores = scorer.run(probes, ["anomaly_score"], trained.element)["anomaly_score"]
    manifest = Manifest(
        created_by=f"isthmus {__version__}",
        versions=versions(),
        row_schema=schema,
        options=options,
        members=trained.shapes.members,
        groups=dealt.groups,
        code_size=trained.shapes.code,
        views=constants,
        cells=usual,
        calibration=held_out,
        threshold=Threshold(rule=calibration.threshold, alpha=calibration.alpha),
        data=_data(values, schema, dealt),
        training=work,
        layers=tuple(trained.layers()),
        probes=tuple(map(float, scores)),
    )
    return model_file.seal(trained.graph(constants), manifest)


def _refuse_unsupported(dealt: Plan, calibration: CalibrationOptions) -> None:
    """Refuse, before the work, a threshold that so many calibration rows cannot support."""
    rows = sum(map(len, dealt.held_out))
    stand_in = Calibrator(np.zeros(rows, np.float32), dealt.scheme)
    decide(calibration.threshold, stand_in, calibration.alpha)


def versions() -> dict[str, str]:
    """Versions of everything that has a part in the numbers."""
    libraries = {name: metadata.version(name) for name in _LIBRARIES}
    return {"isthmus": __version__, "python": platform.python_version(), **libraries}


def _train(
    values: np.ndarray, schema: Schema, dealt: Plan, options: FitOptions, on_epoch: OnEpoch
) -> tuple[Trained, Training]:
    per_group = options.calibration.members_of(dealt.scheme)
    # A split keeps its calibration rows even from the scaler; across folds it sees them all.
    learning = dealt.training[0] if dealt.scheme == "split" else slice(None)
    softmax = options.training.category_loss == "softmax"
    linear = options.network.output_activation == "linear"
    preamble = Preamble.fit(
        values[learning],
        schema.kind,
        options.preprocessing,
        categories=schema.categories,
        # A logit may be any number, and the samples of a signal keep their places.
        rebuild_flags=schema.kind == "table" and linear,
        softmax=softmax,
    )
    units = preamble.units
    numbers = LOSSES[options.training.loss]
    loss = CellLoss(numbers, units, preamble.levels, preamble.flags, softmax)
    device = choose_device(options.training.device)
    generator = torch.Generator().manual_seed(options.training.seed)
    members = dealt.groups * per_group
    make = ARCHITECTURES[options.network.architecture]
    network = make(members, len(units), schema.kind, options.network, generator).to(device)
    work = budget(max(map(len, dealt.training)), options.training)
    arrays = preamble.run(values)
    history = train(
        network,
        Cells.of(arrays, device),
        [rows for rows in dealt.training for _ in range(per_group)],
        [rows for rows in dealt.validation for _ in range(per_group)],
        options.training,
        work,
        noise=InputNoise.of(
            options.network.input_noise, _spread(preamble, arrays.input[learning]), units
        ),
        generator=generator,
        loss=loss,
        on_epoch=on_epoch,
    )
    shapes = Shapes(members, values.shape[1], network.code_size)
    trained = Trained(preamble, network, replace(loss, scoring=True), shapes)
    return trained, _account(history, work, trained)


def _spread(preamble: Preamble, inputs: np.ndarray) -> float:
    """One standard deviation of the numbers that the network sees: about 1 scaled by it."""
    varying = inputs[:, : len(preamble.units.numbers)][:, ~preamble.scale.constant]
    return float(varying.std(dtype=np.float64)) if varying.size else 1.0


def _account(history: History, work: Budget, trained: Trained) -> Training:
    return Training(
        epochs=history.epochs,
        steps=history.steps,
        batch_size=work.batch_size,
        stopped="patience" if history.stopped_early else "budget",
        kept_step=history.kept_step,
        parameters=sum(layer.parameters for layer in trained.network.layers()),
    )


def _data(values: np.ndarray, schema: Schema, dealt: Plan) -> Data:
    held_out = np.concatenate(dealt.held_out)
    watched_only = np.setdiff1d(np.concatenate(dealt.validation), held_out)
    return Data(
        rows=len(values),
        training_rows=len(np.unique(np.concatenate(dealt.training))),
        validation_rows=len(watched_only),
        calibration_rows=len(held_out),
        digest=rows_digest(values, schema.kind),
    )
