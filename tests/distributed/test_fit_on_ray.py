"""Workers of Ray that train one network: what one would have learnt, though workers die."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sockets import SOCKETS
from test_on_ray import workers

from isthmus.errors import DataError, MissingExtraError, UsageError
from isthmus.model_file import unseal
from isthmus.options import FitOptions, ReadOptions, RowOptions
from isthmus.read import Sampling, open_source, read_rows
from isthmus.scoring.scorer import Scorer
from isthmus.training.learn import learn
from isthmus.training.whole import Again

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="tested on Unix")

ROWS, DRAWN = 2400, 400
SMALL = {
    "sample_rows": DRAWN,
    "learn_from": "all",
    "encoder": (12,),
    "code_size": 6,
    "members": 2,
    "max_steps": 40,
}


@pytest.fixture(scope="module")
def cluster():
    """One for all tests: starting takes seconds."""
    ray = pytest.importorskip("ray", reason="isthmus[ray] is not installed")
    from isthmus.distributed.on_ray import running

    with running(ray, 2, None):
        yield ray


@pytest.fixture
def data(tmp_path):
    generator = np.random.default_rng(6)
    hidden = generator.normal(size=(ROWS, 2))
    values = hidden @ generator.normal(size=(2, 5)) + 0.3 * generator.normal(size=(ROWS, 5))
    values[generator.random(values.shape) < 0.01] = np.nan
    columns = {f"x{place}": column for place, column in enumerate(values.T)}
    columns["kind"] = np.array(["a", "b"])[(hidden[:, 0] > 0).astype(int)]
    pq.write_table(pa.table(columns), tmp_path / "rows.parquet", row_group_size=150)
    return tmp_path / "rows.parquet"


def learnt(data, again=None, watching=None, **choices):
    """A model file of all rows, by this process unless another is named."""
    options = FitOptions.from_flat(**{**SMALL, **choices})
    source = open_source(data)
    rows = read_rows(source, RowOptions(), sampling=Sampling.of(options.training))
    more = {} if watching is None else {"watching": watching}
    return learn(rows, RowOptions(), options, again=again or Again(lambda: source), **more).model


def by_ray(data, count):
    from isthmus.distributed.fit_on_ray import RayTraining, Reopen

    return Again(Reopen.of(str(data), ReadOptions()), RayTraining(data.parent, count))


def weights(model):
    import onnx

    held = onnx.load_from_string(model).graph.initializer
    arrays = {array.name: onnx.numpy_helper.to_array(array) for array in held}
    return {name: array for name, array in arrays.items() if name.startswith("dense")}


def test_one_worker_writes_the_very_file_that_this_process_writes(cluster, data):
    assert learnt(data, by_ray(data, 1)) == learnt(data)
    assert [path.name for path in data.parent.iterdir()] == ["rows.parquet"]


def test_two_workers_learn_the_same_but_for_rounding(cluster, data):
    here, there = learnt(data), learnt(data, by_ray(data, 2))
    one, other = weights(here), weights(there)
    assert one.keys() == other.keys() and one
    for name in one:
        np.testing.assert_allclose(other[name], one[name], rtol=1e-4, atol=1e-5)
    known = [unseal(model).manifest for model in (here, there)]
    assert known[0].data == known[1].data
    assert known[0].row_schema == known[1].row_schema
    assert known[0].training.steps == known[1].training.steps
    rows = read_rows(open_source(data), RowOptions(), known[0].row_schema).values
    scores = [Scorer.load(model).anomaly_score(rows) for model in (here, there)]
    np.testing.assert_allclose(scores[0], scores[1], atol=1e-3)


def test_a_worker_that_dies_costs_time_and_nothing_else(cluster, data, monkeypatch):
    from isthmus.distributed import fit_on_ray

    monkeypatch.setattr(fit_on_ray, "EVERY_SECONDS", 0.2)
    choices = {"max_steps": 2500, "batch_size": 64, "learning_rate": 1e-4}
    before, killed, learnt_all = {*workers()}, [], threading.Event()

    def kill():
        while not killed and not learnt_all.is_set():
            time.sleep(0.1)
            if len(found := {*workers()} - before) == 2:
                time.sleep(2)
                with contextlib.suppress(ProcessLookupError):  # Ray ended an idle one by itself
                    os.kill(max(found), signal.SIGKILL)
                    killed.append(max(found))

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        there = learnt(data, by_ray(data, 2), **choices)
    finally:
        learnt_all.set()
        killer.join()
    assert killed
    training = unseal(there).manifest.training
    assert training.steps == 2500
    losses = [unseal(learnt(data, **choices)).manifest.training.epochs, training.epochs]
    last = [np.array(epochs[-1].validation_loss) for epochs in losses]
    np.testing.assert_allclose(*last, rtol=0.02)
    assert [path.name for path in data.parent.iterdir()] == ["rows.parquet"]


def test_a_row_that_cannot_be_learnt_from_is_told_as_it_would_be_here(cluster, data):
    table = pq.read_table(data)
    drawn = {*Sampling(DRAWN, 0).places(ROWS, 6).tolist()}
    row = next(row for row in range(1000, ROWS) if row not in drawn)
    cells = table.column("x1").to_numpy().copy()
    cells[row] = np.inf
    pq.write_table(table.set_column(1, "x1", pa.array(cells)), data, row_group_size=150)
    with pytest.raises(DataError, match=f"row {row}, column 'x1'") as there:
        learnt(data, by_ray(data, 2))
    with pytest.raises(DataError) as here:
        learnt(data)
    assert there.value.problems == here.value.problems


@pytest.mark.parametrize(
    ("count", "choices", "said"),
    [
        (9, {}, "workers: 9 came, and the rows are dealt out to 8"),
        (2, {"batch_norm": True}, "batch_norm looks at a whole batch"),
        (5, {"batch_size": 8}, "workers: 5 came, and the rows are dealt out to 4"),
    ],
)
def test_what_workers_cannot_share_is_refused(cluster, data, count, choices, said):
    with pytest.raises(UsageError, match=said):
        learnt(data, by_ray(data, count), **choices)


def test_an_interrupted_training_goes_on_with_other_workers(cluster, data, monkeypatch):
    from isthmus.training.checkpoint import Checkpoint, Checkpoints
    from isthmus.training.watching import Watching

    on_update = Checkpoints.on_update

    def stop(self, state):
        on_update(self, state)
        if state.updates == 17:
            raise KeyboardInterrupt

    checkpoint = Checkpoint(data.parent / "c", every=0)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Checkpoints, "on_update", stop)
        learnt(data, watching=Watching(checkpoint=checkpoint))
    going_on = Watching(checkpoint=Checkpoint(data.parent / "c", every=0, resume=True))
    there = learnt(data, by_ray(data, 1), watching=going_on)
    assert there == learnt(data)


def test_without_ray_it_is_said_what_to_install(data, monkeypatch):
    pytest.importorskip("ray", reason="isthmus[ray] is not installed")
    again = by_ray(data, 2)
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MissingExtraError, match=r"isthmus\[ray\]"):
        learnt(data, again)


LISTENING = (
    SOCKETS
    + """
