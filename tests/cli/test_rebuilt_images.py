"""Images that are rebuilt or drawn come as images: one array of them, or a folder of files."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from isthmus import Scorer

QUICK = ("--architecture", "dense", "--encoder", "16", "--code-size", "4", "--max-steps", "60")
QUICK += ("--members", "1", "--quiet")


def files_of(folder: str) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in Path(folder).rglob("*") if p.is_file())


def as_bytes(images: np.ndarray) -> np.ndarray:
    return np.clip(np.rint(images), 0, 255).astype(np.uint8)


def in_colour(to: str) -> None:
    """A red and dim blue image for each good photo, as BMP files."""
    Path(to).mkdir()
    for path in Path("photos/good").iterdir():
        grey = np.asarray(Image.open(path))
        Image.fromarray(np.stack([grey, 0 * grey, grey // 2], axis=2)).save(
            Path(to, path.with_suffix(".bmp").name)
        )


def test_an_array_has_the_shape_of_the_images(isthmus):
    done = isthmus("reconstruct", "photos.onnx", "photos", "-o", "out.npy")
    assert done.code == 0, done.err
    made = np.load("out.npy")
    assert made.shape == (68, 12, 10) and made.dtype == np.float32
    expected = Scorer.load("photos.onnx").reconstruct("photos")
    assert expected.shape == (68, 120)
    assert np.array_equal(made.reshape(68, 120), expected)
    assert isthmus("score", "photos.onnx", "out.npy", "-o", "-").code == 0
    words = ("photos", "--output-format", "npy", "-o", "again")
    assert isthmus("reconstruct", "photos.onnx", *words).code == 0
    assert Path("again").read_bytes() == Path("out.npy").read_bytes()


@pytest.mark.parametrize("there", [False, True])
def test_a_folder_has_an_image_for_each_under_its_name(isthmus, there):
    Path("photos/good/00.png").write_bytes(b"")
    if there:
        Path("out").mkdir()
    target = "out" if there else "out/"
    done = isthmus("reconstruct", "photos.onnx", "photos", "-o", target)
    assert done.code == 0, done.err
    assert "1 row not rebuilt and left out: row 0: is empty" in done.err
    assert files_of("out") == [name for name in files_of("photos") if name != "good/00.png"]
    expected = Scorer.load("photos.onnx").reconstruct("photos").reshape(-1, 12, 10)
    for name, image in zip(files_of("photos"), expected, strict=True):
        if np.isfinite(image).all():
            assert np.array_equal(np.asarray(Image.open(Path("out", name))), as_bytes(image))
    again = isthmus("reconstruct", "photos.onnx", "photos", "-o", "out/")
    assert again.code == 6 and "exists already" in again.err
    assert isthmus("reconstruct", "photos.onnx", "photos", "-o", "out/", "--force").code == 0


def test_of_pairs_the_targets_alone_are_written(isthmus):
    in_colour("colour")
    words = ("photos/good", "--paired", "colour", *QUICK, "-o", "pairs.onnx")
    done = isthmus("fit", *words)
    assert done.code == 0, done.err
    done = isthmus("reconstruct", "pairs.onnx", "photos/good", "-o", "out.npy")
    assert (done.code, "warning" in done.err) == (0, False), done.err
    made = np.load("out.npy")
    assert made.shape == (60, 12, 10, 3)
    whole = Scorer.load("pairs.onnx").reconstruct("photos/good").reshape(60, 12, 10, 4)
    assert np.array_equal(made, whole[..., 1:])
    assert isthmus("reconstruct", "pairs.onnx", "photos/good", "-o", "out/").code == 0
    assert files_of("out") == files_of("photos/good")
    first = np.asarray(Image.open("out/00.png"))
    assert np.array_equal(first, as_bytes(made[0]))
    done = isthmus("score", "pairs.onnx", "photos/good", "-o", "scores.csv")
    warned = [line for line in done.err.splitlines() if "target" in line]
    assert len(warned) == 1 and "--paired" in warned[0]
    done = isthmus("score", "pairs.onnx", "photos/good", "--paired", "colour", "-o", "with.csv")
    assert "target" not in done.err


def test_names_that_differ_in_their_endings_alone_stay_apart(isthmus):
    Path("few").mkdir()
    for name in ("a.png", "a.bmp", "b.bmp"):
        Image.open("photos/good/07.png").save(Path("few", name))
    assert isthmus("reconstruct", "photos.onnx", "few", "-o", "out/").code == 0
    assert files_of("out") == ["a.bmp.png", "a.png.png", "b.png"]


def test_rows_of_an_array_and_new_images_are_numbered(isthmus):
    images = np.stack([np.asarray(Image.open(f"photos/good/{n:02d}.png")) for n in range(3)])
    np.save("some.npy", images)
    assert isthmus("reconstruct", "photos.onnx", "some.npy", "-o", "out/").code == 0
    assert files_of("out") == ["000000.png", "000001.png", "000002.png"]
    done = isthmus("fit", "photos/good", "--variational", *QUICK, "-o", "drawing.onnx")
    assert done.code == 0, done.err
    done = isthmus("sample", "drawing.onnx", "-n", "2", "-o", "drawn/", "--json")
    assert json.loads(done.out) == {"rows": 2, "seed": 0}
    assert files_of("drawn") == ["000000.png", "000001.png"]
    assert isthmus("sample", "drawing.onnx", "-n", "2", "-o", "drawn.npy").code == 0
    drawn = np.load("drawn.npy")
    assert drawn.shape == (2, 12, 10)
    assert np.array_equal(np.asarray(Image.open("drawn/000001.png")), as_bytes(drawn[1]))
    assert isthmus("sample", "drawing.onnx", "-n", "2", "-o", ".").code == 0


def test_images_whose_values_lie_between_0_and_1_are_drawn_from_black_to_white(isthmus):
    photos = [np.asarray(Image.open(f"photos/good/{n:02d}.png")) for n in range(60)]
    np.save("unit.npy", np.stack(photos).astype(np.float32) / 255)
    assert isthmus("fit", "unit.npy", *QUICK, "-o", "unit.onnx").code == 0
    assert isthmus("reconstruct", "unit.onnx", "unit.npy", "-o", "out.npy").code == 0
    assert isthmus("reconstruct", "unit.onnx", "unit.npy", "-o", "out/").code == 0
    made = np.load("out.npy")
    assert made.max() < 2
    for place in (0, 59):
        drawn = np.asarray(Image.open(f"out/{place:06d}.png"))
        assert np.array_equal(drawn, as_bytes(made[place] * np.float32(255)))
        assert drawn.max() > 100


@pytest.mark.parametrize(
    ("model", "data", "output", "code", "said"),
    [
        ("photos.onnx", "photos", "photos/good", 2, "lies among the images of photos"),
        ("photos.onnx", "photos/good/00.png", "photos/good", 2, "lies among the images"),
        ("photos.onnx", "photos", "none/out/", 6, "the directory none does not exist"),
        ("photos.onnx", "photos", "new.csv/", 6, "is a file, a directory was expected"),
        ("detector.onnx", "new.csv", "out/", 6, "the detector was trained on a signal"),
    ],
)
def test_folders_that_cannot_be_written_into_are_refused(isthmus, model, data, output, code, said):
    before = files_of(".")
    done = isthmus("reconstruct", model, data, "-o", output, "--force")
    assert (done.code, done.out) == (code, b""), done.err
    assert said in done.err
    assert files_of(".") == before
