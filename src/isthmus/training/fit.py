"""Fit a detector: from rows to the bytes of a model file, step by step."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import torch

from isthmus import model_file
from isthmus.errors import UsageError
from isthmus.model_file.manifest import (
    Calibration,
    CellErrors,
    Data,
    Guards,
    Manifest,
    Threshold,
    Training,
    View,
)
from isthmus.options import CalibrationOptions, FitOptions
from isthmus.schema import Schema
from isthmus.scoring.calibration import Calibrator
from isthmus.scoring.digest import rows_digest
from isthmus.scoring.probes import probe_rows
from isthmus.scoring.thresholds import decide
from isthmus.training import calibrate
from isthmus.training.architectures import RowShape, chosen, make_network
from isthmus.training.bank import Bank
from isthmus.training.budget import Budget
from isthmus.training.cell_loss import CellLoss
from isthmus.training.course import Course, FullPass, on_held_rows
from isthmus.training.detail import Detail, by_detail
from isthmus.training.devices import choose_device, threads
from isthmus.training.export import Trained, check_parity, session
from isthmus.training.folds import Plan, plan
from isthmus.training.guards import Judged, guards
from isthmus.training.loop import History
from isthmus.training.loss import LOSSES
from isthmus.training.members import Cells
from isthmus.training.nearest import Nearest
from isthmus.training.noise import InputNoise
from isthmus.training.preamble import CellArrays, Preamble
from isthmus.training.preprocessing import preamble_of
from isthmus.training.reuse import Stored, reuse
from isthmus.training.seen import SeenNumbers
from isthmus.training.survey import Survey
from isthmus.training.suspects import Suspects, find_suspects
from isthmus.training.tail import Shapes
from isthmus.training.unused import refuse_unused
from isthmus.training.usable import without_value
from isthmus.training.usual import held_apart, usual_errors
from isthmus.training.versions import versions
from isthmus.training.watching import UNWATCHED, Subject, Watching
from isthmus.training.whole import Reading, Whole, on_a_split
from isthmus.version import __version__

_PARITY_ROWS = 256


def fit(
    values: np.ndarray,
    schema: Schema,
    options: FitOptions,
    *,
    watching: Watching = UNWATCHED,
    init_from: Stored | None = None,
    dealt: Plan | None = None,
    preamble_rows: np.ndarray | None = None,
    suspects: Suspects | None = None,
    drawn_from: int | None = None,
    whole: Whole | None = None,
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
    watching : Watching
        Progress, checkpoints and a log; nothing of it changes the model file.
    init_from : Stored, optional
        Weights to begin with, where they fit; by default random ones.
    dealt : Plan, optional
        Which rows train, are watched and calibrate; by default dealt out by the options.
    preamble_rows : array of int, optional
        The rows that preprocessing is fitted on, for recipes whose article fitted it on rows that
        do not train; by default those that train.
    suspects : Suspects, optional
        Rows to leave out; by default found as the options say.
    drawn_from : int, optional
        How many rows these were drawn from, to be written down.
    whole : Whole, optional
        What they were drawn from, where all of it is to be learnt from.

    Returns
    -------
    bytes
        The model file; the same for the same arguments, versions and type of machine.

    Raises
    ------
    UsageError
        If rows and options do not go together, so many rows cannot meet the options, none of the
        layers of `init_from` fits, or training runs away.
    """
    _refuse_unfit(schema, options)
    options = options.settled(schema.kind)
    if whole is not None:
        options = on_a_split(options)
    calibration, full = options.calibration, None
    if dealt is None:
        suspects = find_suspects(values, schema, options) if suspects is None else suspects
        kept, dealt = _dealt(values, schema, options, suspects)
        if whole is not None:
            full = whole.reading(schema, kept[dealt.training[0]], options.training)
        values = values[kept] if len(kept) < len(values) else values
    elif options.trust.suspects:
        raise UsageError("suspects says who trains, and that is decided already: leave it out")
    _refuse_unsupported(dealt, calibration)
    begun = Beginning(preamble_rows, init_from, full)
    trained, work, survey = _train(values, schema, dealt, options, watching, begun)
    if survey is not None:
        schema = survey.described(schema)
    with threads(1):
        finished = _finished(trained, values, schema, options, dealt)
    manifest = Manifest(
        created_by=f"isthmus {__version__}",
        versions=versions(schema.kind),
        row_schema=schema,
        options=options,
        members=trained.shapes.members,
        groups=dealt.groups,
        code_size=trained.shapes.code,
        views=finished.constants,
        cells=finished.cells,
        calibration=finished.calibration,
        threshold=Threshold(rule=calibration.threshold, alpha=calibration.alpha),
        data=_data(values, schema, dealt, suspects, drawn_from, survey),
        training=work,
        layers=tuple(trained.layers()),
        probes=finished.probes,
        guards=finished.guards,
    )
    return model_file.seal(finished.trained.graph(finished.constants), manifest)


