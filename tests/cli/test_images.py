"""A folder of images from file to score, explanation and drawing."""

from __future__ import annotations

import csv
import gzip
import json
import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from isthmus import Scorer
from isthmus.errors import DetectorWarning

MNIST = Path(__file__).parents[2].parent / "shared" / "data" / "mnist" / "mnist.npz"
TRUTH = ("--label", "class", "--normal", "good")
QUICK = ("--architecture", "dense", "--encoder", "32", "--code-size", "8", "--max-steps", "300")


def table(text: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(text.decode().splitlines()))


def test_a_fit_says_what_it_found_and_made(isthmus):
    done = isthmus("fit", "photos", *TRUTH, *QUICK, "-o", "new.onnx")
    assert done.code == 0, done.err
    said = done.err.splitlines()
    assert said[0] == "photos: 68 images in 2 classes: good (60), scratched (8)"
    assert "photos: 60 of 68 rows are normal and train" in said
    assert "kind: image (12 x 10, grey)" in said
    assert any(line.startswith("new.onnx: image of 12 x 10, grey, 5 networks") for line in said)


def test_scores_come_with_the_paths_and_scratches_are_strangest(isthmus):
    done = isthmus("score", "photos.onnx", "photos")
    assert done.code == 0, done.err
    rows = table(done.out)
    paths = sorted(p.relative_to("photos").as_posix() for p in Path("photos").rglob("*.png"))
    assert [row["file"] for row in rows] == paths
    order = sorted(rows, key=lambda row: -float(row["anomaly_score"]))
    assert {row["file"].partition("/")[0] for row in order[:8]} == {"scratched"}


def test_a_broken_image_is_invalid_and_the_others_are_scored(isthmus):
    Path("photos/good/00.png").write_bytes(b"")
    cut = Path("photos/good/01.png")
    cut.write_bytes(cut.read_bytes()[:-40])
    done = isthmus("score", "photos.onnx", "photos")
    rows = table(done.out)
    assert rows[0]["reason"] == "is empty, an image was expected"
    assert rows[1]["reason"].startswith("cannot be decoded: ")
    assert [row["status"] for row in rows] == ["invalid"] * 2 + ["scored"] * 66
    assert not rows[0]["anomaly_score"] and not rows[0]["is_anomaly"]
    assert "68 rows, " in done.err and ", 2 invalid" in done.err
    refused = isthmus("fit", "photos", *TRUTH, *QUICK, "-o", "new.onnx")
    assert refused.code == 4
    assert "photos/good/00.png: is empty" in refused.err
    assert "photos/good/01.png: cannot be decoded" in refused.err


def test_a_single_image_is_one_row_with_the_same_score(isthmus):
    whole = {row["file"]: row for row in table(isthmus("score", "photos.onnx", "photos").out)}
    (one,) = table(isthmus("score", "photos.onnx", "photos/good/07.png").out)
    assert one["anomaly_score"] == whole["good/07.png"]["anomaly_score"]
    assert one["file"] == "photos/good/07.png"


def test_images_of_any_size_and_format_are_brought_to_the_form(isthmus):
    small = Image.open("photos/good/07.png")
    small.resize((100, 120), Image.Resampling.NEAREST).convert("RGB").save("large.png")
    small.save("same.bmp")
    (large,) = table(isthmus("score", "photos.onnx", "large.png").out)
    (same,) = table(isthmus("score", "photos.onnx", "same.bmp").out)
    (first,) = table(isthmus("score", "photos.onnx", "photos/good/07.png").out)
    assert same["anomaly_score"] == first["anomaly_score"]
    assert float(large["anomaly_score"]) == pytest.approx(float(first["anomaly_score"]), abs=0.5)


def test_the_other_commands_take_images_too(isthmus):
    done = isthmus("evaluate", "photos.onnx", "photos", *TRUTH, "--alpha", "0.1", "--json")
    assert json.loads(done.out)["roc_auc"] > 0.95
    done = isthmus("inspect", "photos.onnx")
    assert "  image of 12 x 10, grey\n  grey: " in done.out.decode()
    assert isthmus("verify", "photos.onnx").code == 0
    again = isthmus("calibrate", "photos.onnx", "photos", *TRUTH, "-o", "new.onnx")
    assert (again.code, "these are the rows that the detector was made from" in again.err) == (4, 1)
    Path("photos/good/00.png").unlink()
    assert isthmus("calibrate", "photos.onnx", "photos", *TRUTH, "-o", "new.onnx").code == 0
    assert isthmus("score", "new.onnx", "photos").code == 0


def test_a_dry_run_shows_the_channels(isthmus):
    done = isthmus("fit", "photos", *TRUTH, "--dry-run")
    assert done.code == 0
    shown = done.out.decode()
    assert "grey    numeric" in shown
    assert "set aside: class (label)\nset aside: file (id)\n" in shown
    assert "kind: image (12 x 10, grey)" in shown
    as_json = json.loads(isthmus("fit", "photos", *TRUTH, "--dry-run", "--json").out)
    assert as_json["image"] == {"height": 12, "width": 10, "channels": 1, "fit": "stretch"}


def test_several_sizes_need_one_word(isthmus):
    Image.fromarray(np.zeros((20, 20), np.uint8)).save("photos/good/odd.png")
    done = isthmus("fit", "photos", *TRUTH, *QUICK, "-o", "new.onnx")
    assert done.code == 2
    assert "12 x 10 (68 images), 20 x 20 (1 image)" in done.err
    assert "such as 12x10" in done.err
    done = isthmus("fit", "photos", *TRUTH, *QUICK, "-o", "new.onnx", "--size", "12x10", "--crop")
    assert done.code == 0, done.err
    said = "1 of 69 images was not 12 x 10 and was cropped to it"
    assert [line for line in done.err.splitlines() if said in line]


