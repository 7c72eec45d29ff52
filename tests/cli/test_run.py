"""Exit codes and streams, where the process matters by itself."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import isthmus.model_file
from isthmus.cli.run import run

QUICK = ("--max-steps", "40", "--encoder", "16", "--code-size", "4")
FAILURES = {
    2: ("score", "detector.onnx", "new.csv", "--alpha", "0"),
    4: ("score", "detector.onnx", "empty.csv"),
    5: ("score", "new.csv", "detector.onnx"),
    6: ("score", "detector.onnx", "nothing.csv"),
}
MISTYPED = ("score", "detector.onnx", "new.csv", "--bogus")

REFUSING = """
import sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == {library!r}:
            raise ImportError(f"No module named {{name!r}}")
sys.meta_path.insert(0, Refuse())
from isthmus.cli.run import run
sys.exit(run(sys.argv[1:]))
"""


@pytest.mark.parametrize(("code", "words"), FAILURES.items(), ids=map(str, FAILURES))
def test_a_failure_is_one_message_with_its_own_exit_code(isthmus, code, words):
    Path("empty.csv").touch()
    done = isthmus(*words)
    assert (done.code, done.out) == (code, b"")
    *before, message = re.split(r"^isthmus: ", done.err, flags=re.M)
    assert len(before) == 1
    first, *rest = message.splitlines()
    assert first
    assert all(line.startswith("  ") for line in rest)
    assert "Traceback" not in done.err


@pytest.mark.parametrize("words", [*FAILURES.values(), MISTYPED], ids=str)
def test_debug_shows_the_traceback_wherever_it_stands(isthmus, words):
    Path("empty.csv").touch()
    plain = isthmus(*words)
    for typed in (("--debug", *words), (*words, "--debug")):
        done = isthmus(*typed)
        assert done.code == plain.code
        assert "Traceback (most recent call last)" in done.err
        assert done.err.endswith(plain.err.splitlines(keepends=True)[-1])


def test_words_that_make_no_sense_are_a_usage_failure(isthmus):
    done = isthmus(*MISTYPED)
    assert (done.code, done.out) == (2, b"")
    assert done.err == "isthmus: no such option: --bogus\n  See: isthmus score --help\n"


def test_a_defect_is_called_one(isthmus, monkeypatch):
    def fails(_path):
        raise RuntimeError("the unexpected")

    monkeypatch.setattr(isthmus_model_file(), "read", fails)
    done = isthmus("inspect", "detector.onnx")
    assert (done.code, done.out) == (70, b"")
    assert "isthmus itself failed: RuntimeError: the unexpected" in done.err
    assert "Traceback" not in done.err
    assert "Traceback" in isthmus("inspect", "detector.onnx", "--debug").err


def isthmus_model_file():
    return isthmus.model_file


def test_success_is_zero_and_quiet_on_standard_error(process):
    done = process("inspect", "detector.onnx")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(b"model file\n")


@pytest.mark.parametrize(
    ("library", "words", "extra"),
    [
        ("torch", ("fit", "normal.csv", *QUICK, "-o", "out.onnx"), "train"),
        ("onnx", ("fit", "normal.csv", *QUICK, "-o", "out.onnx"), "train"),
        ("altair", ("demo", "-o", "demo"), "all"),
        ("sklearn", ("evaluate", "detector.onnx", "labelled.csv", "--label", "target",
                     "--normal", "1"), "evaluate"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_a_missing_extra_is_named_with_the_line_that_installs_it(here, library, words, extra):
    done = subprocess.run(
        [sys.executable, "-c", REFUSING.format(library=library), *words],
        cwd=here,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (3, "")
    assert "which is not installed" in done.stderr
    assert f"pip install 'isthmus[{extra}]'" in done.stderr
    assert "Traceback" not in done.stderr
    assert not Path("out.onnx").exists()
    assert not Path("demo").exists()


def test_control_c_in_training_leaves_nothing_behind(here):
    before = sorted(path.name for path in here.iterdir())
    words = [*QUICK, "--max-steps", "100000000", "-o", "out.onnx"]
    with subprocess.Popen(
        [sys.executable, "-m", "isthmus", "fit", "normal.csv", *words],
        cwd=here,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # A shell that runs tests in the background has children ignore the signal.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as fitting:
        assert fitting.stderr.readline()  # the data are read, training begins
        time.sleep(0.5)
        assert fitting.poll() is None
        fitting.send_signal(signal.SIGINT)
        out, err = fitting.communicate(timeout=20)
    assert (fitting.returncode, out) == (130, b"")
    assert err == b"isthmus: interrupted; no file is left half-written\n"
    assert sorted(path.name for path in here.iterdir()) == before


INTERRUPTED_IN_AN_IMPORT = """
import sys
from isthmus.cli import run

