"""All rows of an input: each once in an epoch, whoever reads them, and none that is held out."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.errors import DataError, UsageError
from isthmus.options import PreprocessingOptions, RowOptions, TrainingOptions
from isthmus.read import open_source
from isthmus.read.source import SLICE, pieces_of
from isthmus.training import lanes as module
from isthmus.training.all_rows import LANES, AllRows
from isthmus.training.budget import budget
from isthmus.training.describe import describe
from isthmus.training.lanes import Lanes
from isthmus.training.noise import InputNoise
from isthmus.training.peers import ALONE
from isthmus.training.preamble import Preamble
from isthmus.training.survey import Survey

CPU = torch.device("cpu")


def numbered(rows):
    """Rows of two columns, the first of which says which row it is."""
    return np.stack([np.arange(rows), np.arange(rows) % 7 + 0.5], axis=1)


def all_rows(path, rows, kept_out=(), seed=0, most=LANES):
    schema = describe(numbered(rows), ["a", "b"], "table")
    kept_out = np.array(kept_out, int)
    return AllRows(lambda: open_source(path), RowOptions(), schema, kept_out, seed, most)


def written(path, rows, group, **more):
    values = numbered(rows)
    table = pa.table({"a": values[:, 0], "b": values[:, 1], **more})
    pq.write_table(table, path, row_group_size=group)
    return path


def came(rows, lane):
    """All rows of a lane that train, in batches."""
    return [values for piece in rows.lanes[lane] for values, _ in rows.rows(piece)]


def feeds_of(rows, batch, members, workers=1, noise=0.0):
    """One feed for each worker."""
    every = range(len(rows.lanes))
    values = np.concatenate([v for lane in every for v in came(rows, lane)])
    plain = PreprocessingOptions(scaling="none", input_limit=None, tails="keep")
    preamble = Preamble.fit(values, "table", plain)
    survey = Survey.of(rows, range(len(rows.lanes)))
    work = budget(survey.rows, TrainingOptions(batch_size=batch))
    return work, [
        Lanes(
            rows,
            preamble,
            counts=survey.counts,
            mine=range(rank, len(rows.lanes), workers),
            budget=work,
            members=members,
            noise=InputNoise(noise),
            watched=None,
            shuffle=True,
            device=CPU,
        )
        for rank in range(workers)
    ]


def shown(feed, work, epoch=0, first=0):
    """Of every update of an epoch the rows (M, B), by their numbers in the input."""
    step = first
    while step < work.steps_per_epoch:
        part = feed.next(SimpleNamespace(step=epoch * work.steps_per_epoch + step))
        for place in range(len(part)):
            rows = part.rows(place)
            yield part.cells.of_rows(rows)[1][..., 0].round().int().numpy(), part.share(place)
        step += len(part)


@settings(max_examples=60)
@given(
    rows=st.integers(12, 300),
    group=st.integers(1, 90),
    batch=st.integers(1, 70),
    most=st.integers(1, LANES),
    members=st.integers(1, 3),
    numbers=st.integers(4, 900),
    workers=st.integers(1, 3),
    data=st.data(),
)
def test_every_row_that_trains_is_shown_once_in_an_epoch_and_no_other(
    tmp_path_factory, rows, group, batch, most, members, numbers, workers, data
):
    kept_out = data.draw(st.sets(st.integers(0, rows - 1), max_size=rows - 11).map(sorted))
    path = written(tmp_path_factory.mktemp("data") / "rows.parquet", rows, group)
    source = all_rows(path, rows, kept_out, most=max(1, min(most, batch // 2)))
    workers = min(workers, len(source.lanes))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "NUMBERS", numbers)
        work, feeds = feeds_of(source, batch, members, workers)
        for epoch in (0, 1):
            by_update = list(zip(*[shown(feed, work, epoch) for feed in feeds], strict=True))
            assert len(by_update) == work.steps_per_epoch
            sizes = [sum(came.shape[1] for came, _ in update) for update in by_update]
            assert min(sizes) >= 1 and max(sizes) - min(sizes) <= len(source.lanes)
            for update, size in zip(by_update, sizes, strict=True):
                assert [share for _, share in update] == pytest.approx(
                    [came.shape[1] / size for came, _ in update]
                )
            for member in range(members):
                seen = np.concatenate([came[member] for update in by_update for came, _ in update])
                assert sorted(seen) == sorted({*range(rows)} - {*kept_out})


def test_workers_together_are_shown_in_each_update_what_one_would_be(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "NUMBERS", 200)
    source = all_rows(written(tmp_path / "rows.parquet", 400, 40), 400)
    work, (alone,) = feeds_of(source, 32, 2)
    _, both = feeds_of(source, 32, 2, workers=2)
    whole = list(shown(alone, work))
    parts = list(zip(*[shown(feed, work) for feed in both], strict=True))
    for (rows, share), update in zip(whole, parts, strict=True):
        together = np.concatenate([came for came, _ in update], axis=1)
        assert np.array_equal(np.sort(together), np.sort(rows)) and share == 1.0


def test_noise_hangs_on_the_row_s_place_and_not_on_who_draws_it(tmp_path):
    source = all_rows(written(tmp_path / "rows.parquet", 90, 30), 90)
    disturbed = []
    for workers in (1, 3):
        _, feeds = feeds_of(source, 30, 2, workers=workers, noise=0.1)
        pieces = []
        for feed in feeds:
            part = feed.next(SimpleNamespace(step=0))
            rows = part.rows(0)
            pieces.append(part.disturbed(part.cells.of_rows(rows)[0], rows, 0))
        disturbed.append(torch.cat(pieces, dim=1))
    assert torch.equal(*disturbed)
    assert not torch.equal(disturbed[0], disturbed[0].round())


def test_members_epochs_and_seeds_have_orders_of_their_own(tmp_path):
    path = written(tmp_path / "rows.parquet", 200, 50)
    orders = set()
    for seed in (0, 1):
        work, (feed,) = feeds_of(all_rows(path, 200, seed=seed), 20, 2)
        for epoch in (0, 1):
            updates = [came for came, _ in shown(feed, work, epoch)]
            orders |= {tuple(np.concatenate([u[member] for u in updates])) for member in (0, 1)}
    assert len(orders) == 8


def test_one_may_begin_amid_an_epoch_and_is_shown_the_same(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "NUMBERS", 100)
    source = all_rows(written(tmp_path / "rows.parquet", 300, 40), 300)
    work, (feed,) = feeds_of(source, 25, 1)
    whole = [came for came, _ in shown(feed, work, epoch=1)]
    begins, step = [], 0
    while step < work.steps_per_epoch:
        begins.append(step)
        step += len(feed.next(SimpleNamespace(step=work.steps_per_epoch + step)))
    assert len(begins) > 3
    _, (late,) = feeds_of(source, 25, 1)
    for one, other in zip(whole[begins[2] :], shown(late, work, 1, begins[2]), strict=True):
        assert np.array_equal(one, other[0])


def test_a_part_has_rows_from_all_over_the_input(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "NUMBERS", 400)
    source = all_rows(written(tmp_path / "rows.parquet", 1600, 20), 1600)
    work, (feed,) = feeds_of(source, 16, 1)
    (first, _), *_ = shown(feed, work)
    assert first.max() - first.min() > 800


def test_rows_without_a_normal_label_a_value_or_a_known_level_do_not_train(tmp_path):
    rows = 60
    label = ["ok", "bad", None] * 20
    named = pa.array((["x"] * 29 + ["new"]) * 2)
    values = numbered(rows)
    values[6] = np.nan
    path = tmp_path / "rows.parquet"
    pq.write_table(
        pa.table({"a": values[:, 0], "b": values[:, 1], "c": named, "label": label}),
        path,
        row_group_size=16,
    )
    sample = np.column_stack([values[:, :2], np.zeros(rows)])
    schema = describe(sample, ["a", "b", "c"], "table", levels={"c": ("x",)})
    columns = RowOptions(label="label", normal=("ok",))
    source = AllRows(lambda: open_source(path), columns, schema, np.array([9, 33]), 0)
    every = range(len(source.lanes))
    trained = np.concatenate([v for lane in every for v in came(source, lane)])
    known = {row for row in range(rows) if row % 3 == 0 and row not in (9, 33)}
    has_number = trained[~np.isnan(trained[:, 0]), 0].astype(int)
    assert {*has_number} == known - {6} and len(trained) == len(known)


def test_what_is_known_of_all_rows_is_exact(tmp_path):
    values = np.random.default_rng(3).normal(size=(500, 2))
    values[7, 0], values[11:31, 1] = np.nan, np.nan
    path = tmp_path / "rows.parquet"
    pq.write_table(pa.table({"a": values[:, 0], "b": values[:, 1]}), path, row_group_size=33)
    sample = describe(values[:50], ["a", "b"], "table")
    source = AllRows(lambda: open_source(path), RowOptions(), sample, np.array([], int), 0)
    survey = Survey.of(source, range(len(source.lanes)))
    known = survey.merged(ALONE).described(sample)
    whole = describe(values, ["a", "b"], "table")
    assert survey.rows == 500
    for one, other in zip(known.columns, whole.columns, strict=True):
        assert (one.minimum, one.maximum) == (other.minimum, other.maximum)
        assert one.missing == pytest.approx(other.missing)


def test_a_cell_that_cannot_be_learnt_from_is_refused_by_its_number_in_the_input(tmp_path):
    values = numbered(90)
    values[71, 1] = np.inf
    path = tmp_path / "rows.parquet"
    pq.write_table(pa.table({"a": values[:, 0], "b": values[:, 1]}), path, row_group_size=20)
    source = all_rows(path, 50)
    with pytest.raises(DataError, match=r"row 71, column 'b': inf cannot be learnt from"):
        Survey.of(source, range(len(source.lanes)))


def test_data_that_become_shorter_are_refused(tmp_path):
    path = written(tmp_path / "rows.parquet", 90, 90)
    source = all_rows(path, 90)
    work, (feed,) = feeds_of(source, 20, 1)
    written(path, 60, 60)
    with pytest.raises(DataError, match="became shorter"):
        list(shown(feed, work))


def test_a_folder_of_any_format_is_read_by_its_files(tmp_path):
    for number in range(3):
        part = numbered(90)[number * 30 : number * 30 + 30]
        np.savetxt(tmp_path / f"p{number}.csv", part, delimiter=",", header="a,b", comments="")
    source = all_rows(tmp_path, 90, kept_out=[0, 31, 89])
    assert [len(lane) for lane in source.lanes] == [1, 1, 1]
    work, (feed,) = feeds_of(source, 10, 1)
    seen = np.concatenate([came[0] for came, _ in shown(feed, work)])
    assert sorted(seen) == sorted({*range(90)} - {0, 31, 89})


def test_pieces_of_an_array_are_slices_of_it():
    values = np.arange(2.0 * (SLICE + 10)).reshape(-1, 2)
    pieces = pieces_of(open_source(values))
    assert [piece.rows for piece in pieces] == [SLICE, 10]
    assert np.array_equal(np.concatenate([piece.matrix for piece in pieces]), values)


def test_there_are_no_more_lanes_than_pieces(tmp_path):
    assert len(all_rows(written(tmp_path / "a.parquet", 30, 10), 30).lanes) == 3
    assert len(all_rows(written(tmp_path / "b.parquet", 90, 3), 90).lanes) == LANES


def test_across_folds_nobody_can_learn_from_all():
    from isthmus.options import FitOptions
    from isthmus.training.whole import on_a_split

    with pytest.raises(UsageError, match="scheme='cross'"):
        on_a_split(FitOptions.from_flat(scheme="cross"))
    assert on_a_split(FitOptions()).calibration.scheme == "split"
