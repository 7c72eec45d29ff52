"""What every detector keeps to, whatever it is made of.

Fitting itself refuses a graph that disagrees with PyTorch, so each case here is a parity test too.
"""

from __future__ import annotations

import re

import numpy as np
import pytest
from beats import (
    IMAGE,
    abnormal_beats,
    image_rows,
    mixed_rows,
    model_of,
    normal_beats,
    odd_image_rows,
    odd_mixed_rows,
    table_rows,
)

from isthmus import model_file
from isthmus.model_file.agreement import expected_inputs, expected_outputs
from isthmus.model_file.cut import cut
from isthmus.model_file.graph import Value
from isthmus.options import FitOptions
from isthmus.scoring.digest import ROW_TYPES
from isthmus.scoring.scorer import Scorer
from isthmus.scoring.session import Session
from isthmus.scoring.sessions import Sessions, widest
from isthmus.scoring.views import standardised
from isthmus.training.activations import ACTIVATIONS
from isthmus.training.architectures import ARCHITECTURES, FITTING
from isthmus.training.loss import LOSSES
from isthmus.training.nearest import distance_decides
from isthmus.training.optimizers import OPTIMIZERS
from isthmus.training.steps.impute import TYPICAL
from isthmus.training.steps.scale import SCALINGS

SMALL = {"encoder": (16, 8), "code_size": 4, "max_steps": 25}
SIGMOID = {"output_activation": "sigmoid", "scaling": "minmax"}

ARCHITECTURE_CASES: dict[str, dict[str, object]] = {
    "dense": {},
    "conv1d": {},
    "conv1d narrow": {"architecture": "conv1d", "encoder": (3, 2), "code_size": None},
    "conv2d": {},
    "conv2d pooled": {
        "architecture": "conv2d",
        "downsampling": "max_pool",
        "decoder_sizes": "unpadded",
        "code_size": None,
        "batch_norm": True,
    },
    "conv2d transposed": {
        "architecture": "conv2d",
        "upsampling": "transposed",
        "batch_norm": True,
        "dropout": 0.2,
        "kernel_size": 5,
    },
    "recurrent": {"encoder": (6,)},
    "recurrent gru": {"architecture": "recurrent", "encoder": (6,), "recurrent_cell": "gru"},
    "dense variational": {"architecture": "dense", "variational": True},
    "dense drawn": {"architecture": "dense", "variational": True, "code_samples": 3},
    "conv1d variational": {"architecture": "conv1d", "variational": True},
    "conv2d drawn": {"architecture": "conv2d", "variational": True, "code_samples": 3},
    "recurrent variational": {
        "architecture": "recurrent",
        "encoder": (6,),
        "variational": True,
        "code_samples": 2,
    },
}
"""By architecture, named by their first word, what else may be chosen."""

CASES: dict[str, dict[str, object]] = {
    "default": {},
    "split": {"scheme": "split"},
    "two members a fold": {"members": 2, "folds": 3},
    "one member": {"scheme": "split", "members": 1},
    "no hidden layer but the code": {"encoder": (), "code_size": 5},
    "own decoder": {"decoder": (9, 7)},
    "batch norm": {"batch_norm": True},
    "dropout": {"dropout": 0.3},
    "no noise, in order": {"input_noise": 0.0, "shuffle": False},
    "patience": {"patience": 1, "max_steps": None, "epochs": 4},
    "keep best": {"keep": "best", "validation": 0.2},
    "clipped gradients": {"clip_norm": 0.1},
    "softmax": {"category_loss": "softmax"},
    "weight decay": {"optimizer": "adamw", "weight_decay": 0.1},
    "no input limit": {"input_limit": None},
    "hidden cells": {"masking": 0.3},
    "mean error": {"row_error": "mean"},
    "not restored": {"restoration": "off"},
    "erased": {"erasing": 0.2},
    "bf16": {"precision": "bf16", "members": 2},
    "bf16, by PyTorch": {"precision": "bf16", "batch_norm": True, "dropout": 0.1},
    "bf16, variational": {"precision": "bf16", "variational": True},
    **{
        f"architecture {name}": {"architecture": name, **choices}
        for name, choices in ARCHITECTURE_CASES.items()
    },
    **{f"activation {name}": {"activation": name} for name in ACTIVATIONS},
    **{f"scaling {name}": {"scaling": name} for name in SCALINGS},
    **{f"impute {name}": {"impute": name} for name in TYPICAL},
    **{f"optimizer {name}": {"optimizer": name} for name in OPTIMIZERS},
    **{f"loss {name}": {"loss": name, **SIGMOID} for name in LOSSES},
}
ROWS = {
    "table": (table_rows(), table_rows()[:60] * 1.5),
    "signal": (normal_beats(120), abnormal_beats(60)),
    "mixed": (mixed_rows(), odd_mixed_rows()),
    "targets": (mixed_rows(), odd_mixed_rows()),
    "image": (image_rows(), odd_image_rows()),
}
BESIDE: dict[str, dict[str, object]] = {
    "targets": {"targets": ("c0", "c3", "c6")},
    "image": {"image": IMAGE},
}
"""What the kinds of rows need besides."""
IMAGES_ONLY = {"mean error", "not restored"}
DENSE_ONLY = {"no hidden layer but the code", "own decoder"}
_MADE: dict[tuple[str, str], bytes] = {}


