"""Fail every call of the system in turn, in every command: is a file lost, or litter left?

``python -m benchmarks.io_failures``
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from benchmarks.results import store
from tests.io.commands import COMMANDS, Command, without_waiting
from tests.io.verdict import CODE, FAILURES, LITTER, LOST, UNCLEAR, injections, tried

EXAMPLES = 20
"""Injections that went wrong whose words are kept."""


def measure() -> dict[str, Any]:
    """For every command: calls, injections, and what was wrong with their outcomes."""
    with without_waiting():
        commands = {name: _measured(command) for name, command in COMMANDS.items()}
    wrong = [line for figures in commands.values() for line in figures.pop("wrong")]
    rows = commands.values()
    return {
        "failures": list(FAILURES),
        "calls": sum(row["calls"] for row in rows),
        **{
            kind: sum(row[kind] for row in rows)
            for kind in ("injected", "handled", "lost", "litter", "unclear", "other_exit_code")
        },
        "commands": commands,
        "wrong": wrong[:EXAMPLES],
    }


def main() -> None:
    """Measure, print and store."""
    figures = measure()
    print(f"Each call fails in turn, in {len(FAILURES)} ways: {', '.join(FAILURES)}")
    heads = ("calls", "injected", "handled", "lost", "litter", "unclear", "other_exit_code")
    print(f"{'':40}" + "".join(f"{head.replace('_', ' '):>17}" for head in heads))
    for name, row in [*figures["commands"].items(), ("all", figures)]:
        print(f"{name:40}" + "".join(f"{row[head]:17}" for head in heads))
    for line in figures["wrong"]:
        print(line)
    print(f"stored in {store('io_failures', figures)}")


def _measured(command: Command) -> dict[str, Any]:
    calls, done, _ = tried(command)
    if done.code:
        raise RuntimeError(f"isthmus {' '.join(command.words)} failed by itself: {done.said}")
    injected, handled = 0, 0
    kinds: Counter[str] = Counter()
    wrong = []
    for tried_out in injections(command):
        injected += 1
        handled += not tried_out.problems
        kinds.update({kind for kind, _ in tried_out.problems})
        wrong += [
            f"{' '.join(command.words)}: {tried_out.call} of {tried_out.where}, "
            f"{tried_out.failure}: {sentence}"
            for _, sentence in tried_out.problems
        ]
    return {
        "calls": len(calls),
        "calls_by_kind": dict(sorted(Counter(kind for kind, _ in calls).items())),
        "injected": injected,
        "handled": handled,
        "lost": kinds[LOST],
        "litter": kinds[LITTER],
        "unclear": kinds[UNCLEAR],
        "other_exit_code": kinds[CODE],
        "wrong": wrong,
    }


if __name__ == "__main__":
    main()