class Finished(NamedTuple):
    """A trained detector with all constants of its graph, and what is known of it."""

    trained: Trained
    constants: tuple[View, ...]
    cells: tuple[CellErrors, ...]
    calibration: Calibration
    probes: tuple[float, ...]
    guards: Guards | None


def _finished(
    trained: Trained, values: np.ndarray, schema: Schema, options: FitOptions, dealt: Plan
) -> Finished:
    """Find the constants by rows (N, D) that members did not train on, and check the graph."""
    rows = calibrate.looked_at(dealt)
    looking = session(trained, None)
    views = looking.run(values[rows], ["views"], trained.element)["views"]
    views = calibrate.among(views, rows, len(values))
    per_group = trained.shapes.members // dealt.groups
    constants = calibrate.view_constants(views, trained.views, dealt, per_group)
    scorer = session(trained, constants)
    some = values[dealt.held_out[0]]
    own = scorer.run(some, ["anomaly_score"], trained.element)["anomaly_score"]
    held_out = calibrate.calibration(views, own, dealt, per_group, constants)
    apart = held_apart(trained, looking, values, dealt, per_group, constants)
    if trained.nearest is not None and apart.distances is not None:
        nearest = trained.nearest.rated(apart.errors, apart.distances)
        trained = replace(trained, nearest=nearest)
    usual = usual_errors(trained, apart, schema)
    probes = probe_rows(schema)
    check_parity(trained, constants, [values[:_PARITY_ROWS], probes])
    scores = scorer.run(probes, ["anomaly_score"], trained.element)["anomaly_score"]
    judged = Judged(
        trained,
        looking,
        values,
        dealt,
        per_group,
        constants,
        schema.kind,
        options.training.seed,
        options.network.variational,
    )
    probed = tuple(map(float, scores))
    return Finished(trained, constants, usual, held_out, probed, guards(judged))


def _dealt(
    values: np.ndarray, schema: Schema, options: FitOptions, suspects: Suspects
) -> tuple[np.ndarray, Plan]:
    """The numbers of the rows that are used, of rows (N, D), and who trains on which of them."""
    # Rows without any value have no score, neither to learn from nor to calibrate with.
    left_out = without_value(values, schema)
    left_out[suspects.rows] = True
    kept = np.flatnonzero(~left_out)
    return kept, suspects.kept_from(plan(len(kept), options.calibration, options.training), kept)


class Beginning(NamedTuple):
    """Where a training begins, and what it reads, if not as it usually does."""

    preamble_rows: np.ndarray | None
    init_from: Stored | None
    full: Reading | None = None

    @property
    def digest(self) -> str | None:
        """Of the model file that the first weights are from."""
        return None if self.init_from is None else self.init_from.digest


def _refuse_unsupported(dealt: Plan, calibration: CalibrationOptions) -> None:
    """Refuse, before the work, a threshold that so many calibration rows cannot support."""
    rows = sum(map(len, dealt.held_out))
    stand_in = Calibrator(np.zeros(rows, np.float32), dealt.scheme)
    decide(calibration.threshold, stand_in, calibration.alpha)


