"""What the benchmarks of tables must show: wrong cells, missing cells, real files, categories."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.reaches import BESIDE, MORE, Figures, Reach, Target, at_least, at_most


def _broken_correlation() -> list[Target]:
    """Both shares of every number of factors; beside them PyOD's naming, and what was possible."""
    lines = [
        ("5", "found", "share of broken rows found", at_least(0.45)),
        ("5", "named_first", "right column named first, of these", at_least(0.95)),
        ("5", "named_first_by_pyod", "the same, by PyOD's explanation", BESIDE),
        ("5", "false_alarms", "alarms among the rows unbroken", BESIDE),
        ("5", "found_at_best", "found if the correlations were known", BESIDE),
    ]
    for factors in ("3", "10"):
        lines.append((factors, "found", "share of broken rows found", BESIDE))
        lines.append((factors, "named_first", "right column named first, of these", BESIDE))
    return [
        Target(
            "broken_correlation",
            f"{factors} factors, alpha 0.01: {sentence}",
            reach,
            lambda figures, factors=factors, name=name: figures["factors"][factors]["mean"][name],  # type: ignore[misc]
        )
        for factors, name, sentence, reach in lines
    ]


def _missing_cells() -> list[Target]:
    """Rates over alpha where training had the same holes; beside them, where it had none."""
    lines = [
        ("same", "mean", "same holes in training: false alarms over alpha", at_most(1.5)),
        ("same", "largest", "the same, largest of the sets", BESIDE),
        ("same", "largest_by_number", "the same, largest by number of missing cells", BESIDE),
        ("whole", "mean", "no holes in training", BESIDE),
    ]
    return [
        Target(
            "missing_cells",
            f"{float(holes):.0%} missing, alpha {alpha}, {sentence}",
            reach,
            lambda figures, key=(holes, trained, alpha), name=name: (  # type: ignore[misc]
                figures["summary"][key[0]][key[1]][key[2]][name]
            ),
        )
        for holes in ("0.1", "0.3")
        for alpha in ("0.01", "0.05")
        for trained, name, sentence, reach in lines
    ]


def _lead(table: str, figure: str) -> Callable[[Figures], float]:
    """By how much isthmus leads the better of the other two."""

    def lead(figures: Figures) -> float:
        mean: dict[str, float] = figures["tables"][table]["mean"]
        others = (
            mean[f"{other}, {figure}"] for other in ("isolation forest", "nearest neighbours")
        )
        return mean[f"isthmus, {figure}"] - max(others)

    return lead


def _real_tables() -> list[Target]:
    lines: list[Target] = []
    for table, reach in (("ai4i2020", MORE), ("adult", BESIDE), ("nsl_kdd", BESIDE)):
        sentences: list[tuple[str, Reach, Callable[[Figures], float]]] = [
            ("ROC AUC, less the better of forest and neighbours", reach, _lead(table, "roc_auc")),
            ("average precision, likewise", BESIDE, _lead(table, "average_precision")),
            ("ROC AUC", BESIDE, _mean(table, "isthmus, roc_auc")),
            ("false alarms at alpha 0.01", BESIDE, _mean(table, "false_alarms")),
            ("share of alarms explained", at_least(1), _mean(table, "explained")),
        ]
        lines += [
            Target("real_tables", f"{table}: {sentence}", bound, figure)
            for sentence, bound, figure in sentences
        ]
    return lines


def _mean(table: str, figure: str) -> Callable[[Figures], float]:
    return lambda figures: figures["tables"][table]["mean"][figure]


def _wide_category() -> list[Target]:
    """With a category of 1000 levels, by both of its losses and both shares of levels."""
    lines = [
        ("broken, of found without", "broken rows found, of those found without", at_least(0.9)),
        ("shifted, of found without", "shifted rows found, of those found without", at_least(0.9)),
        ("broken, of found at 1 % without", "the broken ones, at equal false alarms", BESIDE),
        ("shifted, named_first", "shifted column named first", at_least(0.95)),
        ("broken, named_first", "broken column named first", BESIDE),
    ]
    return [
        Target(
            "wide_category",
            f"levels like {shares}, {loss}: {sentence}",
            reach,
            lambda figures, key=f"{shares}, {loss}", name=name: (  # type: ignore[misc]
                figures["detectors"][key]["mean"][name]
            ),
        )
        for shares in ("1/rank", "1/sqrt(rank)")
        for loss in ("squared", "softmax")
        for name, sentence, reach in lines
    ]


TABLE_TARGETS: tuple[Target, ...] = (
    *_broken_correlation(),
    *_missing_cells(),
    *_real_tables(),
    *_wide_category(),
)
