"""Run benchmarks, each in a process of its own, and hold the stored figures against the targets.

    python -m benchmarks                     # all; the table of targets at the end
    python -m benchmarks same_bits ecg5000   # these
    python -m benchmarks --list              # what there is
    python -m benchmarks --table             # what is stored, nothing is run

The exit code is 1 where a benchmark fails or a target is missed.
"""

from __future__ import annotations

import argparse
import ast
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.targets import table

FOLDER = Path(__file__).parent


def benchmarks() -> dict[str, str]:
    """Every module that measures, and the first line of what it says of itself."""
    found = {}
    for path in (*FOLDER.glob("*.py"), *FOLDER.glob("*/__main__.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if any(isinstance(node, ast.FunctionDef) and node.name == "measure" for node in tree.body):
            name = path.parent.name if path.name == "__main__.py" else path.stem
            found[name] = (ast.get_docstring(tree) or "").partition("\n")[0]
    return dict(sorted(found.items()))


def module(name: str) -> Path:
    """The file of a benchmark: a module, or the command of a package."""
    file = FOLDER / f"{name}.py"
    return file if file.exists() else FOLDER / name / "__main__.py"


def main(arguments: Sequence[str]) -> int:
    """Run what is asked for; the exit code."""
    known = benchmarks()
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(known))
    parser.add_argument("--list", action="store_true", help="say what there is, run nothing")
    parser.add_argument("--table", action="store_true", help="show the targets, run nothing")
    chosen = parser.parse_args(arguments)
    if unknown := [name for name in chosen.names if name not in known]:
        parser.error(f"there is no benchmark {', '.join(unknown)}; there are {', '.join(known)}")
    if chosen.list:
        _print_columns(list(known.items()))
        return 0
    failed = [] if chosen.table else _run(chosen.names or list(known))
    return int(_show(failed))


def _run(names: Sequence[str]) -> list[str]:
    """The names of those that failed."""
    failed = []
    for name in names:
        print(f"\n== {name}", flush=True)
        command = [sys.executable, "-m", f"benchmarks.{name}"]
        if subprocess.run(command, cwd=FOLDER.parent, check=False).returncode:
            failed.append(name)
    return failed


def _show(failed: Sequence[str]) -> bool:
    """Print the table; whether anything failed or missed its target."""
    lines = table()
    print()
    _print_columns([("benchmark", "what", "reach", "reached", ""), *lines])
    for name in failed:
        print(f"{name} FAILED: its figures above, if any, are old")
    return bool(failed) or any(line[-1] == "MISSED" for line in lines)


def _print_columns(lines: Sequence[tuple[str, ...]]) -> None:
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        print("  ".join(cells).rstrip())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
