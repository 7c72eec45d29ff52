"""The shipped beats: their bytes, their counts, their distance from the originals."""

from __future__ import annotations

import hashlib
import runpy
from dataclasses import FrozenInstanceError
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from isthmus.datasets import Ecg5000, load_ecg5000

PROJECT = Path(__file__).parents[2]
SOURCE = PROJECT.parent / "shared" / "data" / "ecg5000" / "ecg5000.npz"
SHA_256 = "3487461b10556ce900b679371d830828d30f5579dfcdc82f094254b767fc660e"
needs_source = pytest.mark.skipif(
    not SOURCE.exists(), reason="the archive's own values are not here: shared/data/ecg5000"
)


@pytest.fixture(scope="module")
def ecg() -> Ecg5000:
    return load_ecg5000()


@pytest.fixture(scope="module")
def make_ecg5000() -> dict[str, Any]:
    return runpy.run_path(str(PROJECT / "benchmarks" / "make_ecg5000.py"))


def test_the_shipped_file_is_the_pinned_one() -> None:
    content = resources.files("isthmus.datasets").joinpath("ecg5000.npz").read_bytes()
    assert hashlib.sha256(content).hexdigest() == SHA_256
    assert len(content) < 1_200_000


def test_source_citation_and_licence_lie_beside_the_file() -> None:
    text = resources.files("isthmus.datasets").joinpath("ecg5000.md").read_text("utf-8")
    for word in ("UCR", "PhysioNet", "chf07", "Goldberger", "Baim", "Dau", "ODC-By", "Licence"):
        assert word in text


def test_shapes_and_types(ecg: Ecg5000) -> None:
    assert (ecg.beats.shape, ecg.beats.dtype) == ((5000, 140), np.float32)
    assert (ecg.classes.shape, ecg.classes.dtype) == ((5000,), np.int8)
    assert (ecg.is_normal.shape, ecg.is_normal.dtype) == ((5000,), np.bool_)
    assert np.isfinite(ecg.beats).all()


def test_class_counts_are_the_published_ones(ecg: Ecg5000) -> None:
    assert np.bincount(ecg.classes, minlength=6).tolist() == [0, 2919, 1767, 96, 194, 24]
    official = ecg.classes[: ecg.official_training]
    assert np.bincount(official, minlength=6).tolist() == [0, 292, 177, 10, 19, 2]
    assert ecg.is_normal.sum() == 2919
    assert sorted(ecg.class_names) == [1, 2, 3, 4, 5]


def test_the_first_beats_begin_as_published(ecg: Ecg5000) -> None:
    np.testing.assert_allclose(ecg.beats[0, :3], [-0.113, -2.827, -3.774], atol=1e-6)
    np.testing.assert_allclose(ecg.beats[1, :3], [-1.101, -3.997, -4.286], atol=1e-6)


def test_two_calls_share_no_memory(ecg: Ecg5000) -> None:
    again = load_ecg5000()
    again.beats[:] = 0
    again.classes[:] = 0
    assert ecg.beats.any()
    assert load_ecg5000().classes.all()
    with pytest.raises(FrozenInstanceError):
        again.official_training = 1


@needs_source
def test_rounding_is_at_most_half_a_thousandth(ecg: Ecg5000) -> None:
    with np.load(SOURCE, allow_pickle=False) as source:
        original = np.concatenate([source["x_train"], source["x_test"]]).astype(np.float64)
        classes = np.concatenate([source["y_train"], source["y_test"]])
    thousandths = np.rint(ecg.beats.astype(np.float64) * 1000)
    assert np.abs(thousandths / 1000 - original).max() <= 0.0005
    float32_rounding = np.spacing(np.float32(np.abs(original).max())) / 2
    assert np.abs(ecg.beats.astype(np.float64) - original).max() <= 0.0005 + float32_rounding
    assert (ecg.classes == classes).all()


@needs_source
def test_the_maker_gives_the_shipped_arrays_and_the_same_bytes_twice(
    make_ecg5000: dict[str, Any], tmp_path: Path
) -> None:
    first, second = tmp_path / "first.npz", tmp_path / "second.npz"
    assert make_ecg5000["main"]([str(SOURCE), str(first)]) == 0
    assert make_ecg5000["main"]([str(SOURCE), str(second)]) == 0
    assert first.read_bytes() == second.read_bytes()
    shipped = resources.files("isthmus.datasets").joinpath("ecg5000.npz")
    with shipped.open("rb") as file, np.load(file) as stored, np.load(first) as made:
        assert list(made) == list(stored)
        for name in stored:
            assert made[name].dtype == stored[name].dtype
            np.testing.assert_array_equal(made[name], stored[name])


def test_the_maker_rounds_to_the_nearest_thousandth_and_puts_training_rows_first(
    make_ecg5000: dict[str, Any], tmp_path: Path
) -> None:
    np.savez(
        tmp_path / "source.npz",
        x_train=np.array([[1.23449, -1.23449]], np.float32),
        x_test=np.array([[-0.0006, 0.0004]], np.float32),
        y_train=np.array([1], np.uint8),
        y_test=np.array([5], np.uint8),
    )
    (tmp_path / "packed.npz").write_bytes(make_ecg5000["packed"](tmp_path / "source.npz"))
    with np.load(tmp_path / "packed.npz") as packed:
        assert packed["thousandths"].tolist() == [[1234, -1234], [-1, 0]]
        assert packed["classes"].tolist() == [1, 5]


def test_the_maker_explains_itself_when_called_wrongly(
    make_ecg5000: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert make_ecg5000["main"]([]) == 2
    assert "SOURCE" in capsys.readouterr().err
