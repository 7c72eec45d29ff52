"""Of an alarm of images it is said where it lies: planted patches are found and named."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import made_images
import numpy as np
import pytest
from made_images import HEIGHT, WIDTH, normal_images, scorer, with_patch
from PIL import Image

from isthmus.errors import DataError, UsageError
from isthmus.options import RowOptions
from isthmus.read import open_source
from isthmus.read.images import files
from isthmus.read.images.decode import decode
from isthmus.schema import ImageForm
from isthmus.scoring.explain import Explanation, Region, as_text, stream_views
from isthmus.scoring.explain.explanation import Cell
from isthmus.scoring.explain.heat import by_pixel, heat, usual_by_pixel
from isthmus.scoring.explain.picture_words import place, position, regions_sentence


def first(images: np.ndarray, channels: int = 1, top: int = 3) -> Explanation:
    return scorer(channels).explain(images, rows=[0], top=top)[0]


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(("value", "direction"), [(255, "above"), (0, "below")])
def test_a_planted_patch_is_the_first_region(channels: int, value: int, direction: str) -> None:
    images = with_patch(normal_images(4, 9, channels), value)
    found = scorer(channels).explain(images)
    assert [one.row for one in found] == [0, 1, 2, 3]
    for one in found:
        worst = one.regions[0]
        assert abs(worst.top - 2) <= 1 and abs(worst.top + worst.height - 5) <= 1
        assert abs(worst.left - 6) <= 1 and abs(worst.left + worst.width - 9) <= 1
        assert worst.share > 0.5
        assert worst.observed == pytest.approx(value, abs=40)
        assert 2 <= worst.peak.place // channels // WIDTH <= 4
        assert one.is_anomaly
        if channels == 1:
            assert worst.direction == direction
            word = {"above": "brighter", "below": "darker"}[direction]
            assert f"right) are {word} than expected ({worst.observed:.0f}, " in one.sentence


def test_of_several_channels_the_one_that_is_furthest_off_is_described() -> None:
    images = normal_images(4, 9, 3)
    images[:, 2:5, 6:9] = 255, 0, 0  # which is darker, taken together
    made = scorer(3).reconstruct(images).reshape(images.shape)
    for one in scorer(3).explain(images, rows=range(4)):
        worst = one.regions[0]
        inside = slice(worst.top, worst.top + worst.height), slice(worst.left, worst.left + 3)
        apart = np.abs(images[one.row] - made[one.row])[inside].sum(axis=(0, 1))
        assert worst.channel == ("red", "green", "blue")[int(apart.argmax())]
        assert worst.observed == pytest.approx(255 if worst.channel == "red" else 0, abs=40)
        assert worst.direction == ("above" if worst.channel == "red" else "below")
        much = "more" if worst.channel == "red" else "less"
        shown = f"have {much} {worst.channel} than expected ({worst.channel} {worst.observed:.0f}, "
        assert shown in one.sentence
        assert f"{worst.channel} {worst.observed:.0f} " in str(scorer(3).explain(images))
    table = scorer(3).explain(images).to_arrow()
    assert set(table["channel"].to_pylist()) <= {"red", "green", "blue"}
    assert scorer().explain(with_patch(normal_images(1)), rows=[0])[0].regions[0].channel is None


def test_a_table_names_a_single_line_once() -> None:
    one = replace(first(with_patch(normal_images(1, 3))), regions=(region(6, 0, 1, 9),))
    line = as_text(one).rstrip().splitlines()[-1]
    assert line.split()[:4] == ["6", "0", "to", "8"]


def test_regions_do_not_overlap_and_are_ordered_by_their_share() -> None:
    images = with_patch(normal_images(1, 5))
    images[:, 9:11, 0:2] = 0
    regions = first(images, top=9).regions
    shares = [region.share for region in regions]
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) <= 1 + 1e-9
    assert len(regions) >= 2
    assert {(r.top >= 8, r.left <= 2) for r in regions[:2]} == {(True, True), (False, False)}
    assert len(first(images, top=1).regions) == 1


def test_a_normal_image_has_the_pixel_that_is_furthest_off() -> None:
    calm = normal_images(30, 77)
    for one in scorer().explain(calm, rows=range(30)):
        assert len(one.regions) >= 1
        assert one.sentence.startswith(f"row {one.row}: ")


def test_an_image_that_is_off_everywhere_is_one_region() -> None:
    region = first(np.full((1, HEIGHT, WIDTH), 255, np.uint8)).regions[0]
    assert region.height * region.width > 0.7 * HEIGHT * WIDTH
    assert region.direction == "above"


def test_what_comes_as_json_and_as_a_table_says_the_same() -> None:
    images = with_patch(normal_images(3, 3))
    found = scorer().explain(images)
    as_json = json.loads(json.dumps(found.as_json(), allow_nan=False))
    table = found.to_arrow()
    lines = [(one["row"], region) for one in as_json for region in one["regions"]]
    assert table.num_rows == len(lines) == sum(len(one.regions) for one in found)
    for line, (row, region) in zip(table.to_pylist(), lines, strict=True):
        assert line["row"] == row
        for name in ("top", "left", "height", "width", "direction"):
            assert line[name] == region[name]
        for name in ("times", "share", "observed", "expected"):
            assert line[f"region_{name}"] == region[name]
        assert line["cell"] == region["peak"]["name"]
        assert line["cell"].startswith("line ")
    assert all(not one["cells"] and not one["intervals"] for one in as_json)


def test_the_text_shows_a_table_of_regions() -> None:
    text = str(scorer().explain(with_patch(normal_images(1, 3))))
    assert "lines " in text and "of excess error" in text and "expected" in text


def test_images_explained_alone_and_together_are_the_same() -> None:
    images = with_patch(normal_images(9, 4))
    together = scorer().explain(images)
    for place_of, one in enumerate(together):
        alone = scorer().explain(images[place_of : place_of + 1])[0]
        assert replace(one, row=0, sentence="") == replace(alone, sentence="")


def test_gaps_lie_nowhere() -> None:
    images = normal_images(1, 6).astype(np.float32)
    images[0, 2:5, 6:9] = np.nan
    one = first(images)
    assert all(region.direction in ("above", "below", "both") for region in one.regions)
    json.dumps(one.as_json(), allow_nan=False)


def test_an_image_that_cannot_be_scored_says_which_pixel_is_to_blame() -> None:
    images = normal_images(2, 6).astype(np.float32)
    images[1, 3, 4] = np.inf
    found = scorer().explain(images, rows=[0, 1])
    (invalid,) = found.invalid
    assert "the pixel in line 3, column 4 is infinite" in invalid.sentence
    assert invalid.as_json()["regions"] == []


def test_heat_is_about_one_in_normal_images_and_high_in_a_patch() -> None:
    images = normal_images(40, 8)
    calm = scorer().heat_maps(images)
    assert calm.shape == (40, HEIGHT, WIDTH)
    assert calm.dtype == np.float32
    assert 0.3 < calm.mean() < 3
    hot = scorer().heat_maps(with_patch(images))
    assert hot[:, 2:5, 6:9].mean() > 10 * calm.mean()


def test_heat_maps_of_some_images_are_those_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    images = normal_images(9, 8)
    whole = scorer().heat_maps(images)
    monkeypatch.setattr("isthmus.read.images.rows.MOST_ROWS", 4)
    assert np.array_equal(scorer().heat_maps(images), whole)
    assert np.array_equal(scorer().heat_maps(images, rows=[7, 2]), whole[[2, 7]])
    assert scorer().heat_maps(images, rows=[]).shape == (0, HEIGHT, WIDTH)


def test_of_files_only_those_are_decoded_whose_heat_is_wanted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    images = normal_images(9, 8)
    for number, image in enumerate(images):
        Image.fromarray(image).save(tmp_path / f"{number}.png")
    whole, opened = scorer().heat_maps(tmp_path), []
    monkeypatch.setattr(
        files, "decode", lambda file, most: opened.append(file) or decode(file, most)
    )
    assert np.array_equal(scorer().heat_maps(tmp_path, rows=[7, 2]), whole[[2, 7]])
    assert len(opened) == 2
    source = open_source(tmp_path)
    views = stream_views(scorer(), source, RowOptions(), [7, 2])
    assert [view.row for view in views] == [2, 7]
    assert scorer().heat_maps(tmp_path, rows=[]).shape == (0, HEIGHT, WIDTH)
    with pytest.raises(DataError, match="there is no row 9; it has 9"):
        scorer().heat_maps(tmp_path, rows=[9])


def test_heat_maps_need_images_and_rows_that_are_there() -> None:
    from beats import quick_scorer

    with pytest.raises(UsageError, match="heat maps are made of images"):
        quick_scorer().heat_maps(np.zeros((2, 140)))
    with pytest.raises(DataError, match="there is no row 5; it has 2"):
        scorer().heat_maps(normal_images(2), rows=[0, 5])
    with pytest.raises(UsageError, match="numbers from 0 were expected, got -1"):
        scorer().heat_maps(normal_images(2), rows=[-1])


def test_an_image_without_a_score_has_no_heat() -> None:
    images = normal_images(2, 6).astype(np.float32)
    images[1, 3, 4] = np.inf
    maps = scorer().heat_maps(images)
    assert np.isnan(maps[1]).all() and np.isfinite(maps[0]).all()


def test_errors_of_channels_add_up() -> None:
    form = ImageForm(height=2, width=1, channels=3)
    cells = np.array([1.0, 2, 3, 10, 20, 30])
    assert by_pixel(cells, form).tolist() == [[6.0], [60.0]]
    usual = usual_by_pixel(np.array([0.0, 0, 0, 1, 1, 2]), form)
    assert usual.tolist() == [[0.2], [4.0]]
    assert heat(cells, usual, form).tolist() == [[30.0], [15.0]]


FORM = ImageForm(height=30, width=30, channels=1)
PEAK = Cell("line 1, column 1", 1, 9.0, 1.0, 1.0, 1.0, 9.0, 0.5, 0.01, "off")


def region(top: int, left: int, height: int, width: int) -> Region:
    return Region(top, left, height, width, 9.0, 0.5, "above", 212.3, 35.2, PEAK)


@pytest.mark.parametrize(
    ("rectangle", "where"),
    [
        ((0, 0, 3, 3), "upper left"),
        ((0, 13, 3, 3), "top"),
        ((0, 27, 3, 3), "upper right"),
        ((13, 0, 3, 3), "left"),
        ((13, 13, 3, 3), "centre"),
        ((13, 27, 3, 3), "right"),
        ((27, 0, 3, 3), "lower left"),
        ((27, 13, 3, 3), "bottom"),
        ((27, 27, 3, 3), "lower right"),
        ((2, 2, 25, 26), "nearly the whole image"),
        ((0, 0, 30, 30), "the whole image"),
        ((0, 0, 30, 5), "left"),
    ],
)
def test_a_place_has_its_word(rectangle: tuple[int, int, int, int], where: str) -> None:
    assert position(region(*rectangle), FORM) == where


def test_places_are_written_in_the_singular_where_there_is_one() -> None:
    assert place(region(3, 12, 7, 9)) == "lines 3 to 9, columns 12 to 20"
    assert place(region(3, 12, 1, 1)) == "line 3, column 12"


def test_the_sentence_says_where_what_and_how_much() -> None:
    regions = [region(3, 21, 7, 9), region(27, 0, 1, 2)]
    assert regions_sentence(5, regions, FORM, "clear", True) == (
        "row 5: lines 3 to 9, columns 21 to 29 (upper right) are brighter than expected (212, "
        "expected 35), 50 % of the excess error; also off: line 27, columns 0 to 1"
    )
    assert regions_sentence(5, regions[:1], FORM, "many", True) == (
        "row 5: many pixels are a little off, first of all lines 3 to 9, columns 21 to 29 (upper "
        "right), which are brighter than expected (212, expected 35)"
    )
    assert regions_sentence(5, regions, FORM, "exact", True) == (
        "row 5: every pixel is exactly as expected"
    )


def test_the_model_of_these_tests_is_one_of_images() -> None:
    form = made_images.scorer().schema.image
    assert form == ImageForm(height=HEIGHT, width=WIDTH, channels=1)
    assert made_images.scorer().probe() == 0.0
