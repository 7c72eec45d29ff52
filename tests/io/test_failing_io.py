"""Whatever call of the system fails: nothing is lost, nothing is left over, the failure is said."""

from __future__ import annotations

import errno
import io
import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from isthmus import atomic, model_file
from isthmus.errors import FileAccessError
from tests.io.commands import COMMANDS, Command, call, contents, lay_out, without_waiting
from tests.io.faults import STANDARD_OUTPUT, Disk, Faults
from tests.io.verdict import FAILURES, LITTER, LOST, injections, tried
from tests.model_file.example import example

EVERY = {"demo": 29}
"""Of a long command not every call fails here; the benchmark fails them all."""


@pytest.fixture(autouse=True)
def quick():
    with without_waiting():
        yield


@pytest.mark.parametrize("name", COMMANDS)
def test_whatever_call_fails_no_file_is_lost_no_litter_is_left_and_the_reason_is_said(name):
    tries = list(injections(COMMANDS[name], every=EVERY.get(name, 3)))
    assert len(tries) >= 3
    assert {one.failure for one in tries} == set(FAILURES)
    wrong = [one for one in tries if one.problems]
    assert not wrong, "\n".join(
        f"{one.number} {one.call} {one.where} {one.failure}: {one.problems}" for one in wrong
    )


@pytest.mark.parametrize("name", COMMANDS)
def test_the_calls_of_a_success_are_seen_each_of_the_kinds_that_it_must_make(name):
    calls, done, before = tried(COMMANDS[name])
    assert done.code == 0, done.said
    kinds = Counter(kind for kind, _ in calls)
    assert kinds["open"] and kinds["read"]
    assert kinds["write"] >= (3 if name.startswith("score") else 1)
    for path in COMMANDS[name].writes:
        assert done.files[path] != before[path]
        assert kinds["replace"] and kinds["fsync"] >= 2 and kinds["close"] >= 2
    if not COMMANDS[name].writes or "--json" in name:
        assert ("write", STANDARD_OUTPUT) in calls


def save_carelessly(path: Path, data: bytes) -> None:
    """What a save must not be."""
    try:
        path.write_bytes(data)
    except OSError as error:
        raise FileAccessError(f"{path}: could not be written: {error.strerror}") from error


def save_beside(path: Path, data: bytes) -> None:
    """Leaves the new file behind where renaming fails."""
    beside = path.with_name("beside.onnx")
    beside.write_bytes(data)
    try:
        beside.replace(path)
    except OSError as error:
        raise FileAccessError(f"{path}: could not be written: {error.strerror}") from error


@pytest.mark.parametrize(("save", "kind"), [(save_carelessly, LOST), (save_beside, LITTER)])
def test_a_careless_save_is_noticed(monkeypatch, save, kind):
    monkeypatch.setattr(model_file, "save", lambda path, data, **_: save(Path(path), data))
    tries = injections(COMMANDS["calibrate"], failures=("input/output error",))
    assert kind in {found for one in tries for found, _ in one.problems}


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
def test_a_saved_model_is_the_old_one_or_the_new_one_whatever_fails(tmp_path, code):
    path, new = tmp_path / "detector.onnx", example()
    counted = Faults(tmp_path)
    with counted.injected():
        model_file.save(path, new)
    assert [kind for kind, _ in counted.calls] == [
        *("open", "write", "fsync", "close", "replace"),
        *("open", "fsync", "close"),
    ]
    for number in range(1, len(counted.calls) + 1):
        path.write_bytes(b"old")
        faults = Faults(tmp_path, number, code)
        with pytest.raises(FileAccessError, match=os.strerror(code)) as caught, faults.injected():
            model_file.save(path, new, overwrite=True)
        replaced = number > 5
        assert path.read_bytes() == (new if replaced else b"old")
        assert ("was written, but" in str(caught.value)) is replaced
        assert [one.name for one in tmp_path.iterdir()] == ["detector.onnx"]


