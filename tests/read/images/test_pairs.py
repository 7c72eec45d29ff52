"""Pairs of images: the channels of the target stand behind those of the image."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from isthmus.errors import DataError, FileAccessError, UsageError
from isthmus.options import ReadOptions, RowOptions
from isthmus.read import open_source, read_rows, stream_rows
from isthmus.read.images.pairs import partners
from isthmus.training.prepare import prepare


def pairs_in(folder: Path, count: int = 12) -> tuple[Path, Path]:
    """Grey images, and the same in colour under the same names."""
    random = np.random.default_rng(0)
    grey, colour = folder / "grey", folder / "colour"
    for number in range(count):
        pixels = random.integers(0, 256, (6, 5, 3), np.uint8)
        for place, made, ending in ((colour, pixels, "png"), (grey, pixels[..., 1], "bmp")):
            (place / "a").mkdir(parents=True, exist_ok=True)
            Image.fromarray(made).save(place / "a" / f"{number:02d}.{ending}")
    return grey, colour


def read(grey: Path, colour: Path, columns: RowOptions | None = None):
    source = open_source(str(grey), ReadOptions(paired=str(colour)))
    return read_rows(source, columns or RowOptions())


def test_a_row_has_the_channels_of_both_and_knows_which_are_to_be_rebuilt(tmp_path):
    grey, colour = pairs_in(tmp_path)
    rows = read(grey, colour)
    assert rows.names == ("grey", "target red", "target green", "target blue")
    assert rows.targets == rows.names[1:]
    assert (rows.image.height, rows.image.width, rows.image.channels) == (6, 5, 4)
    pixels = rows.values.reshape(-1, 6, 5, 4)
    for number in (0, 11):
        expected = np.asarray(Image.open(colour / "a" / f"{number:02d}.png"))
        assert np.array_equal(pixels[number, ..., 1:], expected)
        assert np.array_equal(pixels[number, ..., 0], expected[..., 1])


def test_a_detector_reads_pairs_in_batches_and_misses_targets_where_there_are_none(tmp_path):
    grey, colour = pairs_in(tmp_path)
    rows = read(grey, colour)
    schema = prepare(rows, RowOptions()).schema
    assert [column.target for column in schema.columns] == [False, True, True, True]
    source = open_source(str(grey), ReadOptions(paired=str(colour)))
    (again,) = stream_rows(source, RowOptions(), schema)
    assert np.array_equal(again.values, rows.values)
    (alone,) = stream_rows(open_source(str(grey)), RowOptions(), schema)
    pixels = alone.values.reshape(-1, 6, 5, 4)
    assert np.isnan(pixels[..., 1:]).all()
    assert np.array_equal(pixels[..., 0], again.values.reshape(-1, 6, 5, 4)[..., 0])


def test_targets_of_another_size_are_brought_to_that_of_the_images(tmp_path):
    grey, colour = pairs_in(tmp_path)
    for path in (colour / "a").iterdir():
        Image.open(path).resize((20, 24)).save(path)
    rows = read(grey, colour)
    assert rows.image.cells == 6 * 5 * 4
    (said,) = [said for said in rows.decisions if "targets: " in said]
    assert "targets: 6 x 5 (brought to the size of the images), red" in said
    assert "12 of 12 images were not 6 x 5 and were stretched to it" in said
    assert "as asked" not in said


def test_images_without_a_partner_are_named(tmp_path):
    grey, colour = pairs_in(tmp_path)
    (colour / "a" / "03.png").unlink()
    Image.open(colour / "a" / "04.png").save(colour / "a" / "04.bmp")
    with pytest.raises(DataError) as caught:
        read(grey, colour)
    first, second = caught.value.problems
    assert "one image named like a/03.bmp was expected, there is none" in first
    assert "named like a/04.bmp was expected, a/04.bmp and a/04.png are there" in second


def test_many_images_without_a_partner_are_counted():
    files = [Path(f"{number}.png") for number in range(14)]
    with pytest.raises(DataError, match="and 4 more such images"):
        partners(files, [], "there")


def test_a_target_that_cannot_be_read_is_refused_in_training_and_invalid_in_scoring(tmp_path):
    grey, colour = pairs_in(tmp_path)
    schema = prepare(read(grey, colour), RowOptions()).schema
    (colour / "a" / "05.png").write_bytes(b"no image")
    with pytest.raises(DataError, match=r"05\.png"):
        read(grey, colour)
    source = open_source(str(grey), ReadOptions(paired=str(colour)))
    (rows,) = stream_rows(source, RowOptions(), schema)
    assert list(rows.unusable) == [5]
    assert rows.unusable[5].startswith("its target: ")


def test_a_folder_of_targets_that_is_not_there_is_named(tmp_path):
    grey, _ = pairs_in(tmp_path)
    with pytest.raises(FileAccessError, match="there is no such folder"):
        read(grey, tmp_path / "nowhere")


def test_pairs_and_named_targets_exclude_each_other(tmp_path):
    with pytest.raises(UsageError, match="one of them was expected"):
        read(*pairs_in(tmp_path), RowOptions(target=("red",)))


def test_pairs_are_for_folders_alone(tmp_path):
    grey, colour = pairs_in(tmp_path)
    with pytest.raises(UsageError, match=r"00\.bmp is none"):
        open_source(str(grey / "a" / "00.bmp"), ReadOptions(paired=str(colour)))
