"""A long `isthmus fit`: killed, interrupted, gone on with; and what is refused before the work."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from isthmus.cli import interruptible
from isthmus.cli.interruptible import Interruptible
from isthmus.training import checkpoint
from isthmus.training.checkpoint import Ending

QUICK = ("--encoder", "16", "--code-size", "4", "--max-steps", "40")
FIT = ("fit", "normal.csv", *QUICK, "-o", "out.onnx")
LONG = ("fit", "normal.csv", "--encoder", "16", "--code-size", "4", "-o", "out.onnx")
OFTEN = ("--checkpoint", "c", "--checkpoint-every", "0")


def started(here, *words):
    return subprocess.Popen(
        [sys.executable, "-m", "isthmus", *words],
        cwd=here,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A shell that runs tests in the background has children ignore the signal.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def wait_for(condition, process):
    until = time.monotonic() + 60
    while not condition():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until
        time.sleep(0.01)


def test_a_process_that_is_killed_goes_on_to_the_same_file(here, isthmus):
    words = (*LONG, "--max-steps", "300", "--dropout", "0.1", "--keep", "best")
    assert isthmus(*words[:-1], "best", "--output", "whole.onnx").code == 0
    written = None
    for attempt in range(3):
        fitting = started(here, *words, *OFTEN, "--resume", "--logdir", "log")
        before = written

        def is_newer(before=before):
            path = here / "c"
            return path.exists() and path.stat().st_mtime_ns != before

        wait_for(is_newer, fitting)
        time.sleep(0.02 * attempt)
        fitting.send_signal(signal.SIGKILL)
        _, err = fitting.communicate(timeout=20)
        assert fitting.returncode == -signal.SIGKILL
        assert ("training goes on after update" in err) == (attempt > 0)
        assert not Path("out.onnx").exists()
        written = (here / "c").stat().st_mtime_ns
    done = isthmus(*words, "--checkpoint", "c", "--resume")
    assert done.code == 0
    assert "training goes on after update" in done.err
    assert done.lines == []
    assert done.err.endswith("c: removed, as the training is done\n")
    assert Path("out.onnx").read_bytes() == Path("whole.onnx").read_bytes()
    assert not Path("c").exists()


def test_control_c_says_how_to_go_on(here):
    with started(here, *LONG, "--max-steps", "100000000", *OFTEN, "--quiet") as fitting:
        wait_for((here / "c").exists, fitting)
        fitting.send_signal(signal.SIGINT)
        out, err = fitting.communicate(timeout=20)
    assert (fitting.returncode, out) == (130, "")
    assert err == (
        "c: holds the training so far; to go on, run the same command with --resume\n"
        "isthmus: interrupted; no file is left half-written\n"
    )
    assert not list(here.glob(".isthmus-unfinished-*"))


def test_control_c_before_a_checkpoint_is_due_writes_one_and_the_rest_gives_the_same_file(here):
    words = (*LONG, "--max-steps", "3000", "--dropout", "0.1", "--checkpoint", "c")
    with started(here, *words, "--logdir", "log") as fitting:
        wait_for((here / "log").exists, fitting)  # opened when the training begins
        time.sleep(0.3)
        fitting.send_signal(signal.SIGINT)
        _, err = fitting.communicate(timeout=20)
    assert fitting.returncode == 130, err
    assert err.endswith(
        "c: holds the training so far; to go on, run the same command with --resume\n"
        "isthmus: interrupted; no file is left half-written\n"
    )
    with started(here, *words, "--resume") as fitting:
        _, err = fitting.communicate(timeout=60)
    assert fitting.returncode == 0, err
    assert "training goes on after update" in err
    with started(here, *words[:-2], "-o", "whole.onnx") as fitting:
        fitting.communicate(timeout=60)
    assert (here / "out.onnx").read_bytes() == (here / "whole.onnx").read_bytes()


@pytest.fixture
def control_c_interrupts():
    """What runs in the background of a shell is started with Control-C ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("control_c_interrupts")
def test_the_second_control_c_and_one_amid_no_training_end_at_once():
    waits, idle = Ending(), Ending()
    waits.waits = True
    for told, times in (([waits], 2), ([idle], 1), ([], 1)):
        came = []
        with pytest.raises(KeyboardInterrupt), interruptible.waiting(told):
            while len(came) < 5:
                came.append("one")
                signal.raise_signal(signal.SIGINT)
        assert len(came) == times
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert (waits.wished, idle.wished) == (True, False)


def test_where_control_c_is_ignored_it_stays_so():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with interruptible.waiting([Ending()]):
            signal.raise_signal(signal.SIGINT)
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


def test_control_c_amid_no_training_says_so(isthmus, monkeypatch):
    from isthmus.training import learn

    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(learn, "learn", interrupted)
    done = isthmus(*FIT, "--checkpoint", "c", "--quiet")
    assert done.code == 130
    assert done.err.startswith("c: was not written: the training had not begun, or was over\n")
    assert "c:" not in isthmus(*FIT, "--quiet").err


def test_a_training_that_ends_in_time_leaves_no_checkpoint(isthmus):
    plain = isthmus(*FIT)
    first = Path("out.onnx").read_bytes()
    done = isthmus(*FIT, "--force", *OFTEN, "--resume")
    assert (plain.code, done.code) == (0, 0)
    assert done.err.startswith("c: is not there; the training begins at the beginning\n")
    assert done.err.endswith("c: removed, as the training is done\n")
    assert Path("out.onnx").read_bytes() == first
    assert not Path("c").exists()
    quiet = isthmus(*FIT, "--force", *OFTEN, "--resume", "--quiet")
    assert (quiet.code, quiet.err) == (0, "")


