"""An epoch with several entries is drawn by its updates."""

from __future__ import annotations

from beats import model_of, table_rows

from isthmus.model_file import unseal
from isthmus.report.figures.loss_curve import training_curve


def chart_of(epochs):
    training = unseal(model_of(table_rows(), "table", max_steps=40)).manifest.training
    entries = tuple(
        training.epochs[0].model_copy(update={"epoch": epoch, "step": 10 * place})
        for place, epoch in enumerate(epochs, start=1)
    )
    training = training.model_copy(
        update={"epochs": entries, "steps": 10 * len(epochs), "kept_step": (10 * len(epochs),) * 5}
    )
    return training_curve(training, title="m.onnx").to_dict()


def title_of(chart):
    return {layer["encoding"]["x"]["title"] for layer in chart["layer"]}


def test_one_entry_for_each_epoch_is_drawn_by_epochs():
    chart = chart_of([1, 2, 3])
    assert title_of(chart) == {"epoch"}
    assert "3 epochs, " in str(chart["title"])


def test_several_entries_for_an_epoch_are_drawn_by_updates():
    chart = chart_of([1, 1, 1, 2])
    assert title_of(chart) == {"update"}
    assert all(str({"epoch": step})[1:-1] in str(chart) for step in (10, 20, 30, 40))
    assert "weights kept from update 40" in str(chart["title"])
