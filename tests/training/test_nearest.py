"""The distance to normal rows: a slow twin, and no row that meets itself."""

from __future__ import annotations

import numpy as np
import pytest
from beats import model_of, normal_beats
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from isthmus.options import CalibrationOptions, PreprocessingOptions, TrainingOptions
from isthmus.scoring.scorer import Scorer
from isthmus.training.bank import LONELY, NEARLY, NEIGHBOURS, TYPICAL, Apart, Bank, Distinct
from isthmus.training.folds import plan
from isthmus.training.preamble import Preamble

ROWS = np.random.default_rng(0).normal(size=(120, 3))
FEW = {"max_steps": 20}


def bank_of(scheme, folds=5, rows=4096):
    dealt = plan(len(ROWS), CalibrationOptions(scheme=scheme, folds=folds), TrainingOptions())
    learning = dealt.training[0] if scheme == "split" else slice(None)
    preamble = Preamble.fit(ROWS[learning], "table", PreprocessingOptions())
    arrays = preamble.run(ROWS)
    bank = Bank.fit(preamble, arrays, dealt, 1, rows=rows, seed=0, kind="table", rescaled=False)
    return bank, dealt, arrays.target


@pytest.mark.parametrize("folds", [2, 3, 4, 5, 10])
def test_no_member_looks_at_a_part_with_rows_that_it_has_left_out(folds):
    bank, dealt, places = bank_of("cross", folds)
    for group, held_out in enumerate(dealt.held_out):
        seen = bank.rows[bank.part[bank.looks[group]]].reshape(-1, 3)
        own = {row.tobytes() for row in places[held_out]}
        learnt = {row.tobytes() for row in places[dealt.training[group]]}
        assert {row.tobytes() for row in seen} == learnt - own == learnt


def test_the_bank_of_a_split_holds_training_rows_alone_and_no_more_than_it_may():
    bank, dealt, places = bank_of("split", rows=40)
    assert bank.part.shape == (1, 40)
    learnt = {row.tobytes() for row in places[dealt.training[0]]}
    assert {row.tobytes() for row in bank.rows} <= learnt


@pytest.mark.parametrize("folds", [2, 5, 10])
def test_the_parts_of_many_folds_are_not_much_more_than_the_rows_that_were_asked_for(folds):
    bank, *_ = bank_of("cross", folds, rows=30)
    assert len(bank.rows) <= 30
    assert bank.part.size <= 2.5 * 30 + folds  # folds differ by a row


def by_hand(row, bank):
    """The smallest relative distance, one row of the bank at a time."""
    part, usual = bank.rows.astype(np.float64), []
    for one in part:
        apart = sorted(np.sqrt(((one - other) ** 2).mean()) for other in part)
        usual.append(np.mean(apart[1 : NEIGHBOURS + 1]) + NEARLY)
    usual = np.minimum(usual, np.quantile(usual, LONELY))
    apart = np.sqrt(((part - row) ** 2).mean(axis=1)) / (usual + TYPICAL["table"] * usual.mean())
    return min(x for x in apart if x > 1e-9) + NEARLY


def test_the_view_is_that_of_a_slow_search_also_for_rows_of_the_bank_itself():
    scorer = Scorer.load(model_of(ROWS, "table", scheme="split", **FEW))
    bank, dealt, places = bank_of("split")
    rows = np.concatenate([ROWS[dealt.training[0][:5]], ROWS[dealt.held_out[0][:5]]])
    views = scorer.run(rows, ["views"])[0]["views"][:, :, 1]
    assert (views == views[:, :1]).all()
    numbers = np.concatenate([dealt.training[0][:5], dealt.held_out[0][:5]])
    expected = [by_hand(places[number].astype(np.float64), bank) for number in numbers]
    np.testing.assert_allclose(views[:, 0], expected, rtol=1e-5)


def test_training_rows_scored_again_do_not_look_better_than_fresh_ones():
    generator = np.random.default_rng(1)
    rows, fresh = generator.normal(size=(2, 400, 6))
    scorer = Scorer.load(model_of(rows, "table", scheme="cross", **FEW))
    again, new = (scorer.run(r, ["views"])[0]["views"][:, :, 1].mean(axis=1) for r in (rows, fresh))
    assert abs(np.log(again).mean() - np.log(new).mean()) < 0.05