def left_behind(isthmus, monkeypatch):
    """A checkpoint of a training whose model could not be written."""
    from isthmus import model_file
    from isthmus.errors import FileAccessError

    def full(*_, **__):
        raise FileAccessError("out.onnx: could not be written: No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(model_file, "save", full)
        assert isthmus(*FIT, *OFTEN).code == 6


def test_an_existing_checkpoint_is_gone_on_from_or_removed_but_never_lost(isthmus, monkeypatch):
    left_behind(isthmus, monkeypatch)
    before = Path("c").read_bytes()
    done = isthmus(*FIT, *OFTEN, "--force")
    assert done.code == 6
    assert "c: exists already, and may hold a training that was interrupted" in done.err
    assert "header" not in done.err  # the data were not read in vain
    changed = isthmus(*FIT, *OFTEN, "--resume", "--learning-rate", "0.01", "--no-shuffle")
    assert changed.code == 2
    assert "c: belongs to another training\n" in changed.err
    assert "--learning-rate: null then, 0.01 now\n" in changed.err
    assert "--shuffle: true then, false now\n" in changed.err
    assert Path("c").read_bytes() == before
    assert isthmus(*FIT, *OFTEN, "--resume").code == 0


def test_other_data_are_refused(isthmus, monkeypatch):
    left_behind(isthmus, monkeypatch)
    lines = Path("normal.csv").read_text().splitlines()
    Path("normal.csv").write_text("\n".join([lines[0], *reversed(lines[1:])]) + "\n")
    done = isthmus(*FIT, *OFTEN, "--resume")
    assert done.code == 2
    assert "rows: 292 of digest" in done.err


def test_a_damaged_checkpoint_is_one_clear_failure_before_the_data_are_read(isthmus, monkeypatch):
    left_behind(isthmus, monkeypatch)
    Path("c").write_bytes(Path("c").read_bytes()[:-100])
    done = isthmus(*FIT, *OFTEN, "--resume")
    assert (done.code, done.out) == (5, b"")
    assert done.err == (
        "isthmus: c: is damaged or cut short: its digest is wrong\n"
        "  Remove it to train from the beginning.\n"
    )


def test_a_file_that_is_no_checkpoint_is_not_replaced(isthmus):
    before = Path("all.csv").read_bytes()
    for more, code in (((), 6), (("--resume",), 5)):
        assert isthmus(*FIT, "--checkpoint", "all.csv", *more).code == code
    assert Path("all.csv").read_bytes() == before


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--resume",), 2, "--resume was given without --checkpoint FILE"),
        (("--checkpoint-every", "5"), 2, "--checkpoint-every was given without --checkpoint FILE"),
        (("--checkpoint", ""), 2, "--checkpoint: a file name was expected, got ''"),
        (("--checkpoint", "-"), 2, "--checkpoint: a file name was expected, got '-'"),
        (("--checkpoint", "out.onnx"), 2, "--checkpoint out.onnx: is the file of -o"),
        (("--checkpoint", "./out.onnx"), 2, "is the file of -o, which would be lost"),
        (("--checkpoint", "normal.csv", "--resume"), 2, "normal.csv: is the file of DATA"),
        (("--checkpoint", "none/c"), 6, "none/c: the directory none does not exist"),
        (("--checkpoint", "sub"), 6, "sub: is a directory"),
        ((*OFTEN[:3], "-1"), 2, "--checkpoint-every: "),
        (("--logdir", "all.csv"), 6, "all.csv: is no folder"),
    ],
)
def test_what_cannot_be_is_said_before_the_work(isthmus, words, code, said):
    Path("sub").mkdir()
    done = isthmus(*FIT, *words)
    assert (done.code, done.out) == (code, b"")
    assert said in done.err
    assert "header" not in done.err
    assert not Path("out.onnx").exists()


def test_a_log_is_written_and_changes_nothing(isthmus):
    assert isthmus(*FIT).code == 0
    first = Path("out.onnx").read_bytes()
    assert isthmus(*FIT, "--force", "--logdir", "runs/first").code == 0
    assert Path("out.onnx").read_bytes() == first
    (events,) = Path("runs/first").iterdir()
    assert events.name.startswith("events.out.tfevents.")
    assert isthmus(*FIT, "--force", "--logdir", "runs/first").code == 6


def test_without_tensorboard_a_log_is_refused_with_the_line_that_installs_it(isthmus, monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorboard", None)
    done = isthmus(*FIT, "--logdir", "log")
    assert (done.code, done.out) == (3, b"")
    assert "pip install 'isthmus[tensorboard]'" in done.err
    assert isthmus(*FIT).code == 0  # needed by nothing else


def test_a_checkpoint_that_cannot_be_removed_is_no_failure(tmp_path, monkeypatch):
    path = tmp_path / "c"
    path.touch()

    def refuse(_path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(interruptible.Path, "unlink", refuse)
    (said,) = Interruptible(str(path)).done()
    assert "is no longer needed, and could not be removed" in said


def test_the_time_between_checkpoints_is_the_same_everywhere():
    assert interruptible.EVERY_SECONDS == checkpoint.EVERY_SECONDS
