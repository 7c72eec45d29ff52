"""Which rows play which part."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from small import made_up_images, material_of, use_made_up_images

from isthmus.errors import DataError, FileAccessError, UsageError
from isthmus.recipes import NAMES, load
from isthmus.recipes.material import material
from isthmus.recipes.recipe import DataOf, RowSet


def test_the_split_of_the_guide_is_that_of_the_article() -> None:
    rows = material_of("ecg-guide")
    published = load("ecg-guide").published
    assert len(rows.of("training")) == 4000
    assert len(rows.of("normal training")) == 2356
    normal = len(rows.of("normal test"))
    assert (normal, len(rows.of("test")) - normal) == (published.normal, published.abnormal)


def test_the_other_split_has_575_normal_test_beats() -> None:
    for name in ("ecg-batchnorm", "ecg-lab"):
        assert len(material_of(name).of("normal test")) == 575


@pytest.mark.parametrize("name", NAMES)
def test_training_and_test_are_apart_and_normal_parts_are_their_normal_rows(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_made_up_images(monkeypatch)
    rows = material_of(name)
    assert not np.intersect1d(rows.of("training"), rows.of("test")).size
    assert len(rows.of("training")) + len(rows.of("test")) == len(rows.rows)
    for part in ("training", "test"):
        whole = rows.of(part)  # type: ignore[arg-type]
        own = rows.of(f"normal {part}")  # type: ignore[arg-type]
        assert np.array_equal(own, whole[rows.is_normal[whole]])
    assert not len(rows.of("nothing"))
    assert set(np.unique(rows.classes)) <= set(rows.class_names)
    for part in get_args(RowSet):
        assert rows.first(9).of(part).tolist() == (
            rows.of(part).tolist()
            if "training" not in part
            else [row for row in rows.training[:9] if part == "training" or rows.is_normal[row]]
        )


def test_images_are_rows_of_their_pixels_as_they_come(monkeypatch: pytest.MonkeyPatch) -> None:
    use_made_up_images(monkeypatch)
    held, rows = made_up_images(), material_of("mnist-conv")
    assert rows.image == (28, 28)
    assert rows.rows.dtype == np.float32
    assert np.array_equal(rows.rows[rows.test].reshape(-1, 28, 28), held.test_images)
    assert rows.is_normal.all()
    assert np.array_equal(material_of("fashion-held-out").is_normal, rows.classes < 5)


def test_a_path_for_data_that_ship_is_refused() -> None:
    with pytest.raises(UsageError, match="ecg5000 comes with isthmus"):
        material(load("ecg-guide").data, "elsewhere")


def test_data_that_are_not_there_are_named_with_the_command_that_gets_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ISTHMUS_CACHE", str(tmp_path))
    for name, data in (("mnist-conv", "mnist"), ("fashion-held-out", "fashion-mnist")):
        with pytest.raises(FileAccessError, match=f"isthmus datasets get {data}"):
            material(load(name).data)
        with pytest.raises(FileAccessError, match="not there"):
            material(load(name).data, str(tmp_path))


def test_a_class_that_does_not_exist_leaves_no_normal_rows() -> None:
    with pytest.raises(DataError, match="no normal training and no normal test rows"):
        material(DataOf(set="ecg5000", normal=(9,)))