def _train(
    values: np.ndarray,
    schema: Schema,
    dealt: Plan,
    options: FitOptions,
    watching: Watching,
    begun: Beginning,
) -> tuple[Trained, Training, Survey | None]:
    # A split keeps its calibration rows even from the scaler; across folds it sees them all.
    learning = dealt.training[0] if dealt.scheme == "split" else slice(None)
    if begun.preamble_rows is not None:
        learning = begun.preamble_rows
    preamble = preamble_of(values[learning], schema, options)
    device = choose_device(options.training.device)
    arrays = preamble.run_compactly(values)
    seen = SeenNumbers.of(preamble, arrays.input, learning, schema.kind, options.effort.preset)
    if begun.full is not None and watching.logdir is None:
        arrays = arrays._replace(input=arrays.target)  # nobody is shown these rows
    cells = Cells.of(arrays, device)
    course = _course(schema, options, dealt, preamble, seen, device)
    if begun.init_from is not None:
        reuse(course.network, begun.init_from)
    subject = Subject(values, schema, options, dealt, learning, preamble, cells)
    if begun.full is None:
        outcome = on_held_rows(course, subject, watching)
    else:
        full = FullPass(course, begun.full.rows, preamble, values[dealt.validation[0]])
        outcome = begun.full.engine(full, subject, watching)
    network, members = course.network, course.members
    shapes = Shapes(members, values.shape[1], network.code_size)
    detail = _detail(schema, options, preamble)
    nearest = _nearest(preamble, arrays, dealt, members // dealt.groups, schema, options)
    scoring = replace(course.loss, scoring=True)
    trained = Trained(preamble, network, scoring, shapes, detail, nearest)
    account = _account(outcome.history, outcome.work, trained, begun.digest)
    return trained, account, outcome.survey


def _course(
    schema: Schema,
    options: FitOptions,
    dealt: Plan,
    preamble: Preamble,
    seen: SeenNumbers,
    device: torch.device,
) -> Course:
    """How the network learns, from such inputs."""
    units = preamble.units
    numbers = LOSSES[options.training.loss]
    shape = _shape(schema, preamble)
    architecture = chosen(options.network, shape)
    preset = options.effort.preset
    per_group = options.calibration.members_of(dealt.scheme, architecture, schema.kind, preset)
    members = dealt.groups * per_group
    generator = torch.Generator().manual_seed(options.training.seed)
    return Course(
        network=make_network(members, shape, options.network, generator).to(device),
        architecture=architecture,
        members=members,
        options=options.training,
        kind=schema.kind,
        preset=preset,
        loss=CellLoss(numbers, units, preamble.levels, preamble.flags, preamble.softmax),
        noise=InputNoise.of(options.network, shape, seen, units, preamble.shown),
        generator=generator,
        threads=torch.get_num_threads(),
    )


def _nearest(
    preamble: Preamble,
    arrays: CellArrays,
    dealt: Plan,
    per_group: int,
    schema: Schema,
    options: FitOptions,
) -> Nearest | None:
    """The bank of normal rows, where rows are held against some."""
    if not options.views.looks_around(schema.kind, targets=bool(schema.targets)):
        return None
    bank = Bank.fit(
        preamble,
        arrays,
        dealt,
        per_group,
        rows=options.views.bank_rows,
        seed=options.training.seed,
        kind=schema.kind,
        rescaled=options.preprocessing.scaling in ("minmax", "none"),
    )
    return Nearest.of(bank)


def _shape(schema: Schema, preamble: Preamble) -> RowShape:
    """What the network takes and gives."""
    judged = preamble.judged
    return RowShape(
        schema.kind,
        len(preamble.units),
        schema.image,
        cells=int(judged.sum()),
        judged=int(judged[preamble.units.column].sum()),
    )


def _detail(schema: Schema, options: FitOptions, preamble: Preamble) -> Detail | None:
    """How images are judged, where they are judged relative to their detail."""
    if schema.image is None or not by_detail(options.training, schema.image):
        return None
    return Detail(schema.image, preamble.scale.center / preamble.scale.scale)


def _refuse_unfit(schema: Schema, options: FitOptions) -> None:
    """Refuse, before the work, rows and options that do not go together."""
    if schema.kind == "signal" and schema.categories:
        raise UsageError(
            "a signal has no categories: its cells are samples of one quantity",
            advice="Fit it as a table (--kind table), or leave the categories out (--drop).",
        )
    refuse_unused(options, schema)


def _account(history: History, work: Budget, trained: Trained, init_from: str | None) -> Training:
    return Training(
        epochs=history.epochs,
        steps=history.steps,
        init_from=init_from,
        batch_size=work.batch_size,
        stopped="patience" if history.stopped_early else "budget",
        kept_step=history.kept_step,
        parameters=sum(layer.parameters for layer in trained.network.layers()),
    )


def _data(
    values: np.ndarray,
    schema: Schema,
    dealt: Plan,
    suspects: Suspects | None,
    drawn_from: int | None,
    survey: Survey | None,
) -> Data:
    held_out = np.concatenate(dealt.held_out)
    watched_only = np.setdiff1d(np.concatenate(dealt.validation), held_out)
    learning = len(np.unique(np.concatenate(dealt.training)))
    return Data(
        rows=len(values),
        training_rows=learning if survey is None else survey.rows,
        validation_rows=len(watched_only),
        calibration_rows=len(held_out),
        digest=rows_digest(values, schema.kind),
        suspects=0 if suspects is None else len(suspects.rows),
        drawn_from=drawn_from,
    )