def made(kind: str, case: str) -> bytes:
    if (kind, case) not in _MADE:
        _MADE[kind, case] = fresh(kind, case)
    return _MADE[kind, case]


def fresh(kind: str, case: str) -> bytes:
    choices = {**SMALL, **BESIDE.get(kind, {}), **CASES[case]}
    return model_of(ROWS[kind][0], "mixed" if kind == "targets" else kind, **choices)


def fits(kind: str, case: str) -> bool:
    """Whether the case makes sense for such rows, and is another than for others."""
    known = kind if kind in ("signal", "image") else "table"
    if case == "erased" or (case in DENSE_ONLY and kind == "image"):
        return known != "table" and case == "erased"
    if kind == "targets":
        return case in ("default", "split", "softmax", "architecture dense drawn", "hidden cells")
    if kind == "image" and not case.startswith("architecture"):
        return case in ("default", "split", "two members a fold", "hidden cells", *IMAGES_ONLY)
    if case in IMAGES_ONLY:
        return False
    if not case.startswith("architecture"):
        return True
    return known in FITTING[case.split()[1]]


EVERY = [(kind, case) for kind in ROWS for case in CASES if fits(kind, case)]
every_detector = pytest.mark.parametrize(
    ("kind", "case"), EVERY, ids=[f"{kind}-{case}" for kind, case in EVERY]
)


def test_no_architecture_and_no_case_is_forgotten():
    assert {name.split()[0] for name in ARCHITECTURE_CASES} == set(ARCHITECTURES) == set(FITTING)
    assert {case for _, case in EVERY} == set(CASES)


@every_detector
def test_a_member_decodes_its_codes_to_what_it_rebuilds(kind, case):
    model, rows = model_file.unseal(made(kind, case)), ROWS[kind][1]
    manifest = model.manifest
    members = manifest.members
    codes = Value("codes", "float32", (members, "N", manifest.code_size))
    units = Value("decoded", "float32", (members, "N", "U"))
    encoder = Session(cut(model.graph, expected_inputs(manifest), [codes, units]))
    inside = encoder.call({"rows": rows.astype(ROW_TYPES[manifest.kind])}, ["codes", "decoded"])
    reconstruction = [one for one in expected_outputs(manifest) if one.name == "reconstruction"]
    mean = Value("rebuilt.targets" if kind == "targets" else "rebuilt", "float32", ("N", "U"))
    back = Session(cut(model.graph, [mean], reconstruction))
    scorer = Scorer(model)
    for member, (own, rebuilt) in enumerate(zip(*inside, strict=True)):
        (expected,) = back.call({mean.name: rebuilt}, ["reconstruction"])
        if kind == "targets":
            expected[:, [place for place in range(8) if place not in (0, 3, 6)]] = np.nan
        assert np.array_equal(scorer.decode(own, member), expected, equal_nan=True)
        assert np.array_equal(scorer.decode(own[:1], member), expected[:1], equal_nan=True)


@every_detector
def test_a_row_has_the_same_bits_alone_at_every_offset_and_in_odd_batches(kind, case):
    scorer, rows = Scorer.load(made(kind, case)), ROWS[kind][1]
    names = ["reconstruction", "error", "code", "views", "anomaly_score"]
    whole, _ = scorer.run(rows, names)
    for size in (1, 2, 3, 4, 5, 7, 16, 33):
        for first in range(0, len(rows), size):
            part, _ = scorer.run(rows[first : first + size], names)
            for name in names:
                assert np.array_equal(part[name], whole[name][first : first + size]), name
    order = np.random.default_rng(0).permutation(len(rows))
    shuffled, _ = scorer.run(rows[order], names)
    assert np.array_equal(shuffled["anomaly_score"], whole["anomaly_score"][order])


