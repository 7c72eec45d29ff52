"""How much training: batches and updates."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from isthmus.options import TrainingOptions
from isthmus.training.budget import LARGEST_BATCH, SMALLEST_BATCH, budget


@example(1583)  # batches of 158 would leave three rows to a last one
@given(st.integers(1, 200_000))
def test_no_batch_is_much_smaller_than_the_others(rows):
    work = budget(rows, TrainingOptions())
    last = rows - (work.steps_per_epoch - 1) * work.batch_size
    assert 0 < last <= work.batch_size
    assert work.batch_size - last < work.steps_per_epoch


@given(st.integers(1, 200_000))
def test_batches_keep_near_their_bounds(rows):
    size = budget(rows, TrainingOptions()).batch_size
    assert min(rows, SMALLEST_BATCH / 1.5) <= size <= 1.5 * LARGEST_BATCH
    assert size <= max(1.5 * SMALLEST_BATCH, 1.1 * rows / 10, 1.1 * LARGEST_BATCH)


@given(rows=st.integers(1, 5000), size=st.integers(1, 600))
def test_a_batch_size_that_is_given_is_kept(rows, size):
    work = budget(rows, TrainingOptions(batch_size=size))
    assert work.batch_size == min(rows, size)
    assert work.steps_per_epoch == -(-rows // work.batch_size)


@given(rows=st.integers(1, 5000), epochs=st.integers(1, 50), steps=st.integers(1, 500))
def test_epochs_and_steps_that_are_given_bound_the_updates(rows, epochs, steps):
    work = budget(rows, TrainingOptions(epochs=epochs, max_steps=steps))
    assert work.steps == min(epochs * work.steps_per_epoch, steps)
