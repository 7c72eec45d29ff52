"""Workers of Ray: the same files as this process writes, though workers die."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from beats import table_rows
from sockets import SOCKETS
from test_dataset import WHO, files

from isthmus.distributed import score_dataset
from isthmus.errors import DataError, FileAccessError, MissingExtraError
from isthmus.options import FitOptions
from isthmus.training.describe import describe
from isthmus.training.fit import fit

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="tested on Unix")


@pytest.fixture(scope="module")
def cluster():
    """One for all tests: starting takes seconds."""
    ray = pytest.importorskip("ray", reason="isthmus[ray] is not installed")
    from isthmus.distributed.on_ray import running

    with running(ray, 2, None):
        yield ray


def test_two_workers_write_the_very_files_that_this_process_writes(cluster, shelf, tmp_path):
    here = score_dataset(shelf.model, shelf.data, tmp_path / "here", columns=WHO)
    there = score_dataset(
        shelf.model, shelf.data, tmp_path / "there", columns=WHO, engine="ray", workers=2
    )
    assert files(tmp_path / "there") == files(tmp_path / "here")
    assert there == here
    again = score_dataset(shelf.model, shelf.data, tmp_path / "there", columns=WHO, engine="ray")
    assert again.kept == len(shelf.parts)


def test_a_worker_that_is_killed_again_and_again_loses_nothing(cluster, shelf, tmp_path):
    # Ray hands large things on in another way than small ones.
    rows = table_rows()
    model = fit(rows, describe(rows, list("abcdefg"), "table"), FitOptions.from_flat(max_steps=2))
    assert len(model) > 500_000
    shelf.model.write_bytes(model)
    for number in range(20):
        path = shelf.data / f"more-{number:02}.parquet"
        path.write_bytes((shelf.data / shelf.parts[0]).read_bytes())
    score_dataset(shelf.model, shelf.data, tmp_path / "here", columns=WHO)
    killed = []

    def kill(record, before):
        if len(killed) < 3:
            victims = workers()
            os.kill(victims[-1], signal.SIGKILL)
            killed.append(victims[-1])

    score_dataset(
        shelf.model,
        shelf.data,
        tmp_path / "there",
        columns=WHO,
        engine="ray",
        workers=2,
        progress=kill,
    )
    assert len(set(killed)) == 3
    there = files(tmp_path / "there")
    whole = {name: held for name, held in there.items() if ".isthmus-unfinished-" not in name}
    assert whole == files(tmp_path / "here")


def workers():
    """The processes in which Ray runs our workers."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                words = (folder / "cmdline").read_bytes()
            except OSError:
                continue
            if words.startswith(b"ray::Worker"):
                found.append(int(folder.name))
    return sorted(found)


def test_a_failure_of_a_part_comes_as_it_would_here(cluster, shelf, tmp_path):
    path = shelf.data / shelf.parts[0]
    held = path.read_bytes()
    half = len(held) // 2  # the end says what lies where, and stays
    path.write_bytes(held[:4] + b"\xff" * (half - 4) + held[half:])
    with pytest.raises(DataError) as here:
        score_dataset(shelf.model, shelf.data, tmp_path / "here", columns=WHO)
    with pytest.raises(DataError) as there:
        score_dataset(shelf.model, shelf.data, tmp_path / "there", columns=WHO, engine="ray")
    assert (type(there.value), there.value.problems) == (type(here.value), here.value.problems)
    assert not (tmp_path / "there" / "_manifest.json").exists()


def test_a_part_that_changed_is_refused_by_workers_too(cluster, shelf, tmp_path):
    score_dataset(shelf.model, shelf.data, tmp_path / "s", columns=WHO)
    path = shelf.data / shelf.parts[0]
    pq.write_table(pq.read_table(path).slice(1), path)
    with pytest.raises(FileAccessError, match="has changed since it was scored"):
        score_dataset(shelf.model, shelf.data, tmp_path / "s", columns=WHO, engine="ray")


def test_without_ray_it_is_said_what_to_install(shelf, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MissingExtraError, match=r"isthmus\[ray\]"):
        score_dataset(shelf.model, shelf.data, tmp_path / "s", columns=WHO, engine="ray")


LISTENING = (
    SOCKETS
    + """
import sys
from pathlib import Path
from isthmus.distributed import score_dataset
from isthmus.options import RowOptions

def listening(record, before):
    import os
    sockets = set()
    for pid in children(os.getpid()):
        try:
            sockets |= own(pid)
        except OSError:
            continue
    places = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            cells = line.split()
            if cells[3] == "0A" and cells[9] in sockets:
                places.add(cells[1].partition(":")[0])
    assert places, "Ray listens somewhere"
    loopback = {"0100007F", "00000000000000000000000001000000", "0000000000000000FFFF00000100007F"}
    assert places <= loopback, places

score_dataset(*sys.argv[1:], columns=RowOptions(id=("who",)), engine="ray", workers=1,
              progress=listening)
import ray
assert not ray.is_initialized()
"""
)


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="/proc says who listens")
def test_workers_that_are_started_here_listen_on_the_loopback_alone(shelf, tmp_path):
    pytest.importorskip("ray", reason="isthmus[ray] is not installed")
    words = [str(shelf.model), str(shelf.data), str(tmp_path / "s")]
    done = subprocess.run(
        [sys.executable, "-c", LISTENING, *words], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert (tmp_path / "s" / "_manifest.json").exists()
