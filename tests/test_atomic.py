from __future__ import annotations

import errno
import io
import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from isthmus import atomic
from isthmus.errors import DataError, FileAccessError

OLD, NEW = b"the old content", b"the new content" * 1000


class Faults:
    """Counts the operations of the system that `atomic.written` makes; one of them fails."""

    def __init__(self, monkeypatch, failing: int, code: int) -> None:
        self.made: list[str] = []
        self.failing = failing
        self.code = code
        self._wrap(monkeypatch, Path, "open", "open")
        self._wrap(monkeypatch, os, "fsync", "fsync")
        self._wrap(monkeypatch, Path, "replace", "replace")
        self._wrap(monkeypatch, os, "open", "open directory")

    def count(self, operation: str) -> None:
        if operation == "fsync" and "replace" in self.made:
            operation = "fsync directory"
        self.made.append(operation)
        if len(self.made) == self.failing:
            raise OSError(self.code, os.strerror(self.code))

    def _wrap(self, monkeypatch, owner, name: str, operation: str) -> None:
        real = getattr(owner, name)

        def counted(*arguments, **options):
            self.count(operation)
            result = real(*arguments, **options)
            return io.BufferedWriter(Disk(self, result.detach())) if operation == "open" else result

        monkeypatch.setattr(owner, name, counted)


class Disk(io.RawIOBase):
    """A file whose writes are counted."""

    def __init__(self, faults: Faults, raw: io.RawIOBase) -> None:
        super().__init__()
        self.faults, self.raw = faults, raw

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self.raw.fileno()

    def write(self, data) -> int:
        self.faults.count("write")
        return self.raw.write(data)

    def close(self) -> None:
        self.raw.close()
        super().close()


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


def write(path: Path) -> None:
    with atomic.written(path, overwrite=True) as file:
        file.write(NEW)


def test_the_steps_are_those_that_survive_a_crash(tmp_path, monkeypatch):
    faults = Faults(monkeypatch, failing=0, code=errno.EIO)
    write(tmp_path / "file")
    assert faults.made == ["open", "write", "fsync", "replace", "open directory", "fsync directory"]


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EACCES])
@pytest.mark.parametrize("step", [1, 2, 3, 4], ids=["open", "write", "fsync", "replace"])
def test_a_failure_before_the_rename_leaves_the_old_file_and_no_litter(
    tmp_path, monkeypatch, step, code
):
    path = tmp_path / "file"
    path.write_bytes(OLD)
    faults = Faults(monkeypatch, step, code)
    with pytest.raises(FileAccessError) as caught:
        write(path)
    monkeypatch.undo()
    assert faults.made[-1] == ["open", "write", "fsync", "replace"][step - 1]
    assert path.read_bytes() == OLD
    assert names(tmp_path) == ["file"]
    assert str(caught.value) == (
        f"{path}: could not be written: {os.strerror(code)}\nWhat stood there before is unchanged."
    )


@pytest.mark.parametrize(("step", "code"), [(5, errno.EIO), (6, errno.EIO), (6, errno.ENOSPC)])
def test_a_failure_after_the_rename_does_not_claim_that_the_old_file_is_there(
    tmp_path, monkeypatch, step, code
):
    path = tmp_path / "file"
    path.write_bytes(OLD)
    Faults(monkeypatch, step, code)
    with pytest.raises(FileAccessError) as caught:
        write(path)
    monkeypatch.undo()
    assert path.read_bytes() == NEW
    assert names(tmp_path) == ["file"]
    assert str(caught.value) == (
        f"{path}: was written, but the system could not make it durable: {os.strerror(code)}\n"
        "The new file is in place, but may be lost if the machine stops now."
    )


@pytest.mark.parametrize(("step", "code"), [(5, errno.EACCES), (6, errno.EINVAL)])
def test_a_directory_that_cannot_be_flushed_by_nature_is_no_failure(
    tmp_path, monkeypatch, step, code
):
    faults = Faults(monkeypatch, step, code)
    write(tmp_path / "file")
    monkeypatch.undo()
    assert len(faults.made) == step
    assert (tmp_path / "file").read_bytes() == NEW