@every_detector
def test_the_number_of_threads_changes_no_bit(kind, case):
    rows = np.tile(ROWS[kind][1], (9, 1))
    names = ["reconstruction", "error", "code", "views", "anomaly_score"]
    one, _ = Scorer.load(made(kind, case)).run(rows, names)
    for threads in (2, 3):
        other, _ = Scorer.load(made(kind, case), threads=threads).run(rows, names)
        for name in names:
            assert np.array_equal(other[name], one[name]), (name, threads)


@every_detector
def test_a_graph_cut_down_to_what_is_asked_gives_the_bits_of_the_whole(kind, case):
    model, rows = model_file.unseal(made(kind, case)), ROWS[kind][1]
    names = ["reconstruction", "error", "code", "views", "anomaly_score"]
    element = ROW_TYPES[model.manifest.kind]
    whole = Session(model.graph, width=widest(model)).run(rows, names, element)
    for wanted in (*([name] for name in names), ["error", "reconstruction"]):
        part = Sessions(model).of(wanted).run(rows, wanted, element)
        for name in wanted:
            assert np.array_equal(part[name], whole[name]), name


@every_detector
def test_the_same_seed_gives_the_same_file_and_no_global_generator_is_touched(kind, case):
    import torch

    before = np.random.get_state()[1].tolist(), torch.get_rng_state().tolist()
    assert fresh(kind, case) == made(kind, case)
    after = np.random.get_state()[1].tolist(), torch.get_rng_state().tolist()
    assert after == before


@every_detector
def test_outputs_are_finite_and_have_the_promised_shapes(kind, case):
    scorer, rows = Scorer.load(made(kind, case)), ROWS[kind][1]
    manifest = scorer.manifest
    results, reasons = scorer.run(rows, ["reconstruction", "error", "code", "views"])
    assert not reasons
    assert all(np.isfinite(result).all() for result in results.values())
    assert results["reconstruction"].shape == results["error"].shape == rows.shape
    assert results["code"].shape == (len(rows), manifest.code_size)
    assert results["views"].shape == (len(rows), manifest.members, len(manifest.views))
    assert (results["error"] >= 0).all()


@every_detector
def test_the_view_is_the_mean_error_over_the_observed_cells(kind, case):
    scorer, rows = Scorer.load(made(kind, case)), ROWS[kind][1]
    if len(scorer.manifest.views) > 1:  # then an error may hold some of the distance
        rows = rows[~_decided_by_distance(scorer, rows)]
    if kind == "image" and scorer.manifest.options.training.row_error == "auto":
        return  # its view has a test of its own
    results, _ = scorer.run(rows, ["error", "views"])
    targets = list(scorer.schema.targets) or list(range(rows.shape[1]))
    observed = (~np.isnan(rows))[:, targets].sum(axis=1)
    by_hand = results["error"].astype(np.float64).sum(axis=1) / observed
    np.testing.assert_allclose(results["views"][:, :, 0].mean(axis=1), by_hand, rtol=1e-4)
    holes = results["error"][np.isnan(rows)]
    assert holes.size == 0 or 0 <= holes.max() <= np.log(len(ROWS[kind][0]) + 2) + 1e-6


def _decided_by_distance(scorer, rows):
    results, _ = scorer.run(rows, ["views"])
    return distance_decides(standardised(results["views"], scorer.manifest.views))


@every_detector
def test_the_probe_rows_score_as_where_the_file_was_written(kind, case):
    assert Scorer.load(made(kind, case)).probe() == 0.0


@every_detector
def test_usual_errors_of_every_cell_are_those_of_rows_held_out(kind, case):
    scorer, rows = Scorer.load(made(kind, case)), ROWS[kind][0]
    manifest = scorer.manifest
    observed = (~np.isnan(rows)).sum(axis=0)
    columns = map(manifest.row_schema.column_of, range(rows.shape[1]))
    for cell, column, seen in zip(manifest.cells, columns, observed, strict=True):
        assert len(cell.quantiles) == cell.rows <= seen
        assert np.isclose(np.mean(cell.quantiles or (0.0,)), cell.mean, rtol=1e-3, atol=1e-12)
        assert (cell.residual is None) == (column.kind == "category")
    if manifest.data.calibration_rows == len(rows):
        assert [cell.rows for cell in manifest.cells] == observed.tolist()


def test_what_is_only_shown_is_neither_judged_nor_changed():
    scorer, rows = Scorer.load(made("targets", "default")), ROWS["targets"][1]
    results, _ = scorer.run(rows, ["reconstruction", "error"])
    shown = np.setdiff1d(np.arange(rows.shape[1]), scorer.schema.targets)
    assert (results["error"][:, shown] == 0).all()
    there = ~np.isnan(rows[:, shown]) & (rows[:, shown] >= 0)
    rebuilt = results["reconstruction"][:, shown]
    numeric = [place for place, cell in enumerate(shown) if not scorer.schema.columns[cell].levels]
    # The graph scales and unscales them in float32; `isthmus reconstruct` gives them as they came.
    came, there = rows[:, shown][:, numeric], there[:, numeric]
    far = np.abs(np.where(there, came, 0)).max(axis=0)
    apart = np.where(there, np.abs(rebuilt[:, numeric] - came), 0)
    assert (apart <= 1e-5 * far).all()


