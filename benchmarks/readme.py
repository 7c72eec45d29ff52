"""The table of figures in the README, made from the stored results.

python -m benchmarks.readme          # print it
python -m benchmarks.readme --write  # put it into README.md
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from benchmarks.accuracy import cells, summary
from benchmarks.results import DIRECTORY

README = Path(__file__).parents[1] / "README.md"
HEAD = "| promise | measured | by |\n| --- | --- | --- |\n"


def rows() -> list[str]:
    """One line for each promise."""
    accuracy, ecg = figures("accuracy"), figures("ecg5000")["default"]
    damage, killed = figures("model_file_damage"), figures("save_under_kill")
    scoring, fitting = figures("scoring_speed")["1 net"], figures("fit_speed")["loop"]
    wrong = figures("broken_correlation")["factors"]["5"]["mean"]
    mill = figures("real_tables")["tables"]["ai4i2020"]["mean"]
    digits, clothes = (
        figures("one_class_images")[data]["mean"] for data in ("mnist", "fashion_mnist")
    )
    bad, failing = figures("bad_input"), figures("io_failures")
    bits, start = figures("same_bits"), figures("install_and_start")
    alphas = accuracy["protocol"]["alphas"]
    false = [
        summary.false_alarms(accuracy, "isthmus_balanced", place) for place in range(len(alphas))
    ]
    ratios = " and ".join(f"{one['of_attainable']:.2f}" for one in false)
    bare = scoring["anomaly_score, share of best bare"]["cpu"]["median"]
    pyod = scoring["anomaly_score, times pyod as it comes"]["cpu"]["median"]
    tuned = scoring["anomaly_score, times pyod same net, batches of 1024"]["cpu"]["median"]
    faster = fitting["times_faster"]
    keras = faster["isthmus loop than keras one model"]["cpu"]["median"]
    pyod_fit = faster["isthmus loop than pyod same net, loop"]["cpu"]["median"]
    version = start["commands"]["isthmus --version"]["cpu_seconds"]["median"]
    lines = [
        _accuracy(),
        (
            f"false alarms as stated, on fresh rows of {len(accuracy['sets'])} public tables",
            f"{ratios} of the attainable rate at alpha "
            f"{' and '.join(f'{alpha:g}' for alpha in alphas)} (mean over tables)",
            "accuracy",
        ),
        (
            "ECG5000, threshold from normal training beats, alpha 0.02",
            f"accuracy {ecg['mean']['accuracy']:.3f}, ROC AUC {ecg['mean']['roc_auc']:.3f} "
            "(means of 5 splits)",
            "ecg5000",
        ),
        (
            "reasons: 20 columns of 5 factors, one column wrong, alpha 0.01",
            f"{wrong['found']:.0%} of such rows found, the wrong column named first in "
            f"{wrong['named_first']:.0%} of these",
            "broken_correlation",
        ),
        (
            "tables as they come: AI4I 2020 from its CSV file",
            f"ROC AUC {mill['isthmus, roc_auc']:.3f}; Isolation Forest "
            f"{mill['isolation forest, roc_auc']:.3f} and nearest neighbours "
            f"{mill['nearest neighbours, roc_auc']:.3f} on the same columns encoded",
            "real_tables",
        ),
        (
            "images: one class of ten is normal, no pretrained features, mean ROC AUC",
            f"MNIST {digits['roc_auc']:.3f} (nearest pixels {digits['nearest_roc_auc']:.3f}), "
            f"Fashion-MNIST {clothes['roc_auc']:.3f} ({clothes['nearest_roc_auc']:.3f})",
            "one_class_images",
        ),
        (
            "bad input is answered, never silently normal",
            f"{bad['answered']} of {bad['cases']} cases answered as documented; "
            f"{failing['handled']} of {failing['injected']} injected failures of the file system "
            "handled, no file lost",
            "bad_input, io_failures",
        ),
        (
            "a damaged file is refused, a save is all or nothing",
            f"{damage['accepted']} of {damage['damaged_files']} damaged files accepted; "
            f"{killed['isthmus']['corrupt']} of {killed['kills']} files lost to `kill -9`",
            "model_file_damage, save_under_kill",
        ),
        (
            "one score, however it is made",
            f"{bits['differing']} of {bits['comparisons']} scores differ in a bit",
            "same_bits",
        ),
        (
            "fast scoring (140-32-16-8 and back, in memory, loop, one thread, CPU time)",
            f"{bare:.2f} of a bare ONNX Runtime session; {pyod:.0f} times PyOD as it comes, "
            f"{tuned:.1f} times the same net in batches of 1024",
            "scoring_speed",
        ),
        (
            "fast training (the same net, loop, warm, one thread, CPU time)",
            f"{keras:.0f} times Keras, {pyod_fit:.1f} times PyOD",
            "fit_speed",
        ),
        (
            "light",
            f"base install {start['megabytes']:.0f} MB, `isthmus --version` in {version:.2f} s "
            "of CPU",
            "install_and_start",
        ),
    ]
    return [f"| {promise} | {measured} | {by} |" for promise, measured, by in lines]


def _accuracy() -> tuple[str, str, str]:
    """The default beside the best of the others, and the best other autoencoder."""
    found = figures("accuracy")

    def both(method: str) -> str:
        means = (
            summary.mean(found, method, figure, "all")
            for figure in ("roc_auc", "average_precision")
        )
        return " / ".join(cells.three(mean) for mean in means)

    rivals = summary.rivals(found)
    nearest = max(rivals, key=lambda name: summary.mean(found, name, "roc_auc", "all") or 0.0)
    return (
        f"accuracy: {len(found['sets'])} public tables, normal rows train, one configuration",
        f"ROC AUC / average precision {both('isthmus_balanced')}; best of {len(rivals)} others, "
        f"{found['methods'][nearest]['title']}, {both(nearest)}; "
        f"PyOD's autoencoder {both('pyod_autoencoder')}",
        "accuracy",
    )


def figures(name: str) -> dict[str, Any]:
    """The stored figures of one benchmark."""
    held: dict[str, Any] = json.loads((DIRECTORY / f"{name}.json").read_text())["figures"]
    return held


def main() -> None:
    """Print the table, or write it."""
    table = HEAD + "\n".join(rows()) + "\n"
    if "--write" not in sys.argv[1:]:
        print(table)
        return
    before, _, rest = README.read_text().partition(HEAD)
    _, _, after = rest.partition("\n\n")
    README.write_text(f"{before}{table}\n{after}")


if __name__ == "__main__":
    main()