@pytest.mark.skipif(sys.platform == "win32", reason="limits of file size are POSIX")
def test_a_real_full_disk_leaves_the_old_file_and_no_litter(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(OLD)
    code = (
        "import resource, sys\n"
        "from isthmus import atomic\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))\n"
        "with atomic.written(sys.argv[1], overwrite=True) as file:\n"
        "    file.write(bytes(100_000))\n"
    )
    done = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True)
    assert "FileAccessError" in done.stderr
    assert "could not be written: File too large" in done.stderr
    assert path.read_bytes() == OLD
    assert names(tmp_path) == ["file"]


@pytest.mark.parametrize("failure", [DataError("bad row"), KeyboardInterrupt(), ValueError("x")])
def test_a_failure_of_the_writer_itself_passes_through_and_leaves_no_litter(tmp_path, failure):
    path = tmp_path / "file"
    path.write_bytes(OLD)
    with pytest.raises(type(failure)), atomic.written(path, overwrite=True) as file:
        file.write(b"half")
        raise failure
    assert path.read_bytes() == OLD
    assert names(tmp_path) == ["file"]


def test_a_failure_of_another_file_keeps_its_own_name(tmp_path):
    with (
        pytest.raises(PermissionError, match=r"other\.csv") as caught,
        atomic.written(tmp_path / "file"),
    ):
        raise PermissionError(errno.EACCES, "Permission denied", "other.csv")
    assert not isinstance(caught.value, FileAccessError)
    assert names(tmp_path) == []


def test_an_existing_file_is_replaced_only_when_told(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(OLD)
    with pytest.raises(FileAccessError, match="exists already"), atomic.written(path):
        pytest.fail("the block must not run")
    assert path.read_bytes() == OLD
    write(path)
    assert path.read_bytes() == NEW


def test_a_file_that_appears_meanwhile_is_not_replaced(tmp_path):
    path = tmp_path / "file"
    with pytest.raises(FileAccessError, match="exists already"), atomic.written(path) as file:
        file.write(NEW)
        path.write_bytes(OLD)
    assert path.read_bytes() == OLD
    assert names(tmp_path) == ["file"]


def test_a_directory_and_a_missing_directory_are_named(tmp_path):
    with pytest.raises(FileAccessError, match="is a directory, a file name was expected"):
        write(tmp_path)
    with pytest.raises(FileAccessError, match=r"the directory .*none does not exist"):
        write(tmp_path / "none" / "file")


def test_a_name_that_the_system_cannot_hold_is_one_sentence(tmp_path):
    with pytest.raises(FileAccessError, match="could not be written: File name too long"):
        write(tmp_path / ("x" * 300) / "file")


def test_what_would_be_refused_can_be_asked_before_the_work_is_done(tmp_path):
    path = tmp_path / "file"
    atomic.refuse(path, overwrite=False)
    path.write_bytes(OLD)
    atomic.refuse(path, overwrite=True)
    with pytest.raises(FileAccessError, match="exists already"):
        atomic.refuse(path, overwrite=False)
    with pytest.raises(FileAccessError, match="could not be written: File name too long"):
        atomic.refuse(tmp_path / ("x" * 300) / "file", overwrite=False)


@pytest.mark.skipif(sys.platform == "win32", reason="devices are POSIX")
def test_a_pipe_or_device_is_never_replaced_by_a_file(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(FileAccessError, match="is a device or pipe, a file name was expected"):
        write(pipe)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_what_a_killed_process_left_is_removed_once_it_is_old(tmp_path):
    old, fresh = (tmp_path / f"{atomic.PREFIX}{name}" for name in ("old", "fresh"))
    old.write_bytes(b"")
    fresh.write_bytes(b"")
    long_ago = time.time() - atomic.STALE_AFTER_SECONDS - 60
    os.utime(old, (long_ago, long_ago))
    write(tmp_path / "file")
    assert names(tmp_path) == [fresh.name, "file"]


def test_nobody_sees_half_a_file(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(OLD)
    with atomic.written(path, overwrite=True) as file:
        file.write(NEW[:10])
        file.flush()
        assert path.read_bytes() == OLD
        file.write(NEW[10:])
    assert path.read_bytes() == NEW
