"""What the page of `isthmus report` must show: time, size, quiet in a browser, drift."""

from __future__ import annotations

from benchmarks.reaches import BESIDE, NONE, Reach, Target, at_least, at_most

_LINES: tuple[tuple[str, Reach, str, str], ...] = (
    (
        "5000 beats: CPU seconds beyond scoring, whole process",
        at_most(10),
        "beats",
        "cpu_seconds_beyond_scoring",
    ),
    ("the same: megabytes of the page", at_most(4), "beats", "megabytes"),
    (
        "1 000 000 x 30 rows: CPU seconds beyond scoring",
        at_most(120),
        "million",
        "cpu_seconds_beyond_scoring",
    ),
    ("the same: megabytes of the page", at_most(10), "million", "megabytes"),
    ("the same: megabytes held, training included", BESIDE, "million", "megabytes_held"),
    (
        "scripts in hostile names, levels and ids that ran",
        NONE,
        "browser",
        "scripts_of_others_that_ran",
    ),
    ("messages on the console of a browser", NONE, "browser", "messages_on_the_console"),
    ("requests to a network", NONE, "browser", "requests"),
    ("serious or critical findings of axe-core", NONE, "browser", "serious_findings_of_axe"),
    ("drift: of 100 splits of one table, said to differ", at_most(5), "drift", "warned"),
    (
        "drift: a fifth of a deviation in 100 splits, named first",
        at_least(100),
        "drift",
        "named_first",
    ),
)

REPORT_TARGETS: tuple[Target, ...] = tuple(
    Target("reports", said, reach, lambda figures, part=part, name=name: figures[part][name])  # type: ignore[misc]
    for said, reach, part, name in _LINES
)
