"""Training rows that are unlike the rest are found, left out, and told."""

from __future__ import annotations

import numpy as np
import pytest
from beats import (
    MIXED_LEVELS,
    abnormal_beats,
    image_rows,
    mixed_rows,
    model_of,
    normal_beats,
    table_rows,
)

from isthmus import AutoencoderDetector
from isthmus.errors import UsageError
from isthmus.model_file import unseal
from isthmus.options import FitOptions
from isthmus.training import fit as fitting
from isthmus.training.describe import describe
from isthmus.training.folds import plan
from isthmus.training.suspects import Suspects, find_suspects

QUICK = {"max_steps": 60, "encoder": (8,), "code_size": 4}


def found(rows, share, kind="table", levels=None, **choices):
    schema = describe(
        rows, [f"c{n}" for n in range(rows.shape[1])], kind, named=False, levels=levels
    )
    return find_suspects(rows, schema, FitOptions.from_flat(suspects=share, **choices))


def hidden(rows=300, strange=24):
    """A plane of normal rows, and among them some off it; which they are."""
    generator = np.random.default_rng(0)
    mixed = generator.normal(size=(rows, 3)) @ generator.normal(size=(3, 8))
    values = mixed + 0.2 * generator.normal(size=(rows, 8))
    places = generator.choice(rows, strange, replace=False)
    values[places] = 2.5 * generator.normal(size=(strange, 8))
    return values, np.sort(places)


def test_rows_off_the_plane_of_the_others_are_found_the_strangest_first():
    rows, places = hidden()
    suspects = found(rows, 0.08)
    assert len(suspects.rows) == 24
    assert np.isin(suspects.rows, places).mean() > 0.8
    assert (np.diff(suspects.scores) <= 0).all()


def test_hardly_a_beat_of_another_kind_trains_and_most_are_suspect():
    rows = np.concatenate([normal_beats(270), abnormal_beats(30)])
    suspects = found(rows, 0.1, "signal")
    apart = np.concatenate([suspects.rows, suspects.doubtful])
    assert (apart >= 270).sum() >= 29
    assert (suspects.rows >= 270).sum() >= 15  # three would be chance


def test_a_crowd_that_is_all_alike_is_suspect_where_it_is_no_larger_than_stated():
    generator = np.random.default_rng(0)
    crowd = [6.0, -6.0, 6.0] + 0.01 * generator.normal(size=(40, 3))
    rows = np.concatenate([generator.normal(size=(360, 3)), crowd])
    assert np.array_equal(np.sort(found(rows, 0.1).rows), np.arange(360, 400))


def test_a_signal_of_the_usual_form_and_another_size_is_suspect_too():
    rows = normal_beats(200).copy()
    rows[17] *= 50
    assert found(rows, 0.01, "signal").rows[0] == 17


@pytest.mark.parametrize("share", [0.05, 0.1, 0.25, 0.4])
def test_suspects_doubtful_rows_and_the_core_are_apart_and_at_most_as_many_as_stated(share):
    rows, _ = hidden()
    suspects = found(rows, share)
    assert len(suspects.rows) == int(share * len(rows))
    assert not np.intersect1d(suspects.rows, suspects.doubtful).size
    core = len(rows) - len(suspects.rows) - len(suspects.doubtful)
    assert core == int(max(1 - 3 * share, 0.5) * len(rows))


def test_without_a_share_nobody_is_suspect_and_the_file_is_the_same():
    rows = table_rows()
    assert not len(found(rows, 0.0).rows)
    assert model_of(rows, "table", **QUICK) == model_of(rows, "table", suspects=0.0, **QUICK)


@pytest.mark.parametrize(
    ("rows", "kind", "levels"),
    [
        (table_rows, "table", None),
        (mixed_rows, "table", MIXED_LEVELS),
        (normal_beats, "signal", None),
        (lambda: np.full((40, 3), 2.0), "table", None),
    ],
    ids=["holes", "levels", "signal", "constant"],
)
def test_the_same_rows_give_the_same_suspects(rows, kind, levels):
    one, other = (found(rows(), 0.1, kind, levels) for _ in range(2))
    assert np.array_equal(one.rows, other.rows)
    assert np.isfinite(one.scores).all()
    assert len(one.rows) == len(rows()) // 10


