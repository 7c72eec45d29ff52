"""How the loss fell while the network learnt, and which weights were kept."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from isthmus.errors import DataError
from isthmus.report.figures import theme
from isthmus.report.figures.text import number

if TYPE_CHECKING:
    import altair as alt

    from isthmus.model_file.manifest import Epoch, Training

MOST_EPOCHS = 500
LOG_FROM = 10.0
"""From this ratio of the largest to the smallest loss on, a linear axis hides the late epochs."""
TRAINING_LOSS = "training loss"
STOPPED = {
    "budget": "stopped at the end of the budget",
    "patience": "stopped when the {watched} fell no more",
}
Records = list[dict[str, Any]]


def training_curve(
    training: Training,
    *,
    title: str = "Training",
    watched: str = "validation loss",
    quantity: str = "loss",
    notes: Sequence[str] = (),
) -> alt.LayerChart:
    """Draw the loss over the epochs: a line for the members' mean, a band for their range.

    Where there are very many epochs, every few are averaged. The loss has a logarithmic axis
    where it falls far.

    Parameters
    ----------
    training : Training
        The history.
    title : str
        Any text.
    watched : str
        What the loss of rows that were only watched is called.
    quantity : str
        What the loss is, beside the axis.
    notes : sequence of str
        More lines under the title.

    Raises
    ------
    DataError
        If there is no epoch.
    """
    if not training.epochs:
        raise DataError("the training history has no epoch, there is nothing to draw")
    alt = theme.altair()
    unit = "epoch"
    if len({epoch.epoch for epoch in training.epochs}) < len(training.epochs):
        training, unit = _by_update(training), "update"
    records = _records(training.epochs, watched)
    x = _x(training.epochs, unit)
    subtitle = [*_subtitle(training, watched, unit), *notes]
    chart = alt.layer(*_kept(training, x), *_losses(records, x, quantity)).properties(
        title=theme.title(title, subtitle),
        width=theme.WIDTH,
        height=theme.HEIGHT,
    )
    return theme.themed(chart, f"Loss by {unit}", *subtitle, f"The last {_last(records)}")


def _by_update(training: Training) -> Training:
    """The same where an epoch has several entries: each counts by the updates before it."""
    counted = (epoch.model_copy(update={"epoch": epoch.step}) for epoch in training.epochs)
    return training.model_copy(update={"epochs": tuple(counted)})


def _records(epochs: tuple[Epoch, ...], watched: str) -> Records:
    """Mean, lowest and highest loss over the members, for at most `MOST_EPOCHS` points a line."""
    together = -(-len(epochs) // MOST_EPOCHS)
    lines = {
        TRAINING_LOSS: [(epoch.epoch, epoch.training_loss) for epoch in epochs],
        watched: [
            (epoch.epoch, epoch.validation_loss) for epoch in epochs if epoch.validation_loss
        ],
    }
    return [
        {"part": part, "epoch": group[-1][0], **_spread([losses for _, losses in group])}
        for part, line in lines.items()
        for group in (line[start : start + together] for start in range(0, len(line), together))
    ]


def _spread(losses: list[tuple[float, ...]]) -> dict[str, float]:
    members = np.array(losses).mean(axis=0)  # (epochs, M) -> (M,)
    return {
        "mean": float(members.mean()),
        "low": float(members.min()),
        "high": float(members.max()),
    }


def _losses(records: Records, x: Any, quantity: str) -> list[Any]:
    alt = theme.altair()
    data = alt.Chart(alt.Data(values=records))
    axis = _loss_axis(records)
    parts = list(dict.fromkeys(record["part"] for record in records))
    colors = [theme.TRAINING if part == TRAINING_LOSS else theme.VALIDATION for part in parts]
    color = alt.Color("part:N", title=None, scale=alt.Scale(domain=parts, range=colors))
    mean, low = (alt.Y(f"{name}:Q", title=quantity, **axis) for name in ("mean", "low"))
    lonely = len({record["epoch"] for record in records}) == 1
    line = data.mark_line(strokeWidth=2, point=lonely).encode(x=x, y=mean, color=color)
    if all(record["low"] == record["high"] for record in records):
        return [line]
    return [data.mark_area(opacity=0.25).encode(x=x, y=low, y2="high:Q", color=color), line]


def _loss_axis(records: Records) -> dict[str, Any]:
    """Scale and axis; a logarithmic axis has a line at 1, 2 and 5 of each power of ten."""
    alt = theme.altair()
    low = min(record["low"] for record in records)
    high = max(record["high"] for record in records)
    if low <= 0 or high / low < LOG_FROM:
        return {"scale": alt.Scale(domain=[min(0.0, low), 1.05 * high or 1.0])}
    low, high = low / 1.1, high * 1.1
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    steps = (1, 2, 5) if high / low < 1000 else (1,)
    lines = [step * 10.0**power for power in powers for step in steps]
    shown = [line for line in lines if low <= line <= high]
    return {
        "scale": alt.Scale(type="log", domain=[low, high], nice=False),
        "axis": alt.Axis(values=shown, format="~g"),
    }


def _x(epochs: tuple[Epoch, ...], unit: str) -> Any:
    alt = theme.altair()
    first, last = epochs[0].epoch, epochs[-1].epoch
    margin = 0.5 if first == last else 0.0
    few = {"values": [epoch.epoch for epoch in epochs]} if len(epochs) <= 10 else {}
    return alt.X(
        "epoch:Q",
        title=unit,
        scale=alt.Scale(domain=[first - margin, last + margin], nice=False, zero=False),
        axis=alt.Axis(tickMinStep=1, format="d", **few),
    )


def _kept_epochs(training: Training) -> tuple[int, int]:
    """The first and the last epoch whose weights some member kept."""
    steps = [epoch.step for epoch in training.epochs]
    places = [min(bisect_left(steps, step), len(steps) - 1) for step in training.kept_step]
    kept = [training.epochs[place].epoch for place in places]
    return min(kept), max(kept)


def _kept(training: Training, x: Any) -> list[Any]:
    """A grey rule, or a grey band, where weights were kept before the last epoch."""
    alt = theme.altair()
    first, last = _kept_epochs(training)
    if first == training.epochs[-1].epoch:
        return []
    data = alt.Chart(alt.Data(values=[{"epoch": first, "until": last}]))
    if first == last:
        return [data.mark_rule(color=theme.SOFT_INK, strokeDash=[6, 4]).encode(x=x)]
    return [data.mark_rect(color=theme.SOFT_INK, opacity=0.12).encode(x=x, x2="until:Q")]


def _subtitle(training: Training, watched: str, unit: str) -> list[str]:
    members = len(training.epochs[0].training_loss)
    network = "1 network" if members == 1 else f"{members} networks (band: from best to worst)"
    first, last = _kept_epochs(training)
    epochs = len(training.epochs)
    kept = f"{unit} {first}" if first == last else f"{unit}s {first} to {last}"
    count = f"{epochs} epoch{'' if epochs == 1 else 's'}, " if unit == "epoch" else ""
    marked = "" if first == training.epochs[-1].epoch else " (grey)"
    return [
        f"{network}, {training.parameters} parameters, {training.steps} steps of "
        f"{training.batch_size} rows",
        f"{count}{STOPPED[training.stopped].format(watched=watched)}; "
        f"weights kept from {kept}{marked}",
    ]


def _last(records: Records) -> str:
    last = {record["part"]: record["mean"] for record in records}
    return ", ".join(f"{part} is {number(loss)}" for part, loss in last.items())