def test_writes_that_take_only_a_part_lose_nothing(tmp_path, monkeypatch):
    whole = Disk.write
    monkeypatch.setattr(Disk, "write", lambda disk, data: whole(disk, data[: len(data) // 2 + 1]))
    for name in ("score -o out.parquet", "score -o out.jsonl", "calibrate"):
        calls, done, _ = tried(COMMANDS[name])
        assert sum(kind == "write" for kind, _ in calls) > 10
        monkeypatch.undo()
        with without_waiting():
            assert done.files == tried(COMMANDS[name])[1].files
        monkeypatch.setattr(
            Disk, "write", lambda disk, data: whole(disk, data[: len(data) // 2 + 1])
        )


def test_data_that_cannot_be_read_while_scores_are_written_are_what_is_named():
    reads = [
        one
        for one in injections(COMMANDS["score -o out.csv"], failures=("input/output error",))
        if one.where == "new.csv"
    ]
    assert {one.call for one in reads} == {"open", "read"}
    for one in reads:
        assert "isthmus: new.csv: " in one.done.said
        assert "out.csv" not in one.done.said


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        ("gone/out", "gone does not exist"),
        ("folder", "is a directory, a file name was expected"),
        pytest.param(
            "locked/out",
            "Permission denied",
            marks=pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write anywhere"),
        ),
    ],
)
@pytest.mark.parametrize("name", ["fit", "calibrate", "score -o out.csv"])
def test_a_place_that_cannot_be_written_to_is_said(tmp_path, name, place, reason):
    lay_out(tmp_path)
    for folder in ("folder", "locked"):
        (tmp_path / folder).mkdir()
    (tmp_path / "locked").chmod(0o500)
    before = contents(tmp_path)
    (old,) = COMMANDS[name].writes
    target = place if place == "folder" else f"{place}{Path(old).suffix}"
    words = tuple(target if word == old else word for word in COMMANDS[name].words)
    done = call(words, tmp_path, Faults(tmp_path).injected())
    assert done.code == 6
    assert f"isthmus: {target}: " in done.said
    assert reason in done.said
    assert done.files == before


def test_a_folder_for_the_demo_that_cannot_be_made_is_said():
    command = Command(("demo", "-o", "fresh"))
    tries = list(injections(command, every=200, failures=("no space left",)))
    assert (tries[0].call, tries[0].where) == ("mkdir", "fresh")
    assert tries[0].done.code == 6
    assert tries[0].done.said == (
        "isthmus: fresh: reading or writing failed: No space left on device\n"
    )


@pytest.mark.parametrize("data", ["new.csv", "new.jsonl", "new.npy"])
@pytest.mark.parametrize("left", [0, 1, 40, 300])
def test_data_that_shrink_while_they_are_read_cause_no_defect(tmp_path, monkeypatch, data, left):
    lay_out(tmp_path)
    opened, real = [], io.open
    before = contents(tmp_path)

    def shrinking(file, *rest, **more):
        if str(file) == data:
            opened.append(file)
            if len(opened) == 3:
                os.truncate(tmp_path / data, left)
        return real(file, *rest, **more)

    monkeypatch.setattr(io, "open", shrinking)
    words = ("score", "detector.onnx", data, "-o", "out.csv", "--force")
    done = call(words, tmp_path, Faults(tmp_path).injected())
    assert len(opened) >= 3
    assert done.code in (0, 4)
    assert "Traceback" not in done.said
    if done.code:
        assert f"isthmus: {data}: " in done.said
        assert done.files["out.csv"] == before["out.csv"]


TERMINATED = """
import os, signal, sys
from isthmus import atomic
with atomic.written(sys.argv[1], overwrite=True) as file:
    file.write(b"half of the new")
    file.flush()
    os.kill(os.getpid(), signal.SIGTERM)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")
def test_a_process_that_is_told_to_end_while_it_saves_leaves_the_old_file(tmp_path):
    path = tmp_path / "detector.onnx"
    path.write_bytes(b"old")
    done = subprocess.run([sys.executable, "-c", TERMINATED, path], check=False)
    assert done.returncode == -signal.SIGTERM
    assert path.read_bytes() == b"old"
    (left,) = (one for one in tmp_path.iterdir() if one != path)
    os.utime(left, (0, 0))
    with atomic.written(path, overwrite=True) as file:
        file.write(b"new")
    assert contents(tmp_path) == {"detector.onnx": b"new"}