@pytest.mark.parametrize("scheme", ["split", "cross"])
def test_suspects_serve_for_nothing_and_doubtful_rows_calibrate_alone(scheme, monkeypatch):
    rows, _ = hidden()
    seen = {}
    trained = fitting._train

    def spied(values, schema, dealt, *others):
        seen.update(values=values, dealt=dealt)
        return trained(values, schema, dealt, *others)

    monkeypatch.setattr(fitting, "_train", spied)
    manifest = unseal(
        model_of(rows, "table", suspects=0.1, scheme=scheme, distance="on", **QUICK)
    ).manifest
    suspects = found(rows, 0.1)
    values, dealt = seen["values"], seen["dealt"]
    assert np.array_equal(values, np.delete(rows, suspects.rows, axis=0))
    doubtful = {tuple(row) for row in rows[suspects.doubtful]}

    def are_doubtful(numbers):
        return np.array([tuple(row) in doubtful for row in values[numbers]])

    assert not are_doubtful(np.concatenate(dealt.training)).any()
    assert are_doubtful(np.concatenate(dealt.held_out)).any()
    assert manifest.data.suspects == 30
    assert manifest.data.rows == 270


@pytest.mark.parametrize("scheme", ["split", "cross"])
def test_the_bank_holds_no_suspect_and_no_doubtful_row(scheme, monkeypatch):
    rows, _ = hidden()
    seen = {}
    fit_bank = fitting.Bank.fit

    def spied(preamble, arrays, *others, **more):
        bank = fit_bank(preamble, arrays, *others, **more)
        seen.update(held=bank.rows, every=bank.space.place(arrays.target))
        return bank

    monkeypatch.setattr(fitting.Bank, "fit", spied)
    model_of(rows, "table", suspects=0.1, scheme=scheme, **QUICK)
    suspects = found(rows, 0.1)
    kept = np.setdiff1d(np.arange(len(rows)), suspects.rows)
    held = {tuple(place) for place in seen["held"]}
    in_bank = np.array([tuple(place) in held for place in seen["every"]])
    assert in_bank.sum() > 100
    assert not in_bank[np.isin(kept, suspects.doubtful)].any()


def test_few_rows_cannot_spare_so_many():
    with pytest.raises(UsageError, match=r"suspects=0\.4 leaves 6 of 12 rows to learn from"):
        found(np.random.default_rng(0).normal(size=(12, 3)), 0.4)


def test_who_trains_cannot_be_decided_twice():
    rows, _ = hidden()
    schema = describe(rows, [f"c{n}" for n in range(8)], "table", named=False)
    options = FitOptions.from_flat(suspects=0.1)
    dealt = plan(len(rows), options.calibration, options.training)
    with pytest.raises(UsageError, match="suspects says who trains"):
        fitting.fit(rows, schema, options, dealt=dealt)


def test_validation_rows_stay_where_all_of_them_are_doubtful():
    options = FitOptions.from_flat(scheme="split", validation=0.1)
    dealt = plan(40, options.calibration, options.training)
    doubtful = np.concatenate([dealt.validation[0], dealt.training[0][:3]])
    kept = Suspects(doubtful=doubtful).kept_from(dealt, np.arange(40))
    assert np.array_equal(kept.validation[0], dealt.validation[0])
    assert np.array_equal(kept.training[0], dealt.training[0][3:])
    assert np.array_equal(kept.held_out[0], dealt.held_out[0])


def test_the_estimator_names_the_rows_that_it_left_out():
    rows, places = hidden()
    detector = AutoencoderDetector(suspects=0.08, **QUICK).fit(rows)
    assert np.isin(detector.suspects_, places).mean() > 0.8
    assert not len(AutoencoderDetector(**QUICK).fit(rows).suspects_)


def test_images_can_be_suspect():
    rows = image_rows().copy()
    rows[5] = rows[5][::-1]
    assert 5 in found_images(rows).rows


def found_images(rows):
    from beats import IMAGE

    schema = describe(rows, ["red", "green"], "image", image=IMAGE)
    return find_suspects(rows, schema, FitOptions.from_flat(suspects=0.05))
