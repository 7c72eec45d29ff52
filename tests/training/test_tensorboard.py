"""The log for TensorBoard: read back as TensorBoard reads it, and without a trace in the model."""

from __future__ import annotations

import io
import sys

import numpy as np
import pytest
import torch
from interrupting import fitted, killed, resumed, rows_of
from PIL import Image

from isthmus import model_file
from isthmus.errors import FileAccessError, MissingExtraError
from isthmus.options import FitOptions
from isthmus.training import tensorboard, watching
from isthmus.training.fit import fit
from isthmus.training.rate import STEEP, Rate
from isthmus.training.tensorboard import MOST_DETAILS, TensorBoard, run_aside
from isthmus.training.watching import Watching

pytest.importorskip("tensorboard", reason="the extra tensorboard is not installed")
DROPPING = {"dropout": 0.2, "batch_norm": True, "variational": True}


def read_back(folder):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(folder), size_guidance=dict.fromkeys(
        ("scalars", "histograms", "images"), 0
    ))  # fmt: skip
    events.Reload()
    return events


def steps(entries):
    return [entry.step for entry in entries]


def picture(events, place=-1):
    encoded = events.Images("rows/rebuilt")[place].encoded_image_string
    return np.asarray(Image.open(io.BytesIO(encoded)))


@pytest.mark.parametrize("kind", ["table", "mixed", "signal", "image"])
def test_a_log_changes_nothing_and_a_table_has_no_pictures(kind, tmp_path):
    choices = {"architecture": "dense", **DROPPING, "masking": 0.1}
    model = fitted(kind, Watching(logdir=tmp_path / "log"), **choices)
    assert model == fitted(kind, **choices)
    events = read_back(tmp_path / "log")
    pictures = events.Tags()["images"]
    assert pictures == ([] if kind in ("table", "mixed") else ["rows/rebuilt"])
    assert events.Histograms("codes/all members")


def test_every_entry_of_the_history_is_there_for_every_member(tmp_path):
    model = fitted("table", Watching(logdir=tmp_path), folds=3, members=2)
    manifest = model_file.unseal(model).manifest
    history, events = manifest.training.epochs, read_back(tmp_path)
    assert manifest.members == 6
    for member in range(6):
        for name, field in (("training", "training_loss"), ("validation", "validation_loss")):
            logged = events.Scalars(f"{name} loss/member {member + 1}")
            assert steps(logged) == [entry.step for entry in history]
            losses = [getattr(entry, field)[member] for entry in history]
            assert np.float32([entry.value for entry in logged]).tolist() == losses
    falling = Rate(STEEP, falls=True)
    rates = [falling.at((entry.step - 1) / history[-1].step) for entry in history]
    logged = [entry.value for entry in events.Scalars("training/learning rate")]
    assert logged == pytest.approx(rates)
    assert all(entry.value > 0 for entry in events.Scalars("training/updates per second"))


def test_the_last_weights_in_the_log_are_those_of_the_network(tmp_path):
    seen = {}

    class Keeping:
        def begin(self, state): ...
        def on_update(self, state): ...
        def on_epoch(self, state):
            seen.update({name: w.detach().clone() for name, w in state.network.named_parameters()})

    fitted("table", Watching(Keeping(), logdir=tmp_path))
    events = read_back(tmp_path)
    tags = [tag for tag in events.Tags()["histograms"] if tag.startswith("weights/")]
    assert {tag.removeprefix("weights/") for tag in tags} == set(seen)
    for tag in tags:
        value = events.Histograms(tag)[-1].histogram_value
        weights = seen[tag.removeprefix("weights/")]
        assert value.num == weights.numel()
        assert (value.min, value.max) == (weights.min().item(), weights.max().item())


def test_details_are_few_however_many_epochs_there_are(tmp_path):
    fitted("signal", Watching(logdir=tmp_path), max_steps=600, batch_size=48, validation=0.1)
    events = read_back(tmp_path)
    assert len(events.Scalars("training loss/member 1")) > 2 * MOST_DETAILS
    for entries in (events.Images("rows/rebuilt"), events.Histograms("codes/all members")):
        assert MOST_DETAILS <= len(entries) <= MOST_DETAILS + 1
        assert steps(entries)[-1] == 600


