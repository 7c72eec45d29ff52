from __future__ import annotations

import os
import tracemalloc

import pytest

from isthmus.errors import DamagedModelError, FileAccessError, ModelFileError
from isthmus.model_file import read, save
from tests.model_file.example import example

WHOLE = example()


def test_what_is_saved_is_read(tmp_path):
    path = tmp_path / "detector.onnx"
    save(path, WHOLE)
    assert read(path) == read(str(path)) == read(WHOLE)
    assert path.read_bytes() == WHOLE


def test_saving_does_not_replace_unless_told(tmp_path):
    path = tmp_path / "detector.onnx"
    path.write_bytes(b"old")
    with pytest.raises(FileAccessError, match="exists already"):
        save(path, WHOLE)
    assert path.read_bytes() == b"old"
    save(path, WHOLE, overwrite=True)
    assert read(path).size == len(WHOLE)


def test_a_missing_file_is_one_sentence(tmp_path):
    path = tmp_path / "none.onnx"
    with pytest.raises(FileAccessError) as caught:
        read(path)
    assert caught.value.problems == (f"{path}: could not be read: No such file or directory",)


def test_a_missing_directory_is_one_sentence(tmp_path):
    with pytest.raises(FileAccessError, match="could not be read: No such file or directory"):
        read(tmp_path / "none" / "detector.onnx")


def test_a_directory_is_not_a_file(tmp_path):
    with pytest.raises(FileAccessError, match="is a directory, a model file was expected"):
        read(tmp_path)


def test_a_path_through_a_file_is_one_sentence(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(FileAccessError, match="could not be read: Not a directory"):
        read(tmp_path / "file" / "detector.onnx")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_one_sentence(tmp_path):
    path = tmp_path / "detector.onnx"
    path.write_bytes(WHOLE)
    path.chmod(0)
    with pytest.raises(FileAccessError, match="could not be read: Permission denied"):
        read(path)


def test_a_refused_permission_is_one_sentence(tmp_path, monkeypatch):
    path = tmp_path / "detector.onnx"
    path.write_bytes(WHOLE)

    def refuse(*_args, **_more):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.open", refuse)
    with pytest.raises(FileAccessError) as caught:
        read(path)
    assert caught.value.problems == (f"{path}: could not be read: Permission denied",)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in files")
def test_a_pipe_is_refused_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(FileAccessError, match="is no regular file, a model file was expected"):
        read(tmp_path / "pipe")


def test_a_file_beyond_the_largest_model_is_refused_unread(tmp_path):
    path = tmp_path / "large.onnx"
    with path.open("wb") as file:
        file.truncate(513 * 1024 * 1024)
    tracemalloc.start()
    with pytest.raises(ModelFileError, match="is 537919488 bytes large, a model file has at most"):
        read(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000


def test_a_damaged_file_is_named_by_its_path(tmp_path):
    path = tmp_path / "detector.onnx"
    path.write_bytes(WHOLE[:-1])
    with pytest.raises(DamagedModelError) as caught:
        read(path)
    assert caught.value.problems[0].startswith(f"{path}: is cut short")