def test_every_command_says_that_images_were_of_another_size(isthmus):
    for path in Path("photos").rglob("*.png"):
        Image.open(path).resize((20, 18)).save(path)
    said = "warning: 68 of 68 images were not 12 x 10 and were stretched to it"
    for words in (
        ("score",),
        ("explain",),
        ("evaluate", *TRUTH),
        ("calibrate", *TRUTH, "-o", "new.onnx"),
        ("encode",),
        ("reconstruct",),
    ):
        done = isthmus(words[0], "photos.onnx", "photos", *words[1:])
        assert done.code == 0, done.err
        assert done.err.splitlines().count(said) == 1, words


def test_images_in_other_units_are_told_apart(isthmus):
    paths = sorted(Path("photos/good").iterdir())
    images = np.stack([np.asarray(Image.open(path)) for path in paths])
    np.save("shares.npy", images / np.float32(255))
    done = isthmus("score", "photos.onnx", "shares.npy")
    (line,) = [line for line in done.err.splitlines() if "divided" in line]
    assert line.startswith("warning: all values of the images lie between 0.")
    np.save("bytes.npy", images)
    assert "warning: all" not in isthmus("score", "photos.onnx", "bytes.npy").err
    done = isthmus("calibrate", "photos.onnx", "shares.npy", "-o", "new.onnx")
    assert done.code == 4 and "divided" in done.err
    with pytest.warns(DetectorWarning, match="divided by something"):
        Scorer.load("photos.onnx").score("shares.npy")


def test_an_alarm_is_explained_by_its_regions_and_drawn(isthmus):
    words = ("explain", "photos.onnx", "photos", "--alpha", "0.1", "--most", "3")
    done = isthmus(*words, "--heat-maps", "maps", "--json")
    assert done.code == 0, done.err
    lines = [json.loads(line) for line in done.lines]
    assert len(lines) == 3
    for line in lines:
        worst = line["regions"][0]
        assert worst["left"] <= 6 < worst["left"] + worst["width"]
        assert worst["direction"] == "above"
    drawn = sorted(Path("maps").rglob("*.png"))
    names = sorted(line["ids"]["file"] for line in lines)
    assert [path.relative_to("maps").as_posix() for path in drawn] == names
    for path in drawn:
        with Image.open(path) as picture:
            assert picture.width > 2 * picture.height
    assert "maps: 3 heat maps" in done.err
    again = isthmus(*words, "--heat-maps", "maps")
    assert (again.code, "maps: is not empty" in again.err) == (6, True)
    assert isthmus(*words, "--heat-maps", "maps", "--force").code == 0


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("photos.onnx", "photos", "--heat-maps", "photos/maps"), 2, "lies among the images"),
        (("detector.onnx", "new.csv", "--heat-maps", "maps"), 2, "heat maps are made of images"),
        (("photos.onnx", "photos", "--heat-maps", "new.csv"), 6, "is a file, a directory was"),
    ],
)
def test_heat_maps_that_cannot_be_drawn_are_refused_before_the_work(isthmus, words, code, said):
    done = isthmus("explain", *words)
    assert (done.code, done.out) == (code, b"")
    assert said in done.err


def test_images_are_no_rows_of_a_signal(isthmus):
    done = isthmus("score", "detector.onnx", "photos")
    assert done.code == 4
    assert "photos: images came, the detector was trained on a signal of 140 columns" in done.err


def test_rows_of_numbers_become_images_where_that_is_said(isthmus):
    paths = sorted(Path("photos/good").iterdir())
    flat = np.stack([np.asarray(Image.open(path)).ravel() for path in paths])
    np.save("flat.npy", flat)
    done = isthmus("fit", "flat.npy", "--kind", "image", *QUICK, "-o", "flat.onnx")
    assert (done.code, "how high and wide are the images" in done.err) == (2, True)
    size = ("--kind", "image", "--size", "12x10")
    done = isthmus("fit", "flat.npy", *size, *QUICK, "-o", "flat.onnx")
    assert done.code == 0, done.err
    of_rows = table(isthmus("score", "flat.onnx", "flat.npy").out)
    of_files = table(isthmus("score", "flat.onnx", "photos/good").out)
    key = "anomaly_score"
    assert [row[key] for row in of_rows] == [row[key] for row in of_files]


def test_real_digits_from_idx_files_are_told_apart(isthmus):
    if not MNIST.exists():
        pytest.skip("mnist.npz is not beside the project")
    with np.load(MNIST) as held:
        images, labels = held["x_train"][:1500], held["y_train"][:1500]
    for name, array in (("images-idx3", images), ("labels-idx1", labels)):
        shape = struct.pack(f">4B{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
        data = gzip.compress(shape + array.tobytes())
        Path(f"train-{name}-ubyte.gz").write_bytes(data)
    truth = ("--label", "label", "--normal", "1")
    data = "train-images-idx3-ubyte.gz"
    done = isthmus("fit", data, *truth, *QUICK, "--members", "1", "-o", "ones.onnx")
    assert done.code == 0, done.err
    assert "image of 28 x 28, grey" in done.err
    done = isthmus("evaluate", "ones.onnx", data, *truth, "--json")
    assert json.loads(done.out)["roc_auc"] > 0.97
    (line, *_) = isthmus("explain", "ones.onnx", data, "--most", "1", "--json").lines
    assert json.loads(line)["regions"]
