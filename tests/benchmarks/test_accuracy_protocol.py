"""Which rows train and which are scored."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.accuracy import protocol
from benchmarks.accuracy.protocol import HIDDEN, Table


def made(normal, abnormal):
    """A set whose rows are their own numbers; the anomalies are spread over it."""
    count = normal + abnormal
    rows = np.arange(count, dtype=np.float64)[:, None]
    places = np.linspace(0, count - 1, abnormal).astype(int)
    return Table("made", rows, np.isin(np.arange(count), places))


def numbers(rows):
    return set(rows[:, 0].astype(int).tolist())


@given(
    normal=st.integers(2, 300), abnormal=st.integers(1, 100), seed=st.integers(0, 50),
    most=st.sampled_from([0, 50, 100_000]),
)  # fmt: skip
def test_half_of_the_normal_rows_train_and_every_other_row_is_scored_once(
    normal, abnormal, seed, most
):
    table = made(normal, abnormal)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(protocol, "MOST_ROWS", most)
        split = table.split(seed)
        kept = table.kept
    train, test = numbers(split.train), numbers(split.test)
    assert kept == min(normal + abnormal, most or normal + abnormal)
    assert len(train) == len(split.train) and len(test) == len(split.test)
    assert not train & test
    assert len(train | test) == kept
    assert not table.abnormal[sorted(train)].any()
    assert len(train) == (kept - split.abnormal.sum()) // 2
    assert (table.abnormal[split.test[:, 0].astype(int)] == split.abnormal).all()


def test_a_seed_gives_the_same_rows_and_another_gives_others():
    table = made(200, 20)
    assert (table.split(3).train == table.split(3).train).all()
    assert numbers(table.split(3).train) != numbers(table.split(4).train)


def test_rows_of_the_file_are_not_taken_in_its_order():
    train = made(1000, 20).split(0).train[:, 0]
    assert not (np.diff(train) > 0).all()
    assert train.max() > 900


@given(normal=st.integers(20, 300), abnormal=st.integers(1, 100), seed=st.integers(0, 20))
def test_hidden_anomalies_replace_training_rows_and_every_share_scores_the_same_rows(
    normal, abnormal, seed
):
    table = made(normal, abnormal)
    splits = {share: table.contaminated(seed, share) for share in HIDDEN}
    if 2 * round(max(HIDDEN) * (normal // 2)) > abnormal:
        assert set(splits.values()) == {None}
        return
    for share, split in splits.items():
        train = numbers(split.train)
        assert len(train) == len(split.train) == normal // 2
        assert table.abnormal[sorted(train)].sum() == round(share * (normal // 2))
        assert not train & numbers(split.test)
        assert (split.test == splits[0.0].test).all()
        assert split.abnormal.sum() >= abnormal / 2


def test_hidden_anomalies_do_not_stand_at_the_front():
    table = made(2000, 400)
    train = table.contaminated(0, 0.1).train[:, 0].astype(int)
    places = np.flatnonzero(table.abnormal[train])
    assert len(places) == 100
    assert 400 < places.mean() < 600


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("ISTHMUS_BENCH_DATA", str(tmp_path))
    return tmp_path


def test_a_set_is_read_from_its_file_and_named_without_its_number(folder):
    np.savez(folder / "22_magic.gamma.npz", X=[[1, 2], [3, 4]], y=[0, 1])
    ((name, path),) = protocol.files().items()
    table = Table.read(path)
    assert name == table.name == "magic.gamma"
    assert table.rows.tolist() == [[1.0, 2.0], [3.0, 4.0]]
    assert table.abnormal.tolist() == [False, True]


def test_small_sets_come_first(folder):
    for name, count in (("1_large", 5000), ("2_small", 2)):
        np.savez(folder / f"{name}.npz", X=np.zeros((count, 3)), y=np.zeros(count))
    assert list(protocol.files()) == ["small", "large"]


def test_a_folder_without_sets_is_named(folder):
    with pytest.raises(SystemExit, match=r"no \.npz files; name their folder"):
        protocol.files()


def test_tuning_and_confirming_sets_are_eleven_each_of_the_sets_that_are_here(monkeypatch):
    monkeypatch.delenv("ISTHMUS_BENCH_DATA", raising=False)
    if not protocol.DEFAULT_FOLDER.is_dir():
        pytest.skip("the sets of ADBench are not here")
    names = set(protocol.files())
    assert len(names) == 22
    assert len(names & set(protocol.TUNING)) == len(protocol.TUNING) == 11
