"""What the page of `isthmus report` must show: time, size, quiet in a browser, drift."""

from __future__ import annotations

from benchmarks.reaches import BESIDE, NONE, Target, at_least, at_most

_BROWSER = (
    ("scripts_of_others_that_ran", "scripts in hostile names, levels and ids that ran"),
    ("messages_on_the_console", "messages on the console of a browser"),
    ("requests", "requests to a network"),
    ("serious_findings_of_axe", "serious or critical findings of axe-core"),
)

REPORT_TARGETS: tuple[Target, ...] = (
    Target(
        "reports",
        "5000 beats: CPU seconds beyond scoring, whole process",
        at_most(10),
        lambda figures: figures["beats"]["cpu_seconds_beyond_scoring"],
    ),
    Target(
        "reports",
        "the same: megabytes of the page",
        at_most(4),
        lambda figures: figures["beats"]["megabytes"],
    ),
    Target(
        "reports",
        "1 000 000 x 30 rows: CPU seconds beyond scoring",
        at_most(120),
        lambda figures: figures["million"]["cpu_seconds_beyond_scoring"],
    ),
    Target(
        "reports",
        "the same: megabytes of the page",
        at_most(10),
        lambda figures: figures["million"]["megabytes"],
    ),
    Target(
        "reports",
        "the same: megabytes held, training included",
        BESIDE,
        lambda figures: figures["million"]["megabytes_held"],
    ),
    *(
        Target("reports", said, NONE, lambda figures, key=key: figures["browser"][key])  # type: ignore[misc]
        for key, said in _BROWSER
    ),
    Target(
        "reports",
        "drift: of 100 splits of one table, said to differ",
        at_most(5),
        lambda figures: figures["drift"]["warned"],
    ),
    Target(
        "reports",
        "drift: a fifth of a deviation in 100 splits, named first",
        at_least(100),
        lambda figures: figures["drift"]["named_first"],
    ),
)
