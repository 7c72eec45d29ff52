"""What every detector keeps to, whatever it is made of.

Fitting itself refuses a graph that disagrees with PyTorch, so each case here is a parity test too.
"""

from __future__ import annotations

import re

import numpy as np
import pytest
from beats import abnormal_beats, mixed_rows, model_of, normal_beats, odd_mixed_rows, table_rows

from isthmus import model_file
from isthmus.options import FitOptions
from isthmus.scoring.scorer import Scorer
from isthmus.training.activations import ACTIVATIONS
from isthmus.training.architectures import ARCHITECTURES
from isthmus.training.loss import LOSSES
from isthmus.training.optimizers import OPTIMIZERS
from isthmus.training.steps.impute import TYPICAL
from isthmus.training.steps.scale import SCALINGS

SMALL = {"encoder": (16, 8), "code_size": 4, "max_steps": 25}
SIGMOID = {"output_activation": "sigmoid", "scaling": "minmax"}

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
    **{f"architecture {name}": {"architecture": name} for name in ARCHITECTURES},
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
}
_MADE: dict[tuple[str, str], bytes] = {}


def made(kind: str, case: str) -> bytes:
    if (kind, case) not in _MADE:
        _MADE[kind, case] = model_of(ROWS[kind][0], kind, **{**SMALL, **CASES[case]})
    return _MADE[kind, case]


every_case = pytest.mark.parametrize("case", CASES)
every_kind = pytest.mark.parametrize("kind", ROWS)


@every_case
@every_kind
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


@every_case
@every_kind
def test_the_same_seed_gives_the_same_file_and_no_global_generator_is_touched(kind, case):
    import torch

    before = np.random.get_state()[1].tolist(), torch.get_rng_state().tolist()
    again = model_of(ROWS[kind][0], kind, **{**SMALL, **CASES[case]})
    assert again == made(kind, case)
    after = np.random.get_state()[1].tolist(), torch.get_rng_state().tolist()
    assert after == before


@every_case
@every_kind
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


@every_case
@every_kind
def test_the_view_is_the_mean_error_over_the_observed_cells(kind, case):
    scorer, rows = Scorer.load(made(kind, case)), ROWS[kind][1]
    results, _ = scorer.run(rows, ["error", "views"])
    observed = (~np.isnan(rows)).sum(axis=1)
    by_hand = results["error"].astype(np.float64).sum(axis=1) / observed
    np.testing.assert_allclose(results["views"][:, :, 0].mean(axis=1), by_hand, rtol=1e-4)
    holes = results["error"][np.isnan(rows)]
    assert holes.size == 0 or 0 <= holes.max() <= np.log(len(ROWS[kind][0]) + 2) + 1e-6


@every_case
@every_kind
def test_the_probe_rows_score_as_where_the_file_was_written(kind, case):
    assert Scorer.load(made(kind, case)).probe() == 0.0


@every_case
@every_kind
def test_usual_errors_of_every_cell_are_those_of_rows_held_out(kind, case):
    scorer, rows = Scorer.load(made(kind, case)), ROWS[kind][0]
    manifest = scorer.manifest
    observed = (~np.isnan(rows)).sum(axis=0)
    for cell, column, seen in zip(
        manifest.cells, manifest.row_schema.columns, observed, strict=True
    ):
        assert len(cell.quantiles) == cell.rows <= seen
        assert np.isclose(np.mean(cell.quantiles or (0.0,)), cell.mean, rtol=1e-3, atol=1e-12)
        assert (cell.residual is None) == (column.kind == "category")
    if manifest.data.calibration_rows == len(rows):
        assert [cell.rows for cell in manifest.cells] == observed.tolist()


def test_another_seed_gives_another_file():
    rows = ROWS["table"][0]
    assert model_of(rows, "table", seed=1, **SMALL) != model_of(rows, "table", seed=2, **SMALL)


def test_neither_times_nor_paths_get_into_the_file():
    data = made("signal", "default")
    for word in (b"/src/", b"site-packages", b"/home", b"/root"):
        assert word not in data
    assert not re.search(rb"\b20\d\d-\d\d|\d\d:\d\d", data)


def test_every_operator_that_is_written_may_be_read():
    for kind in ROWS:
        for case in CASES:
            model_file.read(made(kind, case))


def test_options_come_back_from_the_file_as_they_went_in():
    manifest = model_file.read(made("signal", "own decoder")).manifest
    assert manifest.options == FitOptions.from_flat(**{**SMALL, **CASES["own decoder"]})
