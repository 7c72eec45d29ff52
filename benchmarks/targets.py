"""What the benchmarks must show, and how to read it off their figures."""

from __future__ import annotations

import json
import math
from collections.abc import Callable

from benchmarks.accuracy_targets import ACCURACY_TARGETS
from benchmarks.engine_targets import ENGINE_TARGETS
from benchmarks.full_pass_targets import FULL_PASS_TARGETS
from benchmarks.image_targets import IMAGE_TARGETS
from benchmarks.large_targets import LARGE_TARGETS
from benchmarks.preset_targets import PRESET_TARGETS
from benchmarks.reaches import BESIDE, NONE, Figures, Reach, Target, at_least, at_most
from benchmarks.recipe_targets import RECIPE_TARGETS
from benchmarks.report_targets import REPORT_TARGETS
from benchmarks.results import DIRECTORY
from benchmarks.table_targets import TABLE_TARGETS


def _false_alarms() -> list[Target]:
    """The lines of each alpha; the share of anomalies caught is `cross` less `split`."""
    lines: list[tuple[str, Reach, Callable[[Figures], float]]] = [
        ("false alarms of attainable, mean over sets", at_least(0.8), lambda s: s["mean_ratio"]),
        ("the same", at_most(1.15), lambda s: s["mean_ratio"]),
        ("largest of alpha, large sets", at_most(1.5), lambda s: s["largest_of_large_sets"]),
        (
            "share caught, cross less split",
            at_least(0),
            lambda s: s["caught_cross"] - s["caught_split"],
        ),
    ]
    return [
        Target(
            "false_alarms",
            f"alpha {alpha}: {sentence}",
            reach,
            lambda figures, alpha=alpha, figure=figure: figure(figures["summary"][alpha]),  # type: ignore[misc]
        )
        for alpha in ("0.01", "0.05", "0.1")
        for sentence, reach, figure in lines
    ]


def _cpu(command: str) -> Callable[[Figures], float]:
    return lambda figures: figures["commands"][command]["cpu_seconds"]["median"]


# Speeds are compared by CPU seconds: everything has one thread, and the clock of a busy machine
# measures the neighbours. Ratios by the clock stand in the same files.


def _scoring(ratio: str, net: str = "1 net", clock: str = "cpu") -> Callable[[Figures], float]:
    return lambda figures: figures[net][ratio][clock]["median"]


def _fitting(ratio: str, part: str = "loop", clock: str = "cpu") -> Callable[[Figures], float]:
    return lambda figures: figures[part]["times_faster"][ratio][clock]["median"]