def imports_a_library(words):
    exec("raise KeyboardInterrupt")

run._called = imports_a_library
from isthmus.__main__ import main
main()
"""


def test_control_c_while_a_library_is_imported_has_the_exit_code_of_any_other(tmp_path):
    (tmp_path / "interrupted.py").write_text(INTERRUPTED_IN_AN_IMPORT)
    words = [sys.executable, "-m", "interrupted", "fit"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (130, b"")
    assert done.stderr == b"isthmus: interrupted; no file is left half-written\n"


LOOKING_FOR_GARBAGE = """
import gc, sys
from isthmus.__main__ import main

try:
    main()
finally:
    print(gc.isenabled(), gc.get_threshold()[0] > 700, gc.get_freeze_count() > 0, file=sys.stderr)
"""


@pytest.mark.parametrize("code", [0, 5, 6])
def test_what_is_left_at_the_end_is_not_gone_through_once_more(here, code):
    (here / "looking.py").write_text(LOOKING_FOR_GARBAGE)
    words = FAILURES[code] if code else ("verify", "detector.onnx")
    words = [sys.executable, "looking.py", *words]
    done = subprocess.run(words, cwd=here, capture_output=True, check=False)
    assert done.returncode == code
    *_, last = done.stderr.decode().splitlines()
    assert last == "True True True"


@pytest.mark.parametrize(
    "words",
    [
        ("score", "detector.onnx", "new.csv", "--quiet"),
        ("score", "detector.onnx", "new.csv", "--quiet", "--output-format", "parquet"),
        ("inspect", "detector.onnx"),
        ("inspect", "detector.onnx", "--json"),
        ("verify", "detector.onnx"),
        ("--help",),
        ("fit", "--help"),
    ],
    ids=" ".join,
)
def test_a_pipe_that_nobody_reads_ends_it_without_a_word(process, words):
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = process(*words, stdout=writer)
    finally:
        os.close(writer)
    assert (done.code, done.err) == (141, "")


def test_head_gets_its_line_without_any_noise(here):
    line = f"{sys.executable} -m isthmus score detector.onnx all.csv --label target -q | head -1"
    done = subprocess.run(["bash", "-c", line], cwd=here, capture_output=True, check=True)
    assert done.stdout == b"row,anomaly_score,p_value,is_anomaly,status,reason\n"
    assert done.stderr == b""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("words", [("score", "detector.onnx", "new.csv"), ("inspect", "ids.onnx")])
def test_a_full_disk_is_a_failure_of_output(process, words):
    with Path("/dev/full").open("wb") as full:
        done = process(*words, stdout=full.fileno())
    assert done.code == 6
    assert "isthmus: standard output: could not be written: No space left on device" in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize(("closing", "code"), [(">&-", 6), ("2>&-", 0), (">&- 2>&-", 6)])
def test_closed_streams_are_no_defect(here, closing, code):
    line = f"{sys.executable} -m isthmus score detector.onnx new.csv {closing}"
    done = subprocess.run(["bash", "-c", line], cwd=here, capture_output=True, check=False)
    assert done.returncode == code
    assert len(done.stdout.splitlines()) == (41 if code == 0 else 0)
    if closing == ">&-":
        assert done.stderr == b"isthmus: standard output is closed\n"


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_a_file_that_may_not_be_read_is_said_to_be_so(isthmus):
    Path("new.csv").chmod(0)
    done = isthmus("score", "detector.onnx", "new.csv")
    assert done.code == 6
    assert "new.csv: could not be opened: Permission denied" in done.err


def test_the_version_is_said_in_both_ways(process, capsys):
    from isthmus.version import __version__

    assert process("--version").out == f"isthmus {__version__}\n".encode()
    assert run(["--version"]) == 0
    assert capsys.readouterr().out == f"isthmus {__version__}\n"


def cpu_seconds(words):
    """The least CPU time of five runs, without what they share with any Python."""
    code = "import os, subprocess, sys; subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL); "
    code += "t = os.times(); print(t.children_user + t.children_system)"
    command = [sys.executable, "-c", code, sys.executable, "-m", "isthmus", *words]
    runs = [subprocess.run(command, capture_output=True, check=True).stdout for _ in range(5)]
    return min(map(float, runs))


def test_version_and_help_are_quick():
    assert cpu_seconds(["--version"]) <= 0.1
    assert cpu_seconds(["--help"]) <= 0.25
