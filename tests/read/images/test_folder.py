"""A folder tree of images: what is found, in which order, and what is said of the rest."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np
import pytest
from image_files import BROKEN, COLOURS, GREY, PNG, encoded

from isthmus.errors import FileAccessError, SchemaError, UnreadableDataError, UsageError
from isthmus.options import ReadOptions, RowOptions
from isthmus.read import Source, open_source, read_rows, stream_rows
from isthmus.schema import Column, ImageForm, Schema


def put(root: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
    return root


def names(source: Source) -> list[str]:
    return source.beside["file"].to_pylist()


def knowing(form: ImageForm) -> Schema:
    channels = ("grey",) if form.channels == 1 else ("red", "green", "blue")
    columns = tuple(Column(name=name, minimum=0, maximum=255) for name in channels)
    aside = {"file": "id", "class": "label"}
    return Schema(kind="image", columns=columns, image=form, set_aside=aside)


SMALL = knowing(ImageForm(height=8, width=6, channels=3))


def test_the_class_is_the_folder_below_the_root_and_the_id_the_path(tmp_path: Path) -> None:
    files = dict.fromkeys(["good/b.png", "good/a.png", "bad/deep/er/c.jpg", "top.bmp"], PNG)
    source = open_source(put(tmp_path, files))
    assert names(source) == ["bad/deep/er/c.jpg", "good/a.png", "good/b.png", "top.bmp"]
    assert source.beside["class"].to_pylist() == ["bad", "good", "good", None]
    assert source.decisions == (f"{tmp_path}: 4 images in 2 classes: bad (1), good (2)",)


def test_without_folders_there_is_no_class(tmp_path: Path) -> None:
    source = open_source(put(tmp_path, {"a.png": PNG, "b.PNG": PNG}))
    assert source.columns == ("file",)
    assert names(source) == ["a.png", "b.PNG"]


def test_ids_and_labels_come_apart_from_the_pixels(tmp_path: Path) -> None:
    put(tmp_path, {"x/1.png": PNG, "y/2.png": encoded(255 - COLOURS, "PNG")})
    rows = read_rows(open_source(tmp_path), RowOptions(label="class", normal=("x",)))
    assert rows.values.dtype == np.float32
    assert np.array_equal(rows.values, np.stack([COLOURS, 255 - COLOURS]).reshape(2, -1))
    assert rows.labels is not None
    assert rows.labels.to_pylist() == ["x", "y"]
    assert rows.ids.to_pydict() == {"file": ["x/1.png", "y/2.png"]}
    assert rows.image == ImageForm(height=8, width=6, channels=3)
    assert (rows.names, rows.set_aside) == (
        ("red", "green", "blue"),
        {"class": "label", "file": "id"},
    )


def test_classes_that_nobody_asked_for_are_said_to_be_no_features(tmp_path: Path) -> None:
    rows = read_rows(open_source(put(tmp_path, {"x/1.png": PNG, "y/2.png": PNG})), RowOptions())
    assert rows.labels is None
    assert any("--label class --normal ..." in said for said in rows.decisions)


def test_what_is_passed_over_is_counted(tmp_path: Path) -> None:
    others = ["a.txt", "b.txt", "Thumbs.db", "README", "c.gif", ".hidden.png", ".git/x.png"]
    source = open_source(put(tmp_path, dict.fromkeys([*others, "ok.png"], PNG)))
    assert names(source) == ["ok.png"]
    assert source.decisions[1:] == (
        f"{tmp_path}: passed over: 2 .txt, 1 without ending, 1 .db, 1 .gif, which are named like "
        "no image",
        f"{tmp_path}: passed over: 2 hidden (the name begins with a dot)",
    )


def test_a_folder_that_is_named_like_an_image_is_a_folder(tmp_path: Path) -> None:
    source = open_source(put(tmp_path, {"x.png/inside.png": PNG}))
    assert names(source) == ["x.png/inside.png"]


def test_a_folder_without_images_says_what_it_holds(tmp_path: Path) -> None:
    with pytest.raises(FileAccessError, match="is a directory, a file was expected"):
        open_source(tmp_path)
    with pytest.raises(FileAccessError, match=r"there is none in it \(2 \.txt\)"):
        open_source(put(tmp_path, {"a.txt": b"1", "b.txt": b"2"}))
    with pytest.raises(FileAccessError, match=r"folder of image files; there is none in it"):
        open_source(put(tmp_path, {"a.csv": b"1"}), ReadOptions(format="image"))
    with pytest.raises(FileAccessError, match="is a directory, a file was expected"):
        open_source(put(tmp_path / "own", {"a.png": PNG}), ReadOptions(format="csv"))


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights here")
def test_links_are_followed_and_loops_are_not(tmp_path: Path) -> None:
    root = put(tmp_path / "root", {"a/1.png": PNG})
    put(tmp_path / "elsewhere", {"2.png": PNG})
    (root / "b").symlink_to(tmp_path / "elsewhere")
    (root / "up").symlink_to(tmp_path)
    (root / "a" / "again").symlink_to(root)
    (root / "c.png").symlink_to(root / "a" / "1.png")
    source = open_source(root)
    assert names(source) == ["a/1.png", "b/2.png", "c.png"]
    assert source.decisions[-1] == f"{root}: passed over: 2 links to a folder that was read already"


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pipes here")
def test_files_that_cannot_be_read_have_reasons_and_none_hangs(tmp_path: Path) -> None:
    root = put(tmp_path, {"ok.png": PNG})
    (root / "broken.png").symlink_to("nowhere.png")
    (root / "self.png").symlink_to("self.png")
    os.mkfifo(root / "pipe.png")
    (batch,) = stream_rows(open_source(root), RowOptions(), SMALL)
    said = {name: batch.unusable.get(place) for place, name in enumerate(names(open_source(root)))}
    assert said["ok.png"] is None
    assert said["broken.png"] == "there is no such file"
    assert said["self.png"] is not None
    assert said["pipe.png"] == "is no file: a device, pipe or folder"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads all")
def test_a_folder_that_may_not_be_read_is_not_left_out(tmp_path: Path) -> None:
    root = put(tmp_path, {"ok.png": PNG, "closed/1.png": PNG})
    (root / "closed").chmod(0)
    with pytest.raises(FileAccessError, match="closed: could not be read"):
        open_source(root)


@pytest.mark.skipif(sys.platform != "linux", reason="names are texts here")
def test_a_name_that_is_no_text_is_shown_by_its_bytes(tmp_path: Path) -> None:
    with open(os.fsencode(tmp_path) + b"/caf\xe9.png", "wb") as file:  # noqa: PTH123
        file.write(PNG)
    assert names(open_source(tmp_path)) == ["caf\\xe9.png"]


def test_broken_images_are_named_together_where_one_learns(tmp_path: Path) -> None:
    put(tmp_path, {"fine.png": PNG} | {name: data for name, (data, _) in BROKEN.items()})
    with pytest.raises(UnreadableDataError) as failure:
        read_rows(open_source(tmp_path), RowOptions(size="8x6"))
    lines = str(failure.value).splitlines()
    assert len(lines) == 10 + 1 + 1
    for line, name in zip(lines, sorted(BROKEN)[:10], strict=False):
        assert line.startswith(f"{tmp_path / name}: {BROKEN[name][1]}")
    assert lines[10] == f"and {len(BROKEN) - 10} more images of {len(BROKEN) + 1}"


def test_a_folder_of_nothing_but_broken_images_is_refused(tmp_path: Path) -> None:
    put(tmp_path, {"empty.png": b""})
    with pytest.raises(UnreadableDataError, match=r"empty\.png: is empty"):
        read_rows(open_source(tmp_path), RowOptions())


def test_broken_images_are_unusable_rows_where_one_scores(tmp_path: Path) -> None:
    put(tmp_path, {"fine.png": PNG} | {name: data for name, (data, _) in BROKEN.items()})
    rows = read_rows(open_source(tmp_path), RowOptions(), SMALL)
    for place, name in enumerate(names(open_source(tmp_path))):
        if name == "fine.png":
            assert np.array_equal(rows.values[place], COLOURS.ravel())
        else:
            assert rows.unusable[place].startswith(BROKEN[name][1])
            assert np.isnan(rows.values[place]).all()
    assert len(rows.unusable) == len(BROKEN)


def test_batches_hold_the_same_rows_as_the_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    generator = np.random.default_rng(1)
    for place in range(7):
        image = generator.integers(0, 256, (8, 6, 3), dtype=np.uint8)
        put(
            tmp_path,
            {f"{place % 2}/{place}.png": b"no image" if place == 4 else encoded(image, "PNG")},
        )
    whole = read_rows(open_source(tmp_path), RowOptions(), SMALL)
    monkeypatch.setattr("isthmus.read.images.rows.MOST_ROWS", 3)
    parts = [*stream_rows(open_source(tmp_path), RowOptions(), SMALL)]
    assert [len(part.values) for part in parts] == [3, 3, 1]
    assert [part.first for part in parts] == [0, 3, 6]
    assert np.array_equal(np.concatenate([p.values for p in parts]), whole.values, equal_nan=True)
    again = read_rows(open_source(tmp_path), RowOptions(), SMALL)
    assert again.unusable == whole.unusable
    assert again.ids.equals(whole.ids)
    assert whole.labels is not None and again.labels is not None
    assert again.labels.to_pylist() == whole.labels.to_pylist()


def test_one_file_is_one_row(tmp_path: Path) -> None:
    put(tmp_path, {"one.png": PNG})
    rows = read_rows(open_source(tmp_path / "one.png"), RowOptions(), SMALL)
    assert np.array_equal(rows.values, COLOURS.reshape(1, -1))
    assert rows.ids.to_pydict() == {"file": [str(tmp_path / "one.png")]}


def test_an_image_is_known_by_its_first_bytes_too(tmp_path: Path) -> None:
    put(tmp_path, {"nameless": PNG})
    with (tmp_path / "nameless").open("rb") as file:
        assert len(read_rows(open_source(file), RowOptions(), SMALL).values) == 1


def test_a_gif_is_refused_with_advice(tmp_path: Path) -> None:
    put(tmp_path, {"a.gif": encoded(GREY, "GIF")})
    with pytest.raises(UnreadableDataError, match="is a GIF image, which is not read"):
        open_source(tmp_path / "a.gif")


def test_images_are_no_rows_of_a_table(tmp_path: Path) -> None:
    source = open_source(put(tmp_path, {"a.png": PNG}))
    table = Schema(kind="table", columns=(Column(name="a", minimum=0, maximum=1),))
    with pytest.raises(SchemaError, match="images came, the detector was trained on a table"):
        stream_rows(source, RowOptions(), table)
    with pytest.raises(UsageError, match="images came, which are no signal"):
        read_rows(source, RowOptions(kind="signal"))


@pytest.mark.parametrize("wish", ["drop", "id", "category"])
def test_channels_are_not_set_aside(tmp_path: Path, wish: str) -> None:
    source = open_source(put(tmp_path, {"a.png": PNG}))
    with pytest.raises(UsageError, match="the channels of images"):
        read_rows(source, RowOptions(**{wish: ("red",)}))


def test_without_pillow_one_line_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, {"a.png": PNG})
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(ImportError, match=r"pip install 'isthmus\[images\]'"):
        open_source(tmp_path)