def test_a_target_is_rebuilt_without_being_seen():
    scorer, rows = Scorer.load(made("targets", "default")), ROWS["targets"][0].copy()
    targets = list(scorer.schema.targets)
    before, _ = scorer.run(rows, ["reconstruction"])
    numbers = [cell for cell in targets if not scorer.schema.columns[cell].levels]
    rows[:, numbers] += 100.0
    after, _ = scorer.run(rows, ["reconstruction"])
    assert np.array_equal(after["reconstruction"], before["reconstruction"])


def test_a_row_without_any_target_or_anything_else_is_not_called_normal():
    scorer, rows = Scorer.load(made("targets", "default")), ROWS["targets"][0].copy()
    rows[3, list(scorer.schema.targets)] = np.nan
    rows[4, np.setdiff1d(np.arange(rows.shape[1]), scorer.schema.targets)] = np.nan
    _, reasons = scorer.run(rows, ["anomaly_score"])
    nothing = "every cell to rebuild from is missing"
    assert reasons == {3: "every target is missing", 4: nothing}
    _, reasons = scorer.run(rows, ["reconstruction"])
    assert reasons == {4: nothing}


@pytest.mark.parametrize(
    "case", [case for kind, case in EVERY if kind == "image" and case != "mean error"]
)
def test_the_view_of_an_image_is_its_blurred_error_over_its_detail(case):
    scorer, rows = Scorer.load(made("image", case)), ROWS["image"][1]
    results, _ = scorer.run(rows, ["reconstruction", "views", "error"])
    if scorer.manifest.members > 1 or scorer.manifest.options.network.code_samples:
        return  # the reconstruction is a mean, and its error is not the mean of the errors
    unit, usual = image_rows().std(), ROWS["image"][0]
    seen = ~np.isnan(rows)
    known = np.where(seen, rows, np.median(usual, axis=0))
    height, width, channels = 9, 7, 2

    def blurred(cells):
        spread = height / 40
        kernels = [np.exp(-0.5 * (np.subtract.outer(np.arange(n), np.arange(n)) / spread) ** 2)
                   * (np.abs(np.subtract.outer(np.arange(n), np.arange(n))) <= 3 * spread)
                   for n in (height, width)]  # fmt: skip
        high, wide = (kernel / kernel.sum(axis=1, keepdims=True) for kernel in kernels)
        pixels = cells.reshape(-1, height, width, channels)
        return np.einsum("hi,wj,nijc->nhwc", high, wide, pixels)

    rebuilt = np.where(seen, results["reconstruction"], known)
    apart = (blurred(rebuilt) - blurred(known)).reshape(len(rows), -1)
    error = (np.square(apart) * seen).sum(axis=1) / seen.sum(axis=1)
    whole = blurred(known)
    steps = np.abs(np.diff(whole, axis=1)).sum(axis=(1, 2, 3))
    steps += np.abs(np.diff(whole, axis=2)).sum(axis=(1, 2, 3))
    detail = steps / (height * width * channels)
    # In deviations of all training pixels, which the held-out rows move a little.
    by_hand = error / unit**2 / (detail / unit + 0.01)
    by_hand += np.where(seen, 0, results["error"]).sum(axis=1) / seen.sum(axis=1)  # holes
    np.testing.assert_allclose(results["views"][:, 0, 0], by_hand, rtol=0.1)
    ratio = results["views"][:, 0, 0] / by_hand
    assert ratio.std() < 0.02


def test_another_seed_gives_another_file():
    rows = ROWS["table"][0]
    assert model_of(rows, "table", seed=1, **SMALL) != model_of(rows, "table", seed=2, **SMALL)


def test_neither_times_nor_paths_get_into_the_file():
    data = made("signal", "default")
    for word in (b"/src/", b"site-packages", b"/home", b"/root"):
        assert word not in data
    assert not re.search(rb"\b20\d\d-\d\d|\d\d:\d\d", data)


def test_every_operator_that_is_written_may_be_read():
    for kind, case in EVERY:
        model_file.read(made(kind, case))


def test_options_come_back_from_the_file_as_they_went_in():
    manifest = model_file.read(made("signal", "own decoder")).manifest
    assert manifest.options == FitOptions.from_flat(**{**SMALL, **CASES["own decoder"]})