import os, sys, threading, time
from pathlib import Path
from isthmus.cli.run import run

seen, trains = set(), set()

def look():
    while True:
        sockets = set()
        for pid in children(os.getpid()):
            trains.update([pid] if words(pid).startswith(b"ray::Worker") else [])
            try:
                sockets |= own(pid)
            except OSError:
                continue
        for table in ("tcp", "tcp6"):
            for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
                cells = line.split()
                if cells[3] == "0A" and cells[9] in sockets:
                    seen.add(cells[1].partition(":")[0])
        time.sleep(0.05)

def words(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""

threading.Thread(target=look, daemon=True).start()
code = run(sys.argv[1:])
loopback = {"0100007F", "00000000000000000000000001000000", "0000000000000000FFFF00000100007F"}
assert seen and len(trains) >= 2, "workers listen somewhere"
assert seen <= loopback, seen
sys.exit(code)
"""
)


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="/proc says who listens")
def test_workers_that_are_started_here_listen_on_the_loopback_alone(data):
    pytest.importorskip("ray", reason="isthmus[ray] is not installed")
    words = ("fit", str(data), "--sample-rows", str(DRAWN), "--encoder", "12", "--members", "2")
    more = ("--engine", "ray", "--workers", "2", "--batch-size", "64", "--max-steps", "1000")
    done = subprocess.run(
        [sys.executable, "-c", LISTENING, *words, *more, "-o", "m.onnx"],
        cwd=data.parent,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert "the networks learn from all" in done.stderr
    data_of = unseal((data.parent / "m.onnx").read_bytes()).manifest.data
    assert data_of.training_rows > DRAWN


def test_where_one_process_holds_all_rows_no_workers_are_started(data, isthmus_process):
    few = ("--encoder", "12", "--members", "2", "--max-steps", "5", "--engine", "ray")
    done = isthmus_process("fit", str(data), *few, "-o", "m.onnx")
    assert done.returncode == 0, done.stderr
    assert f"one process holds all {ROWS} rows; no workers are started" in done.stderr


def test_workers_cannot_read_a_pipe(isthmus_process):
    done = isthmus_process("fit", "-", "--engine", "ray", "-o", "m.onnx")
    assert done.returncode == 2
    assert "workers cannot read standard input" in done.stderr


@pytest.fixture
def isthmus_process(tmp_path):
    def call(*words):
        return subprocess.run(
            [sys.executable, "-m", "isthmus", *words],
            cwd=tmp_path,
            input="a,b\n1,2\n",
            check=False,
            capture_output=True,
            text=True,
        )

    return call


def test_scoring_in_many_processes_needs_no_pytorch():
    look = "import sys, isthmus.distributed; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", look], check=False).returncode == 0
