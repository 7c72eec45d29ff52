"""The image sets as arrays: from any file that holds them, and from no other."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from isthmus.datasets import CATALOGUE, load_fashion_mnist, load_mnist
from isthmus.datasets.images import read_arrays
from isthmus.errors import FileAccessError, UnreadableDataError
from tests.datasets.tiny import arrays_of, tiny, write

SHARED = Path(__file__).parents[2].parent / "shared" / "data"
REAL = {"mnist": load_mnist, "fashion-mnist": load_fashion_mnist}


@pytest.fixture(autouse=True)
def quick(monkeypatch, tmp_path, request):
    """Tiny data sets in place of the real ones, and a cache of its own."""
    monkeypatch.setenv("ISTHMUS_CACHE", str(tmp_path / "cache"))
    if "real" not in request.node.name:
        for name in REAL:
            monkeypatch.setitem(CATALOGUE, name, tiny(name)[0])


def equal(images, arrays):
    return all(
        np.array_equal(mine, arrays[key])
        for mine, key in (
            (images.training_images, "x_train"),
            (images.training_labels, "y_train"),
            (images.test_images, "x_test"),
            (images.test_labels, "y_test"),
        )
    )


def unpacked(packed):
    return {name.removesuffix(".gz"): gzip.decompress(data) for name, data in packed.items()}


def as_npz(**arrays):
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


FORMS = {
    "the original files": lambda packed, arrays: packed,
    "unpacked": lambda packed, arrays: unpacked(packed),
    "with a dot": lambda packed, arrays: {
        name.replace("-idx", ".idx"): data for name, data in unpacked(packed).items()
    },
    "npz": lambda packed, arrays: {"mnist.npz": as_npz(**arrays)},
    "npz with wide labels": lambda packed, arrays: {
        "mnist.npz": as_npz(**{key: array.astype(np.int64) for key, array in arrays.items()})
    },
}


@pytest.mark.parametrize("form", FORMS)
def test_the_images_come_from_any_form(tmp_path, form):
    arrays = arrays_of("mnist")
    folder = write(tmp_path / "here", FORMS[form](tiny("mnist")[1], arrays))
    images = load_mnist(folder)
    assert equal(images, arrays)
    assert images.training_images.dtype == images.training_labels.dtype == np.uint8
    assert len(images.class_names) == 10


def test_a_file_of_npz_may_have_any_name(tmp_path):
    path = tmp_path / "whatever"
    path.write_bytes(as_npz(**arrays_of("fashion-mnist")))
    assert equal(load_fashion_mnist(path), arrays_of("fashion-mnist"))


def test_without_a_folder_the_cache_is_read(tmp_path):
    folder = tmp_path / "cache" / "datasets" / "mnist"
    with pytest.raises(FileAccessError) as failure:
        load_mnist()
    assert str(failure.value) == (
        f"{folder}: mnist has not been fetched\nFetch it with: isthmus datasets get mnist"
    )
    folder.mkdir(parents=True)
    write(folder, tiny("mnist")[1])
    assert equal(load_mnist(), arrays_of("mnist"))


def test_files_that_are_missing_are_named_together(tmp_path):
    first_two = dict([*tiny("mnist")[1].items()][:2])
    folder = write(tmp_path / "here", first_two)
    with pytest.raises(FileAccessError) as failure:
        load_mnist(folder)
    missing = "t10k-images-idx3-ubyte.gz, t10k-labels-idx1-ubyte.gz and mnist.npz"
    assert str(failure.value).startswith(f"{folder}: {missing} are not there\n")


def test_another_data_set_is_not_taken_for_it_whatever_its_container(tmp_path):
    for form in FORMS.values():
        files = form(tiny("fashion-mnist")[1], arrays_of("fashion-mnist"))
        folder = write(tmp_path / "other", files)
        with pytest.raises(UnreadableDataError) as failure:
            load_mnist(folder)
        assert len(failure.value.problems) == 4
        assert "x_train is not that of mnist: its cells are other ones" in str(failure.value)
        for path in folder.iterdir():
            path.unlink()


def test_one_pixel_that_differs_is_found(tmp_path):
    arrays = arrays_of("mnist")
    arrays["x_test"][3, 27, 27] ^= 1
    folder = write(tmp_path / "here", {"mnist.npz": as_npz(**arrays)})
    with pytest.raises(UnreadableDataError) as failure:
        load_mnist(folder)
    (problem,) = failure.value.problems
    assert problem.startswith(f"{folder / 'mnist.npz'}: x_test is not that of mnist")


def header_alone(shape, descr="|u1"):
    """An npy file that says a shape and has no cells."""
    file = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        file, {"descr": descr, "fortran_order": False, "shape": shape}
    )
    return file.getvalue()


def zipped(**files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for key, data in files.items():
            archive.writestr(f"{key}.npy", data)
    return out.getvalue()


HOSTILE = {
    "no zip": (b"hello", "cannot be read as npz: File is not a zip file"),
    "cut": (as_npz(**arrays_of("mnist"))[:-30], "cannot be read as npz"),
    "other keys": (as_npz(a=np.zeros(3)), "There is no item named 'x_train.npy'"),
    "no npy": (zipped(x_train=b"hello, world"), "cannot be read as npz"),
    "huge": (
        zipped(**dict.fromkeys(arrays_of("mnist"), header_alone((1 << 40, 28, 28)))),
        "shape (12, 28, 28) was expected, got (1099511627776, 28, 28)",
    ),
    "negative": (
        zipped(**dict.fromkeys(arrays_of("mnist"), header_alone((-3, 28, 28)))),
        "cannot be read as npz",
    ),
    "objects": (
        zipped(**dict.fromkeys(arrays_of("mnist"), header_alone((12, 28, 28), "|O"))),
        "cells of uint8 were expected, got object",
    ),
    "no cells": (
        zipped(**dict.fromkeys(arrays_of("mnist"), header_alone((12, 28, 28)))),
        "cannot be read as npz: EOF",
    ),
    "fractions": (
        as_npz(**{key: array / 255 for key, array in arrays_of("mnist").items()}),
        "cells of uint8 were expected, got float64",
    ),
    "too wide": (
        as_npz(**{key: array.astype(int) + 300 for key, array in arrays_of("mnist").items()}),
        "cells of uint8 were expected, got int64",
    ),
    "flat": (
        as_npz(**{key: array.reshape(len(array), -1) for key, array in arrays_of("mnist").items()}),
        "shape (12, 28, 28) was expected, got (12, 784)",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_an_npz_that_holds_something_else_is_refused_by_name(tmp_path, name):
    data, said = HOSTILE[name]
    path = tmp_path / "mnist.npz"
    path.write_bytes(data)
    with pytest.raises(UnreadableDataError) as failure:
        load_mnist(tmp_path)
    assert said in str(failure.value)
    assert str(failure.value).startswith(f"{path}: ")


def test_pickled_labels_are_never_read(tmp_path):
    arrays = arrays_of("mnist")
    (tmp_path / "mnist.npz").write_bytes(
        as_npz(**{**arrays, "y_test": np.array([{"a": 1}] * 4, object)})
    )
    with pytest.raises(UnreadableDataError, match="got object"):
        load_mnist(tmp_path)


@pytest.mark.parametrize("name", REAL)
def test_the_real_images_are_those_of_the_catalogue(name):
    folder = SHARED / name.replace("-", "_")
    if not folder.exists():
        pytest.skip(f"{folder.name} is not beside the project")
    images = REAL[name](folder)
    assert images.training_images.shape == (60000, 28, 28)
    assert images.test_images.shape == (10000, 28, 28)
    assert np.bincount(images.test_labels).sum() == 10000
    assert [file.key for file in CATALOGUE[name].files] == [*read_arrays(CATALOGUE[name], folder)]
    sizes = [file.size for file in CATALOGUE[name].files]
    assert all(size > 0 for size in sizes)
