"""The training curve's specification: means, ranges, scales and words."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pictures import data_of, training

from isthmus.errors import DataError
from isthmus.model_file.manifest import Epoch
from isthmus.report.figures import training_curve
from isthmus.report.figures.loss_curve import MOST_EPOCHS


def records(spec: dict[str, Any]) -> list[dict[str, Any]]:
    return data_of(spec, spec["layer"][-1])


def marks(spec: dict[str, Any]) -> list[str]:
    return [layer["mark"]["type"] for layer in spec["layer"]]


def test_each_epoch_has_the_mean_and_the_range_of_its_members() -> None:
    history = training(epochs=5, members=3)
    expected = [
        {"part": part, "epoch": epoch.epoch, "mean": sum(losses) / 3}
        | {"low": min(losses), "high": max(losses)}
        for part in ("training loss", "validation loss")
        for epoch in history.epochs
        for losses in [epoch.training_loss if part[0] == "t" else epoch.validation_loss]
    ]
    drawn = records(training_curve(history).to_dict())
    for ours, theirs in zip(drawn, expected, strict=True):
        assert ours == {
            name: pytest.approx(value) if isinstance(value, float) else value
            for name, value in theirs.items()
        }


def test_members_give_a_band_and_one_network_gives_none() -> None:
    assert marks(training_curve(training(epochs=5, members=3)).to_dict()) == ["area", "line"]
    assert marks(training_curve(training(epochs=5, members=1)).to_dict()) == ["line"]


def test_without_validation_there_is_one_line() -> None:
    drawn = records(training_curve(training(epochs=5, members=2, validation=False)).to_dict())
    assert {record["part"] for record in drawn} == {"training loss"}


@pytest.mark.parametrize(("epochs", "together"), [(500, 1), (501, 2), (12_345, 25)])
def test_very_many_epochs_are_averaged_in_groups(epochs: int, together: int) -> None:
    history = training(epochs=epochs, members=1, validation=False)
    drawn = records(training_curve(history).to_dict())
    assert len(drawn) == -(-epochs // together) <= MOST_EPOCHS
    first = [epoch.training_loss[0] for epoch in history.epochs[:together]]
    assert drawn[0]["epoch"] == together
    assert drawn[0]["mean"] == pytest.approx(np.mean(first))
    assert drawn[-1]["epoch"] == epochs


def test_a_loss_that_falls_far_has_a_logarithmic_axis() -> None:
    axis = training_curve(training(epochs=20, members=1)).to_dict()["layer"][-1]["encoding"]["y"]
    assert axis["scale"]["type"] == "log"
    assert axis["axis"]["values"] == pytest.approx([0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0])


@pytest.mark.parametrize("losses", [(1.0, 0.5), (1.0, 0.0), (0.0, 0.0), (1.0, -0.5)])
def test_a_loss_that_does_not_has_a_linear_one(losses: tuple[float, ...]) -> None:
    epochs = tuple(
        Epoch(epoch=n + 1, step=10 * n, training_loss=(loss,)) for n, loss in enumerate(losses)
    )
    history = training(epochs=2, members=1).model_copy(update={"epochs": epochs})
    scale = training_curve(history).to_dict()["layer"][-1]["encoding"]["y"]["scale"]
    assert "type" not in scale
    low, high = scale["domain"]
    assert low <= min(losses)
    assert high > max(losses)
    assert low <= 0


@pytest.mark.parametrize(
    ("kept", "said", "drawn"),
    [
        ((200, 200), "weights kept from epoch 20", []),
        ((120, 120), "weights kept from epoch 12 (grey)", ["rule"]),
        ((115, 180), "weights kept from epochs 12 to 18 (grey)", ["rect"]),
        ((999, 999), "weights kept from epoch 20", []),
    ],
)
def test_the_kept_epochs_are_said_and_marked(
    kept: tuple[int, ...], said: str, drawn: list[str]
) -> None:
    spec = training_curve(training(epochs=20, members=2, kept=kept)).to_dict()
    assert spec["title"]["subtitle"] == [
        "2 networks (band: from best to worst), 1234 parameters, 200 steps of 64 rows",
        f"20 epochs, stopped when the validation loss fell no more; {said}",
    ]
    assert marks(spec) == [*drawn, "area", "line"]


def test_what_was_watched_and_what_the_loss_is_are_named() -> None:
    spec = training_curve(
        training(epochs=5, members=1),
        watched="loss on the test rows",
        quantity="loss (mae)",
        notes=["A remark"],
    ).to_dict()
    assert {record["part"] for record in records(spec)} == {
        "training loss",
        "loss on the test rows",
    }
    encoding = spec["layer"][-1]["encoding"]
    assert encoding["y"]["title"] == "loss (mae)"
    assert encoding["color"]["scale"]["domain"] == ["training loss", "loss on the test rows"]
    assert "stopped when the loss on the test rows fell no more" in spec["title"]["subtitle"][1]
    assert spec["title"]["subtitle"][-1] == "A remark"
    assert "validation" not in str(spec)


def test_a_single_epoch_is_a_point() -> None:
    spec = training_curve(training(epochs=1, members=1, validation=False)).to_dict()
    assert spec["layer"][-1]["mark"]["point"] is True
    assert spec["title"]["subtitle"][1].startswith("1 epoch, stopped at the end of the budget")
    assert spec["description"].endswith("The last training loss is 0.8.")


def test_no_epoch_cannot_be_drawn() -> None:
    history = training(epochs=1, members=1).model_copy(update={"epochs": ()})
    with pytest.raises(DataError, match="the training history has no epoch"):
        training_curve(history)
