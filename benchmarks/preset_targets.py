"""What the presets must show of their speed, and what `--suspects` must bring back."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.reaches import BESIDE, Figures, Reach, Target, at_least, at_most


def _fit(preset: str, which: str = "fit") -> Callable[[Figures], float]:
    return lambda figures: figures["presets"][preset][which]["wall_seconds"]["median"]


def _rate(preset: str, threads: int) -> Callable[[Figures], float]:
    name = f"{threads} threads"
    return lambda figures: figures["presets"][preset]["rates"][name]["rows_per_second"]["median"]


def _share(preset: str) -> Callable[[Figures], float]:
    share = "share of bare networks, one thread"
    return lambda figures: figures["presets"][preset][share]["cpu"]["median"]


def _products(threads: int) -> Callable[[Figures], float]:
    return lambda figures: figures["matrix_products"][str(threads)]["median"]


def _largest_loss(figures: Figures) -> float:
    """In points of ROC AUC, over the digits."""
    lost = (one["clean"]["roc_auc"] - one["suspects"]["roc_auc"] for one in figures["digits"])
    return 100.0 * float(max(lost))


_SPEED: tuple[tuple[str, Reach, Callable[[Figures], float]], ...] = (
    ("balanced: fit of 5000 x 30, seconds", at_most(10), _fit("balanced")),
    ("balanced: rows scored a second, 30 columns, 2 threads", at_least(1e5), _rate("balanced", 2)),
    ("balanced: the same, 1 thread", BESIDE, _rate("balanced", 1)),
    ("fast: share of the rate of its bare networks", BESIDE, _share("fast")),
    ("fast: rows scored a second, 2 threads", at_least(5e6), _rate("fast", 2)),
    ("fast: fit, seconds", BESIDE, _fit("fast")),
    ("best: fit, seconds", BESIDE, _fit("best")),
    ("balanced: fit with bf16, seconds", BESIDE, _fit("balanced", "fit, bf16")),
    ("best: fit with bf16, seconds", BESIDE, _fit("best", "fit, bf16")),
    ("best: rows scored a second, 2 threads", BESIDE, _rate("best", 2)),
    ("the machine: GFLOP/s of matrix products, 1 thread", BESIDE, _products(1)),
    ("the machine: GFLOP/s of matrix products, 2 threads", BESIDE, _products(2)),
)

_HIDDEN: tuple[tuple[str, Reach, Callable[[Figures], float]], ...] = (
    (
        "10 % hidden, --suspects 0.1: points of ROC AUC lost, mean of 10 digits",
        at_most(3),
        lambda figures: figures["points_lost"]["suspects"],
    ),
    ("the same, the digit that loses most", BESIDE, _largest_loss),
    (
        "the same without --suspects, mean",
        BESIDE,
        lambda figures: figures["points_lost"]["contaminated"],
    ),
)

PRESET_TARGETS: tuple[Target, ...] = (
    *(Target("preset_speed", *line) for line in _SPEED),
    *(Target("contaminated_digits", *line) for line in _HIDDEN),
)