def test_an_interrupted_training_logs_every_entry_once(tmp_path):
    choices = {"epochs": 12, "max_steps": None}
    path, log = tmp_path / "c", tmp_path / "log"
    killed("table", path, 9, logdir=log, **choices)
    path_of_before, later = path.read_bytes(), 17
    killed("table", path, later, resume=True, logdir=log, **choices)
    path.write_bytes(path_of_before)  # as if the checkpoint were older than the log
    model = resumed("table", path, logdir=log, **choices)
    history = model_file.unseal(model).manifest.training.epochs
    events = read_back(log)
    assert steps(events.Scalars("training loss/member 1")) == [one.step for one in history]
    assert len(list(log.iterdir())) == 3


def test_a_training_that_begins_again_logs_every_entry_once(tmp_path):
    path, log = tmp_path / "c", tmp_path / "log"
    killed("table", path, 9, every=1e9, logdir=log)
    assert not path.exists()
    model = resumed("table", path, logdir=log)
    history = model_file.unseal(model).manifest.training.epochs
    events = read_back(log)
    assert steps(events.Scalars("training loss/member 1")) == [one.step for one in history]


def test_an_image_is_shown_above_what_was_made_of_it(tmp_path):
    fitted("image", Watching(logdir=tmp_path))
    shown = picture(read_back(tmp_path))
    assert shown.shape == (2 * 9, 8 * 7, 3)
    watched = first_watched("image")
    above = shown[:9].reshape(9, 8, 7, 3).transpose(1, 0, 2, 3)[..., 0]
    grey = watched.reshape(-1, 9, 7, 2)[..., 0]
    assert np.abs(above.astype(float) - grey).max() <= 3


def first_watched(kind):
    """The rows that a log of a training of this kind shows."""
    found = []

    class Looking(TensorBoard):
        def __init__(self, logdir, subject, **more):
            super().__init__(logdir, subject, **more)
            rows = subject.dealt.validation[0]
            found.append(subject.values[rows[np.linspace(0, len(rows) - 1, len(rows)).astype(int)]])

        def begin(self, state): ...
        def on_epoch(self, state): ...

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(watching, "TensorBoard", Looking)
        fitted(kind, Watching(logdir="never made"))
    return found[0][:8]


def test_a_signal_is_drawn_with_what_was_made_of_it(tmp_path):
    fitted("signal", Watching(logdir=tmp_path))
    shown = picture(read_back(tmp_path))
    assert shown.shape == (8 * 64, 256, 3)
    assert len(np.unique(shown.reshape(-1, 3), axis=0)) == 3


def test_a_folder_with_another_log_is_refused_before_the_work(tmp_path):
    fitted("table", Watching(logdir=tmp_path))
    for attempt in (
        lambda: Watching(logdir=tmp_path).claim(),
        lambda: fitted("table", Watching(logdir=tmp_path)),
    ):
        with pytest.raises(FileAccessError, match="holds the log of another training") as caught:
            attempt()
        assert str(tmp_path / "second") in caught.value.advice
    assert len(list(tmp_path.iterdir())) == 1


def test_a_file_is_no_folder_for_a_log(tmp_path):
    (tmp_path / "log").touch()
    with pytest.raises(FileAccessError, match="log: is no folder"):
        Watching(logdir=tmp_path / "log").claim()


def test_a_folder_that_cannot_be_made_is_one_clear_failure(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(FileAccessError, match="could not be written"):
        fitted("table", Watching(logdir=tmp_path / "file" / "log"))


def test_without_the_extra_there_is_one_sentence_with_the_line_that_installs_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorboard", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'isthmus\[tensorboard\]'"):
        tensorboard.claim("log", resume=False)


def test_looking_at_rows_leaves_no_trace(tmp_path):
    from isthmus.training.architectures import RowShape, make_network

    generator = torch.Generator().manual_seed(0)
    options = FitOptions.from_flat(encoder=(5,), code_size=3, **DROPPING).network
    network = make_network(2, RowShape("table", 4), options, generator).train()
    weights = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    place = generator.get_state()
    outputs, codes = run_aside(network, generator, torch.randn(6, 4))
    assert (outputs.shape, codes.shape) == ((2, 6, 4), (2, 6, 3))
    assert network.training
    assert torch.equal(place, generator.get_state())
    assert all(torch.equal(weights[n], t) for n, t in network.state_dict().items())


def test_rows_that_train_are_shown_where_none_are_watched(tmp_path):
    rows, schema = rows_of("signal")
    options = FitOptions.from_flat(scheme="split", validation=0.0, max_steps=3, encoder=(4,))
    fit(rows, schema, options, watching=Watching(logdir=tmp_path))
    events = read_back(tmp_path)
    assert events.Images("rows/rebuilt")
    assert not [tag for tag in events.Tags()["scalars"] if "validation" in tag]