def test_copies_of_a_common_row_do_not_make_what_is_near_them_strange():
    generator = np.random.default_rng(2)
    rows = np.concatenate([np.zeros((200, 2)), generator.normal(size=(200, 2))])
    scorer = Scorer.load(model_of(rows, "table", scheme="split", **FEW))
    near, far = scorer.run(np.array([[0.05, 0.05], [2.5, 2.5]]), ["views"])[0]["views"][:, 0, 1]
    assert near < far


@given(arrays(np.float32, st.tuples(st.integers(1, 30), st.just(2)), elements=st.integers(0, 3)))
def test_rows_that_repeat_others_are_held_once_and_counted_for_whoever_has_them(rows):
    held = Distinct.of(rows, 8)
    seen = list(dict.fromkeys(map(tuple, rows.tolist())))[:8]
    assert [tuple(row) for row in held.rows.tolist()] == seen
    own = np.arange(len(rows)) % 3 > 0
    expected = [sum(tuple(row) == one for row in rows[own].tolist()) for one in seen]
    assert held.counts(own).tolist() == expected


def test_a_row_that_came_twice_is_no_surprise_and_one_that_came_once_is_judged_without_itself():
    rows = np.concatenate([ROWS, ROWS[:60]])
    scorer = Scorer.load(model_of(rows, "table", scheme="split", validation=0, **FEW))
    dealt = plan(len(rows), CalibrationOptions(scheme="split"), TrainingOptions(validation=0))
    learnt = np.bincount(dealt.training[0] % len(ROWS), minlength=len(ROWS))
    views = scorer.run(ROWS, ["views"])[0]["views"][:, 0, 1]
    np.testing.assert_allclose(views[learnt == 2], NEARLY, rtol=1e-6)
    assert (views[learnt == 1] > 2 * NEARLY).all()


def test_around_a_row_far_from_all_others_no_more_is_usual_than_around_the_last_of_the_rest():
    rows = np.random.default_rng(3).normal(size=(100, 4))
    far = np.concatenate([rows, np.full((1, 4), 50.0)])
    near, with_far = (Apart.of(r, np.ones(len(r)), 4, 0.3).weight ** -0.5 for r in (rows, far))
    assert with_far[-1] == with_far.max() < 1.1 * near.max()


def test_a_signal_is_held_against_two_halves_of_what_was_learnt():
    beats = normal_beats(200)
    dealt = plan(len(beats), CalibrationOptions(scheme="cross"), TrainingOptions())
    preamble = Preamble.fit(beats, "signal", PreprocessingOptions())
    made = preamble.run(beats)
    bank = Bank.fit(preamble, made, dealt, 2, rows=4096, seed=0, kind="signal", rescaled=False)
    assert bank.looks.tolist() == [[2 * group, 2 * group + 1] for group in range(5) for _ in "ab"]
    for group, learnt in enumerate(dealt.training):
        first, second = (set(bank.part[part].tolist()) for part in bank.looks[2 * group])
        assert not first & second
        assert len(first | second) == len(learnt)


def test_a_signal_is_held_against_normal_ones_a_little_blurred():
    beats = normal_beats(200)
    scorer = Scorer.load(model_of(beats, "signal", **FEW))
    late = np.roll(beats[:20], 1, axis=1)
    shuffled = np.random.default_rng(0).permuted(beats[:20], axis=1)
    moved, mixed = (scorer.run(r, ["views"])[0]["views"][:, 0, 1].mean() for r in (late, shuffled))
    assert moved < mixed / 3


def test_the_distance_can_be_left_out_and_then_no_row_is_in_the_file():
    with_rows, without = (
        model_of(ROWS, "table", distance=choice, **FEW) for choice in ("on", "off")
    )
    names = [[view.name for view in Scorer.load(m).manifest.views] for m in (with_rows, without)]
    assert names == [["reconstruction", "distance"], ["reconstruction"]]
    assert rows_inside(with_rows) > 0
    assert rows_inside(without) == 0


def rows_inside(model):
    """How many times a training row stands in the bytes of a file."""
    _, _, places = bank_of("cross")
    return sum(model.count(row.astype(np.float32).tobytes()) for row in places[:20])


def test_a_missing_cell_is_not_compared_and_costs_what_it_costs_everywhere():
    scorer = Scorer.load(model_of(ROWS, "table", scheme="split", **FEW))
    whole = ROWS[:50].copy()
    holes = whole.copy()
    holes[:, 2] = np.nan
    views = [scorer.run(r, ["views"])[0]["views"][:, 0, 1] for r in (whole, holes)]
    assert np.isfinite(views[1]).all()
    assert (views[1] > views[0]).mean() > 0.9  # a hole where none was costs
