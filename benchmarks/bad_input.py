"""Bad input of every kind: is each answered as documented, or with a traceback, or as normal?

``python -m benchmarks.bad_input`` also writes the table of docs/bad-input.md.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks.results import store
from isthmus import atomic
from tests.bad_input.answering import (
    TRACEBACK,
    answer_to,
    impossible_here,
    problems,
    silently_normal,
)
from tests.bad_input.cases import CASES, table

DOCUMENT = Path(__file__).parents[1] / "docs" / "bad-input.md"


def measure() -> dict[str, Any]:
    """How many cases were answered as documented, and what came of the others."""
    counts: Counter[str] = Counter()
    codes: Counter[int] = Counter()
    wrong, left_out = [], []
    for case in CASES:
        if reason := impossible_here(case):
            left_out.append(f"{case.command}, {case.came}: {reason}")
            continue
        answer = answer_to(case)
        found = problems(case, answer)
        codes[answer.code] += 1
        counts["answered"] += not found
        counts["tracebacks"] += any(word in answer.err for word in TRACEBACK)
        counts["silently_normal"] += silently_normal(case, answer)
        counts["invalid_rows"] += len(case.invalid)
        wrong += [f"{case.command}, {case.came}: {problem}" for problem in found]
    return {
        "cases": len(CASES) - len(left_out),
        **{
            name: counts[name]
            for name in ("answered", "tracebacks", "silently_normal", "invalid_rows")
        },
        "exit_codes": {str(code): count for code, count in sorted(codes.items())},
        "wrong": wrong,
        "left_out": left_out,
    }


def document(text: str) -> str:
    """The document with the table of the cases in the place of its own."""
    return re.sub(r"(?:^\|.*\n)+", lambda _: table(), text, count=1, flags=re.M)


def main() -> None:
    """Measure, print, store, and write the table."""
    figures = measure()
    print(f"{figures['answered']} of {figures['cases']} cases are answered as documented")
    print(f"{figures['tracebacks']} tracebacks")
    print(
        f"{figures['silently_normal']} of {figures['invalid_rows']} rows that cannot be scored "
        "are called something all the same"
    )
    for line in [*figures["wrong"], *figures["left_out"]]:
        print(line)
    text = document(DOCUMENT.read_text(encoding="utf-8"))
    with atomic.written(DOCUMENT, overwrite=True) as file:
        file.write(text.encode())
    print(f"stored in {store('bad_input', figures)}")


if __name__ == "__main__":
    main()
