"""The tables of docs/accuracy.md, made from the stored results.

python -m benchmarks.accuracy.page           # print them
python -m benchmarks.accuracy.page --write   # put them, and the pictures, into docs/
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from pathlib import Path

from benchmarks.accuracy import cells, summary
from benchmarks.accuracy.pictures import PICTURES, draw
from benchmarks.accuracy.significance import compare, holm
from benchmarks.accuracy.summary import GROUPS, Figures
from benchmarks.readme import figures as stored

PAGE = Path(__file__).parents[2] / "docs" / "accuracy.md"
RANKING = {"roc_auc": "ROC AUC", "average_precision": "AP"}
NOT_YET = "The default of isthmus has not been measured on all sets yet."


def tables(figures: Figures) -> dict[str, str]:
    """Every table of the page by the name of its mark."""
    return {
        "overall": overall(figures),
        "picture, by set": _picture(figures, "accuracy-by-set", "By how much it is ahead, by set"),
        "significance, roc_auc": significance(figures, "roc_auc"),
        "significance, average_precision": significance(figures, "average_precision"),
        "false alarms": false_alarms(figures),
        "effort": effort(figures),
        "picture, contamination": _picture(figures, "contamination", "Figures by the share hidden"),
        "contamination": contamination(figures),
        "sets": sets(figures),
        "by set, roc_auc": by_set(figures, "roc_auc"),
        "by set, average_precision": by_set(figures, "average_precision"),
        "versions": versions(figures),
    }


def overall(figures: Figures) -> str:
    """Means over all sets, the tuning ones and the confirming ones."""
    counts = {group: len(summary.sets_of(figures, group)) for group in GROUPS}
    columns = [(figure, group) for figure in RANKING for group in GROUPS]
    head = [f"{RANKING[figure]}, {counts[group]} {group}" for figure, group in columns]
    lines = [
        [
            one["title"],
            *(cells.three(summary.mean(figures, name, figure, group)) for figure, group in columns),
        ]
        for name, one in figures["methods"].items()
    ]
    best = [max((line[place] for line in lines), default="") for place in range(len(head) + 1)]
    shown = [
        [line[0], *(cells.bold(cell, best[place]) for place, cell in enumerate(line[1:], start=1))]
        for line in lines
    ]
    return cells.table(["", *head], shown)


def significance(figures: Figures, figure: str) -> str:
    """The default of isthmus less every rival, over all sets."""
    ours = summary.default(figures)
    if ours is None:
        return NOT_YET
    rivals = summary.rivals(figures)
    own = summary.by_set(figures, ours, figure)
    found = [compare(own, summary.by_set(figures, name, figure)) for name in rivals]
    adjusted = holm([one.p_value for one in found])
    head = [
        f"{figures['methods'][ours]['title']} less", RANKING[figure], "95 % interval",
        "ahead, behind", "p", "p, Holm",
    ]  # fmt: skip
    lines = [
        [
            figures["methods"][name]["title"],
            f"{one.difference:+.3f}",
            f"{one.low:+.3f} to {one.high:+.3f}",
            f"{one.wins}, {one.losses}",
            cells.p_value(one.p_value),
            cells.p_value(corrected),
        ]
        for name, one, corrected in zip(rivals, found, adjusted, strict=True)
    ]
    return cells.table(head, lines)


def false_alarms(figures: Figures) -> str:
    """Realised rates of isthmus beside those that were promised."""
    head = [
        "", "alpha", "sets that support it", "false alarms, of attainable",
        "largest of alpha, large sets", "anomalies caught",
    ]  # fmt: skip
    lines = []
    through = [name for name in summary.own(figures) if _through(figures, name)]
    for name in through:
        for place, alpha in enumerate(figures["protocol"]["alphas"]):
            rate = summary.false_alarms(figures, name, place)
            lines.append(
                [
                    figures["methods"][name]["title"],
                    f"{alpha:g}",
                    str(rate["sets"]),
                    f"{rate['of_attainable']:.2f}",
                    f"{rate['largest_of_large']:.2f} ({rate['large_sets']} sets)",
                    cells.percent(rate["caught"], digits=1),
                ]
            )
    return cells.table(head, lines) if lines else NOT_YET


def effort(figures: Figures) -> str:
    """CPU seconds and memory of every detector."""
    head = [
        "", "fit, CPU s, median set", "longest", "rows scored a CPU second", "peak memory, MB"
    ]  # fmt: skip
    lines = []
    for name, one in figures["methods"].items():
        if not _through(figures, name):
            continue
        spent = summary.effort(figures, name)
        lines.append(
            [
                one["title"],
                cells.short(spent["fit"]),
                cells.short(spent["longest_fit"]),
                cells.two_digits(spent["rows_per_second"]),
                f"{spent['memory']:.0f}",
            ]
        )
    return cells.table(head, lines)


def contamination(figures: Figures) -> str:
    """Means over the sets of the curve, for each share hidden."""
    hidden = figures["protocol"]["hidden"]
    head = [
        "",
        *(f"{label}, {cells.percent(share)}" for label in RANKING.values() for share in hidden),
    ]
    lines = []
    for name, one in figures["methods"].items():
        curves = [summary.curve(figures, name, figure) for figure in RANKING]
        known = [curve for curve in curves if curve is not None]
        if known:
            means = [cells.three(value) for curve in known for value in curve]
            lines.append([one["title"], *means])
    return cells.table(head, lines)


def sets(figures: Figures) -> str:
    """The data sets: how many rows train and are scored."""
    tuning = figures["protocol"]["tuning"]
    lines = [
        [
            name,
            "tuning" if name in tuning else "confirming",
            str(one["training_rows"]),
            str(one["test_rows"]),
            str(one["anomalies"]),
            "yes" if name in summary.curve_sets(figures) else "",
        ]
        for name, one in _named(figures)
    ]
    head = ["set", "group", "rows that train", "rows scored", "anomalies of these", "on the curve"]
    return cells.table(head, lines)


def by_set(figures: Figures, figure: str) -> str:
    """One figure of every set and detector, the mean over the seeds."""
    found = {name: summary.by_set(figures, name, figure) for name in figures["methods"]}
    head = ["set", *(one["title"] for one in figures["methods"].values())]
    lines = [
        [name, *(cells.three(one.get(name)) for one in found.values())]
        for name, _ in _named(figures)
    ]
    return cells.table(head, lines)


def versions(figures: Figures) -> str:
    """The libraries that ran, and where more than one version did, all of them."""
    ran: dict[str, set[str]] = {}
    for one in figures["methods"].values():
        for library, version in one["versions"].items():
            ran.setdefault(library, set()).add(version)
    return ", ".join(f"{name} {' and '.join(sorted(found))}" for name, found in sorted(ran.items()))


def _named(figures: Figures) -> Iterable[tuple[str, Figures]]:
    return ((name, figures["sets"][name]) for name in summary.sets_of(figures, "all"))


def _picture(figures: Figures, name: str, says: str) -> str:
    """A picture, where there are figures to draw."""
    return f"![{says}](images/{name}.png)" if PICTURES[name](figures) is not None else NOT_YET


def _through(figures: Figures, method: str) -> bool:
    """Whether a detector has run on all sets."""
    return summary.mean(figures, method, "roc_auc", "all") is not None


def written(text: str, made: dict[str, str]) -> str:
    """A page with each table between its marks.

    Raises
    ------
    ValueError
        If a mark is not there once.
    """
    for name, table in made.items():
        mark = re.compile(rf"(<!-- {re.escape(name)} -->\n).*?(<!-- end -->)", re.S)
        text, times = mark.subn(lambda found, table=table: f"{found[1]}{table}\n{found[2]}", text)  # type: ignore[misc]
        if times != 1:
            raise ValueError(f"the page has {times} marks <!-- {name} -->, one was expected")
    return text


def print_or_write(page: Path, made: dict[str, str]) -> bool:
    """Print tables, or with `--write` put them between their marks; whether they were written."""
    if "--write" not in sys.argv[1:]:
        print("\n\n".join(f"{name}\n{table}" for name, table in made.items()))
        return False
    page.write_text(written(page.read_text(encoding="utf-8"), made), encoding="utf-8")
    return True


def main() -> None:
    """Print the tables, or write them and the pictures."""
    figures = stored("accuracy")
    if print_or_write(PAGE, tables(figures)):
        draw(figures, PAGE.parent / "images")


if __name__ == "__main__":
    main()
