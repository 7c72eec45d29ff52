"""One class of images is normal, nine are not: isthmus as it comes, and the nearest pixels.

MNIST and Fashion-MNIST, the authors' own division. Each class in turn is normal: isthmus is fitted
on its training images (a fifth of which calibrates) with nothing chosen, and scores all 10 000 test
images. Beside it, from the same images: the mean squared distance to the 3 nearest training images.
No pretrained features, one thread.

How images are judged (restoration, detail, the budget) was decided on training images alone, by a
tenth of the images of a class held out against those of other classes. The test images had no part
in it.

    python -m benchmarks.one_class_images

Images are read from ISTHMUS_BENCH_TABLES, as by `benchmarks.real_tables`.
"""

from __future__ import annotations

import os
from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score

from benchmarks.real_tables import DEFAULT_FOLDER
from benchmarks.results import store
from benchmarks.timing import timed
from isthmus.datasets import load_fashion_mnist, load_mnist
from isthmus.datasets.images import LabelledImages
from isthmus.options import FitOptions
from isthmus.schema import ImageForm
from isthmus.scoring.scorer import Scorer
from isthmus.training.describe import describe
from isthmus.training.fit import fit

FOLDERS = {"mnist": load_mnist, "fashion_mnist": load_fashion_mnist}
FORM = ImageForm(height=28, width=28, channels=1)
ALPHAS = (0.01, 0.05)
NEAREST = 3
BLOCK = 1000


def measure() -> dict[str, Any]:
    """Of both data sets the figures of every class and their means."""
    folder = Path(os.environ.get("ISTHMUS_BENCH_TABLES", DEFAULT_FOLDER))
    return {name: _figures(load(folder / name)) for name, load in FOLDERS.items()}


def _figures(data: LabelledImages) -> dict[str, Any]:
    classes = []
    for normal in range(10):
        classes.append(_one_class(data, normal))
        print(normal, classes[-1], flush=True)
    return {
        "classes": classes,
        "mean": {name: mean(one[name] for one in classes) for name in classes[0]},
    }


def _one_class(data: LabelledImages, normal: int) -> dict[str, float]:
    rows = _flat(data.training_images[data.training_labels == normal])
    test, strange = _flat(data.test_images), data.test_labels != normal
    models: list[bytes] = []
    schema = describe(rows, ["grey"], "image", image=FORM)
    spent = timed(lambda: models.append(fit(rows, schema, FitOptions())))
    scorer = Scorer.load(models[0])
    found: list[np.ndarray] = []
    scored = timed(lambda: found.append(scorer.anomaly_score(test)))
    (scores,) = found
    alarms = {alpha: scores > scorer.decide(alpha).threshold for alpha in ALPHAS}
    return {
        "roc_auc": float(roc_auc_score(strange, scores)),
        "average_precision": float(average_precision_score(strange, scores)),
        "nearest_roc_auc": float(roc_auc_score(strange, _nearest(rows, test))),
        **{f"false_alarms_{alpha}": float(alarms[alpha][~strange].mean()) for alpha in ALPHAS},
        **{f"caught_{alpha}": float(alarms[alpha][strange].mean()) for alpha in ALPHAS},
        "fit_cpu_seconds": spent.cpu,
        "rows_per_cpu_second": len(test) / scored.cpu,
        "file_bytes": float(len(models[0])),
    }


def _flat(images: np.ndarray) -> np.ndarray:
    return images.reshape(len(images), -1).astype(np.float32)


def _nearest(rows: np.ndarray, test: np.ndarray) -> np.ndarray:
    """The mean squared distance to the nearest of `rows`, for each of `test`."""
    lengths, found = np.square(rows).sum(axis=1), []
    for first in range(0, len(test), BLOCK):
        some = test[first : first + BLOCK]
        squared = lengths - 2 * some @ rows.T + np.square(some).sum(axis=1, keepdims=True)
        found.append(np.partition(squared, NEAREST, axis=1)[:, :NEAREST].mean(axis=1))
    return np.concatenate(found)


def main() -> None:
    """Measure, print, store."""
    figures = measure()
    for name, of_data in figures.items():
        told = of_data["mean"]
        print(
            f"{name:14s} ROC AUC {told['roc_auc']:.4f} (nearest pixels "
            f"{told['nearest_roc_auc']:.4f}), false alarms at 0.01 {told['false_alarms_0.01']:.4f}"
            f" (caught {told['caught_0.01']:.3f}), fit {told['fit_cpu_seconds']:.0f} s, "
            f"{told['rows_per_cpu_second']:,.0f} rows/s"
        )
    print(store("one_class_images", figures))


if __name__ == "__main__":
    main()
