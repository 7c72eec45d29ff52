"""Heat maps to look at are whole files, drawn side by side, and replace nothing unasked."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from made_images import HEIGHT, WIDTH, normal_images, scorer, with_patch
from PIL import Image

from isthmus.errors import FileAccessError
from isthmus.options import RowOptions
from isthmus.read import open_source
from isthmus.schema import Column, ImageForm, Schema
from isthmus.scoring.explain import PictureView, stream_views
from isthmus.scoring.explain.captions import NARROWEST, SCALE, TITLE
from isthmus.scoring.explain.overlay import (
    GAP,
    HOTTEST,
    claim_folder,
    drawing,
    panels,
    save_view,
    titled,
)


def views(images: np.ndarray, channels: int = 1) -> list[PictureView]:
    return [*stream_views(scorer(channels), open_source(images), RowOptions())]


@pytest.mark.parametrize("channels", [1, 3])
def test_three_panels_stand_side_by_side(channels: int) -> None:
    images = with_patch(normal_images(1, 5, channels))
    (view,) = views(images, channels)
    drawn = drawing(view, scorer(channels).schema)
    factor = 224 // HEIGHT
    width = WIDTH * factor
    assert drawn.shape == (HEIGHT * factor, 3 * width + 2 * GAP, 3)
    assert drawn.dtype == np.uint8
    original = drawn[::factor, :width:factor]
    assert np.array_equal(original, images.reshape(HEIGHT, WIDTH, -1) * np.ones(3, np.uint8))
    heat = drawn[::factor, 2 * (width + GAP) :: factor].astype(int)
    assert heat[2:5, 6:9].mean() > 2 * heat.mean()


def test_what_is_no_bytes_is_drawn_between_the_extremes_of_training() -> None:
    column = Column(name="grey", minimum=-2.0, maximum=2.0)
    form = ImageForm(height=1, width=3, channels=1)
    schema = Schema(kind="image", columns=(column,), image=form)
    image = np.array([[[-2.0], [0.0], [np.nan]]])
    drawn = drawing(PictureView(0, image, image, np.full((1, 3), np.nan)), schema)
    factor = 224 // 3
    assert drawn[0, : 3 * factor : factor, 0].tolist() == [0, 128, 0]


def test_of_pairs_the_target_is_drawn() -> None:
    names = ("grey", "target red", "target green", "target blue")
    columns = tuple(
        Column(name=name, minimum=0, maximum=255, target=name != "grey") for name in names
    )
    form = ImageForm(height=1, width=2, channels=4)
    schema = Schema(kind="image", columns=columns, image=form)
    image = np.array([[[9, 10, 20, 30], [9, 40, 50, 60]]], np.float32)
    drawn = drawing(PictureView(0, image, image, np.ones((1, 2))), schema)
    factor = 224 // 2
    assert drawn[0, : 2 * factor : factor].tolist() == [[10, 20, 30], [40, 50, 60]]


def test_a_file_is_written_whole_and_replaced_only_if_that_is_asked(tmp_path: Path) -> None:
    (view,) = views(normal_images(1))
    path = save_view(str(tmp_path), view, scorer().schema, force=False)
    assert path.name == "row-0.png"
    assert np.array_equal(np.asarray(Image.open(path)), titled(view, scorer().schema))
    with pytest.raises(FileAccessError, match="exists already"):
        save_view(str(tmp_path), view, scorer().schema, force=False)
    save_view(str(tmp_path), view, scorer().schema, force=True)
    assert [file.name for file in tmp_path.iterdir()] == ["row-0.png"]


def test_titles_stand_over_the_panels_and_a_scale_below() -> None:
    (view,) = views(with_patch(normal_images(1)))
    drawn, (original, rebuilt, heat) = (make(view, scorer().schema) for make in (titled, panels))
    height, width = original.shape[:2]
    assert drawn.shape == (TITLE + height + SCALE, 3 * width + 2 * GAP, 3)
    for place, panel in enumerate((original, rebuilt, heat)):
        left = place * (width + GAP)
        assert np.array_equal(drawn[TITLE : TITLE + height, left : left + width], panel)
        assert drawn[:TITLE, left : left + width].min() < 128  # some ink
    scale = drawn[TITLE + height + 8, -width:].astype(int)
    assert scale[0].tolist() == [0, 0, 0] and scale[-1].tolist() == [255, 255, 120]


def test_titles_of_narrow_images_do_not_run_into_each_other() -> None:
    column = Column(name="grey", minimum=0, maximum=255)
    schema = Schema(
        kind="image", columns=(column,), image=ImageForm(height=300, width=2, channels=1)
    )
    image = np.zeros((300, 2, 1))
    drawn = titled(PictureView(0, image, image, np.ones((300, 2))), schema)
    assert drawn.shape[1] == 3 * NARROWEST + 2 * GAP


@pytest.mark.parametrize(("hottest", "usual"), [(406.0, 3.0), (406.0, 4.0), (1.0, 1.0)])
def test_usual_error_is_dark_beside_a_hot_patch(hottest: float, usual: float) -> None:
    column = Column(name="grey", minimum=0, maximum=255)
    schema = Schema(kind="image", columns=(column,), image=ImageForm(height=9, width=9, channels=1))
    image, heat = np.full((9, 9, 1), 90.0), np.full((9, 9), usual)
    heat[4, 4] = hottest
    drawn = panels(PictureView(0, image, image, heat), schema)[2][:: 224 // 9, :: 224 // 9]
    assert (drawn[0, 0] == 45).all()
    assert drawn[4, 4].tolist() == ([255, 255, 120] if hottest > HOTTEST else [45, 45, 45])


def test_a_file_is_named_like_its_image(tmp_path: Path) -> None:
    (tmp_path / "in" / "a").mkdir(parents=True)
    for name, image in zip(("a/x.bmp", "y.png"), normal_images(2), strict=True):
        Image.fromarray(image).save(tmp_path / "in" / name)
    source = open_source(tmp_path / "in")
    (last,) = stream_views(scorer(), source, RowOptions(), [1])
    both = [*stream_views(scorer(), source, RowOptions())]
    assert [view.name for view in (last, *both)] == ["y.png", "a/x.bmp", "y.png"]
    folder = tmp_path / "maps"
    saved = [save_view(str(folder), view, scorer().schema, force=False) for view in both]
    assert [path.relative_to(folder).as_posix() for path in saved] == ["a/x.bmp.png", "y.png"]
    (one,) = stream_views(scorer(), open_source(tmp_path / "in" / "a" / "x.bmp"), RowOptions())
    assert one.name == "x.bmp"


def test_a_folder_is_made_and_one_that_holds_anything_is_refused(tmp_path: Path) -> None:
    claim_folder(str(tmp_path / "new"), force=False)
    claim_folder(str(tmp_path / "new"), force=False)
    (tmp_path / "new" / "file").write_text("mine")
    with pytest.raises(FileAccessError, match="is not empty"):
        claim_folder(str(tmp_path / "new"), force=False)
    claim_folder(str(tmp_path / "new"), force=True)
    assert (tmp_path / "new" / "file").read_text() == "mine"
    with pytest.raises(FileAccessError, match="is a file, a directory was expected"):
        claim_folder(str(tmp_path / "new" / "file"), force=True)
    with pytest.raises(FileAccessError, match="does not exist"):
        claim_folder(str(tmp_path / "none" / "new"), force=False)
