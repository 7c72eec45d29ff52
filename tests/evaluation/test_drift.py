"""Drift: what changed is named, what did not is not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from isthmus.evaluation.drift import Drifting
from isthmus.schema import Column, ImageForm, Schema
from isthmus.training.describe import describe


def columns_of(generator, rows):
    """Five numbers of unlike shapes, one of few values, one of one value."""
    return np.column_stack(
        [
            generator.normal(10, 3, rows),
            generator.lognormal(0, 1.5, rows),
            np.round(generator.normal(0, 1, rows), 1),
            generator.uniform(-1, 1, rows) ** 3,
            generator.integers(0, 3, rows).astype(float),
            np.full(rows, 4.0),
        ]
    )


NAMES = ["normal", "heavy", "rounded", "peaked", "few", "still"]


def drift(training, new, names=NAMES, **more):
    counts = Drifting(describe(training, names, "table", **more), len(training))
    for part in np.array_split(new, 7):
        counts.add(part)
    return counts.found()


def test_splits_of_one_table_hardly_ever_warn():
    warned = 0
    for seed in range(100):
        generator = np.random.default_rng(seed)
        warned += bool(drift(columns_of(generator, 1500), columns_of(generator, 2000)).drifted)
    assert warned <= 5


@pytest.mark.parametrize("place", [0, 1, 2, 3])
def test_a_column_that_moved_by_a_fifth_of_its_deviation_is_named_first(place):
    generator = np.random.default_rng(place)
    training, new = columns_of(generator, 4000), columns_of(generator, 5000)
    new[:, place] += 0.2 * training[:, place].std()
    found = drift(training, new)
    assert [one.name for one in found.drifted] == [NAMES[place]]
    assert found.columns[0].shift > 0


def test_what_is_missing_more_often_has_drifted():
    generator = np.random.default_rng(0)
    training, new = columns_of(generator, 2000), columns_of(generator, 2000)
    new[generator.random(2000) < 0.05, 3] = np.nan
    (one,) = drift(training, new).drifted
    assert (one.name, one.was_missing) == ("peaked", 0.0)
    assert one.missing == pytest.approx(0.05, abs=0.02)


def test_levels_that_are_more_common_than_before_or_new_have_drifted():
    generator = np.random.default_rng(0)
    levels = {"c": ("a", "b", "d")}
    training = generator.choice(3, 2000, p=[0.6, 0.3, 0.1]).astype(float)[:, None]
    same = generator.choice(3, 2000, p=[0.6, 0.3, 0.1]).astype(float)[:, None]
    other = generator.choice(3, 2000, p=[0.5, 0.4, 0.1]).astype(float)[:, None]
    unseen = np.where(generator.random((2000, 1)) < 0.02, -1.0, same)
    for new, share in ((other, 0.0), (unseen, 0.02)):
        (one,) = drift(training, new, ["c"], levels=levels).drifted
        assert one.unseen == pytest.approx(share, abs=0.01)
    assert not drift(training, same, ["c"], levels=levels).drifted


@given(st.integers(0, 2**32 - 1), st.integers(30, 250), st.integers(5, 300))
def test_with_a_quantile_for_every_row_the_gap_is_that_of_scipy(seed, before, now):
    generator = np.random.default_rng(seed)
    training = np.round(generator.normal(size=(before, 1)), 1)
    new = np.round(generator.normal(0.3, 1, size=(now, 1)), 1)
    (one,) = drift(training, new, ["x"]).columns
    expected = stats.ks_2samp(training[:, 0], new[:, 0], method="asymp").statistic
    assert one.distance == pytest.approx(max(expected - 0.5 / before, 0.0), abs=1e-9)


def test_a_column_that_never_varied_and_rows_without_a_value_say_nothing_false():
    training = np.column_stack([np.full(50, 2.0), np.arange(50.0)])
    new = np.column_stack([np.full(50, 2.0), np.full(50, np.nan)])
    still, gone = sorted(drift(training, new, ["still", "gone"]).columns, key=lambda c: c.name)[
        ::-1
    ]
    assert (still.p_value, still.shift) == (1.0, None)
    assert gone.p_value < 1e-6
    assert gone.missing == 1.0


def test_pixels_of_an_image_are_no_evidence_of_their_own():
    form = ImageForm(height=4, width=4, channels=1)
    column = Column(name="grey", minimum=0, maximum=1, quantiles=tuple(np.linspace(0, 1, 256)))
    counts = Drifting(Schema(kind="image", columns=(column,), image=form), 30)
    counts.add(np.random.default_rng(0).uniform(0.05, 1, (30, 16)))
    found = counts.found()
    assert found.rows == 30
    assert not found.drifted
