"""Break isthmus on purpose, fault by fault: does a test notice each?

``python -m benchmarks.mutations``
"""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.results import store

ROOT = Path(__file__).parent.parent
DOCUMENT = ROOT / "docs" / "mutations.md"
SECONDS = 180
"""A test that is not done by then hangs, which is noticed too."""

_PASSED, _FAILED = 0, 1


class Fault(NamedTuple):
    """One fault: `old`, which stands once in the file, becomes `new`.

    `file` is below src/isthmus; `tests`, a selection as pytest takes it, is below tests/.
    """

    what: str
    file: str
    old: str
    new: str
    tests: str


FAULTS = tuple(
    Fault(**fault)
    for fault in tomllib.loads((Path(__file__).parent / "faults.toml").read_text("utf-8"))["fault"]
)


def measure(faults: Iterable[Fault] = FAULTS) -> dict[str, Any]:
    """Apply the faults one at a time to a copy of the repository, and run the tests of each.

    Raises
    ------
    RuntimeError
        If the copy is not what its tests import, a fault's text is not found exactly once, or its
        tests cannot run, or fail without any fault.
    """
    faults = tuple(faults)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        _copy_repository(copy)
        _refuse_other_source(copy)
        _refuse_failing(copy, faults)
        listed = [_tried(copy, fault) for fault in faults]
    survivors = [one["fault"] for one in listed if not one["noticed"]]
    return {
        "faults": len(listed),
        "noticed": len(listed) - len(survivors),
        "survivors": survivors,
        "list": listed,
    }


def document(listed: Iterable[dict[str, Any]]) -> str:
    """The list as a page of Markdown."""
    rows = [
        f"| {one['fault']} (`{one['file']}`) | `{one['tests']}` |"
        if one["noticed"]
        else f"| {one['fault']} (`{one['file']}`) | **nothing** |"
        for one in listed
    ]
    return "\n".join(
        [
            "# Deliberate faults, and what notices them",
            "",
            f"{len(rows)} faults in the meaning of isthmus, each applied by itself to a copy. The "
            "program still runs and prints plausible numbers; the tests beside a fault fail with "
            "it and pass without. `python -m benchmarks.mutations` tries them all again and "
            "writes this page; the faults themselves are in `benchmarks/faults.toml`.",
            "",
            "| fault | noticed by |",
            "| --- | --- |",
            *rows,
            "",
        ]
    )


def main() -> None:
    """Measure, print, store and write the page."""
    figures = measure()
    print(f"{figures['noticed']} of {figures['faults']} faults are noticed by a test")
    for survivor in figures["survivors"]:
        print(f"not noticed: {survivor}")
    DOCUMENT.write_text(document(figures["list"]), encoding="utf-8")
    print(f"stored in {store('mutations', figures)} and {DOCUMENT}")


def source(fault: Fault, root: Path = ROOT) -> Path:
    """The file that a fault is in."""
    return root / "src" / "isthmus" / fault.file


def found(fault: Fault, root: Path = ROOT) -> int:
    """How often the text that a fault changes stands in its file."""
    return source(fault, root).read_text(encoding="utf-8").count(fault.old)


def _copy_repository(copy: Path) -> None:
    names = _output(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], ROOT
    ).split("\0")
    for name in filter(None, names):
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copy / name)


def _refuse_other_source(copy: Path) -> None:
    """The package may be installed from elsewhere; the path of the copy must come first."""
    where = _output([sys.executable, "-c", "import isthmus; print(isthmus.__file__)"], copy).strip()
    if not Path(where).resolve().is_relative_to(copy.resolve()):
        raise RuntimeError(f"tests in {copy} would import {where}")


def _refuse_failing(copy: Path, faults: Iterable[Fault]) -> None:
    """A test that fails anyway notices nothing."""
    for tests in dict.fromkeys(fault.tests for fault in faults):
        if _fails(copy, tests):
            raise RuntimeError(f"without any fault these fail: {tests}")


def _tried(copy: Path, fault: Fault) -> dict[str, Any]:
    with _applied(copy, fault):
        noticed = _fails(copy, fault.tests)
    print("noticed " if noticed else "SURVIVED", fault.what, flush=True)
    return {"fault": fault.what, "file": fault.file, "tests": fault.tests, "noticed": noticed}


@contextlib.contextmanager
def _applied(copy: Path, fault: Fault) -> Iterator[None]:
    if found(fault, copy) != 1:
        raise RuntimeError(
            f"{fault.file}: {fault.old!r} stands there {found(fault, copy)} times, not once"
        )
    path = source(fault, copy)
    sound = path.read_text(encoding="utf-8")
    path.write_text(sound.replace(fault.old, fault.new), encoding="utf-8")
    try:
        yield
    finally:
        path.write_text(sound, encoding="utf-8")


def _fails(copy: Path, tests: str) -> bool:
    chosen = [
        part if "/" not in part and ".py" not in part else f"tests/{part}"
        for part in shlex.split(tests)
    ]
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:xdist"]
    command += ["-p", "no:cacheprovider", "--hypothesis-seed=0", *chosen]
    try:
        done = subprocess.run(
            command, cwd=copy, env=_environment(copy), capture_output=True, timeout=SECONDS
        )
    except subprocess.TimeoutExpired:
        return True
    if done.returncode not in (_PASSED, _FAILED):
        said = (done.stdout + done.stderr).decode(errors="replace")[-2000:]
        raise RuntimeError(f"pytest {tests}: could not run\n{said}")
    return done.returncode == _FAILED


def _output(command: list[str], folder: Path) -> str:
    done = subprocess.run(
        command, cwd=folder, env=_environment(folder), check=True, capture_output=True
    )
    return done.stdout.decode()


def _environment(copy: Path) -> dict[str, str]:
    # Faults are applied faster than the clock of compiled files can tell.
    return {**os.environ, "PYTHONPATH": str(copy / "src"), "PYTHONDONTWRITEBYTECODE": "1"}


if __name__ == "__main__":
    main()