TARGETS: tuple[Target, ...] = (
    Target(
        "ecg5000",
        "default detector, alpha 0.02: accuracy, mean of 5 splits",
        at_least(0.983),
        lambda figures: figures["default"]["mean"]["accuracy"],
    ),
    Target(
        "ecg5000",
        "default detector: ROC AUC, mean of 5 splits",
        at_least(0.997),
        lambda figures: figures["default"]["mean"]["roc_auc"],
    ),
    *_false_alarms(),
    *ACCURACY_TARGETS,
    *PRESET_TARGETS,
    *REPORT_TARGETS,
    *LARGE_TARGETS,
    *ENGINE_TARGETS,
    *FULL_PASS_TARGETS,
    *TABLE_TARGETS,
    *RECIPE_TARGETS,
    *IMAGE_TARGETS,
    Target(
        "scoring_speed",
        "anomaly_score, share of the best bare session's rate",
        at_least(0.9),
        _scoring("anomaly_score, share of best bare"),
    ),
    Target(
        "scoring_speed",
        "the same, by the clock",
        BESIDE,
        _scoring("anomaly_score, share of best bare", clock="wall"),
    ),
    Target(
        "scoring_speed",
        "the same, of five networks",
        BESIDE,
        _scoring("anomaly_score, share of best bare", "5 net"),
    ),
    Target(
        "scoring_speed",
        "anomaly_score, times PyOD's decision_function as it comes",
        at_least(30),
        _scoring("anomaly_score, times pyod as it comes"),
    ),
    Target(
        "scoring_speed",
        "the same, PyOD with our very net and batches of 1024",
        BESIDE,
        _scoring("anomaly_score, times pyod same net, batches of 1024"),
    ),
    Target(
        "fit_speed",
        "training loop, times faster than Keras, one warm model",
        at_least(10),
        _fitting("isthmus loop than keras one model"),
    ),
    Target(
        "fit_speed",
        "the same, by the clock",
        BESIDE,
        _fitting("isthmus loop than keras one model", clock="wall"),
    ),
    Target(
        "fit_speed",
        "training loop, times faster than PyOD's of the same net",
        at_least(5),
        _fitting("isthmus loop than pyod same net, loop"),
    ),
    Target(
        "fit_speed",
        "the same, by the clock",
        BESIDE,
        _fitting("isthmus loop than pyod same net, loop", clock="wall"),
    ),
    Target(
        "fit_speed",
        "training loop, times faster than JAX's compiled scan",
        at_least(0.5),
        _fitting("isthmus loop than jax scan"),
    ),
    Target(
        "fit_speed",
        "training loop, times faster than the loop written by hand in PyTorch",
        BESIDE,
        _fitting("isthmus loop than torch loop"),
    ),
    Target(
        "fit_speed",
        "training loop, times faster than PyOD's whole fit of its own net",
        BESIDE,
        _fitting("isthmus loop than pyod its own net, fit"),
    ),
    Target(
        "fit_speed",
        "whole fit, times faster than PyOD's of the same net",
        BESIDE,
        _fitting("isthmus fit than pyod same net, fit"),
    ),
    Target(
        "fit_speed",
        "whole fit of five nets, times faster than PyOD's of one",
        BESIDE,
        _fitting("isthmus fit, 5 nets than pyod same net, fit"),
    ),
    Target(
        "fit_speed",
        "whole cold process from a CSV file, times faster than a Keras script",
        at_least(2),
        _fitting("isthmus than keras", "process"),
    ),
    Target(
        "fit_speed",
        "the same, than a script of PyOD",
        at_least(2),
        _fitting("isthmus than pyod", "process"),
    ),
    Target(
        "fit_speed",
        "the same, than a loop by hand in PyTorch, which calibrates nothing",
        BESIDE,
        _fitting("isthmus than torch", "process"),
    ),
    Target(
        "model_file_damage",
        "damaged model files accepted",
        NONE,
        lambda figures: figures["accepted"],
    ),
    Target(
        "model_file_damage",
        "damaged model files tried",
        at_least(20_000),
        lambda figures: figures["damaged_files"],
    ),
    Target(
        "save_under_kill",
        "corrupt files after kill -9 during a save",
        NONE,
        lambda figures: figures["isthmus"]["corrupt"],
    ),
    Target("save_under_kill", "kills", at_least(200), lambda figures: figures["kills"]),
    Target(
        "io_failures",
        "failed calls after which something is wrong",
        NONE,
        lambda figures: figures["injected"] - figures["handled"],
    ),
    Target("io_failures", "files lost or falsified", NONE, lambda figures: figures["lost"]),
    Target("io_failures", "files left behind", NONE, lambda figures: figures["litter"]),
    Target(
        "io_failures",
        "calls of the system failed, each in its turn",
        at_least(1000),
        lambda figures: figures["injected"],
    ),
    Target(
        "bad_input",
        "cases of bad input not answered as documented",
        NONE,
        lambda figures: figures["cases"] - figures["answered"],
    ),
    Target("bad_input", "tracebacks", NONE, lambda figures: figures["tracebacks"]),
    Target(
        "bad_input",
        "rows that cannot be scored, called normal or an alarm",
        NONE,
        lambda figures: figures["silently_normal"],
    ),
    Target("bad_input", "cases tried", at_least(100), lambda figures: figures["cases"]),
    Target(
        "mutations",
        "deliberate faults that no test notices",
        NONE,
        lambda figures: len(figures["survivors"]),
    ),
    Target("mutations", "deliberate faults", BESIDE, lambda figures: figures["faults"]),
    Target(
        "install_and_start", "base install, MB", at_most(360), lambda figures: figures["megabytes"]
    ),
    Target(
        "install_and_start",
        "isthmus --version, CPU seconds, median",
        at_most(0.1),
        _cpu("isthmus --version"),
    ),
    Target(
        "install_and_start",
        "isthmus --help, CPU seconds, median",
        at_most(0.25),
        _cpu("isthmus --help"),
    ),
    Target(
        "install_and_start",
        "isthmus score of one row, CPU seconds, median",
        BESIDE,
        _cpu("isthmus score, one row"),
    ),
    Target(
        "same_bits",
        "scores that differ by the way they are made",
        NONE,
        lambda figures: figures["differing"],
    ),
    Target("same_bits", "scores compared for that", BESIDE, lambda figures: figures["comparisons"]),
)


def reached(target: Target) -> float | None:
    """The stored figure, or None where the benchmark has not run yet, or not on all (NaN)."""
    path = DIRECTORY / f"{target.benchmark}.json"
    if not path.exists():
        return None
    figure = float(target.figure(json.loads(path.read_text(encoding="utf-8"))["figures"]))
    return None if math.isnan(figure) else figure


def table() -> list[tuple[str, str, str, str, str]]:
    """Benchmark, sentence, what to reach, what was reached, verdict: a line for each target."""
    lines = []
    for target in TARGETS:
        figure = reached(target)
        shown = (
            "not run" if figure is None else f"{figure:,.4g}" if figure < 1e4 else f"{figure:,.0f}"
        )
        lines.append(
            (
                target.benchmark,
                target.sentence,
                target.reach.words,
                shown,
                target.verdict(figure),
            )
        )
    return lines
