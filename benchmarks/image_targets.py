"""What the benchmarks of images and of architectures must show."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.architectures import NETWORKS
from benchmarks.reaches import BESIDE, Figures, Reach, Target, at_least

REACHES = {"mnist": 0.97, "fashion_mnist": 0.93}
"""Mean ROC AUC, one class normal."""


def _one_class() -> list[Target]:
    lines: list[tuple[str, str, str, Reach]] = []
    for data, least in REACHES.items():
        lines += [
            (data, "roc_auc", "one class normal, mean ROC AUC", at_least(least)),
            (data, "nearest_roc_auc", "the same, nearest pixels", BESIDE),
            (data, "false_alarms_0.01", "false alarms at alpha 0.01", BESIDE),
            (data, "caught_0.01", "caught at alpha 0.01", BESIDE),
        ]
    return [
        Target(
            "one_class_images",
            f"{data}: {sentence}",
            reach,
            lambda figures, data=data, name=name: figures[data]["mean"][name],  # type: ignore[misc]
        )
        for data, name, sentence, reach in lines
    ]


def _faster(ratio: str, part: str = "loop") -> Callable[[Figures], float]:
    return lambda figures: figures[part]["times_faster"][ratio]["cpu"]["median"]


IMAGE_TARGETS: tuple[Target, ...] = (
    *_one_class(),
    Target(
        "image_speed",
        "training loop, Fashion-MNIST dense, times faster than Keras",
        at_least(1.0),
        _faster("dense: isthmus than keras"),
    ),
    Target(
        "image_speed",
        "the same, share of the rate of bare matrix products",
        at_least(0.6),
        _faster("dense: isthmus than products"),
    ),
    Target(
        "image_speed",
        "whole cold process, times faster than a Keras script",
        at_least(1.5),
        _faster("isthmus than keras", "process"),
    ),
    Target(
        "image_speed",
        "training loop, convolutional, times faster than Keras",
        at_least(1 / 1.2),
        _faster("convolutional: isthmus than keras"),
    ),
    *(
        Target(
            "architectures",
            f"ECG5000, {network}: ROC AUC, mean of 3 splits",
            BESIDE,
            lambda figures, network=network: figures["networks"][network]["mean"]["roc_auc"],  # type: ignore[misc]
        )
        for network in NETWORKS
    ),
)
