"""A training that is killed and goes on gives the same model file, bit for bit."""

from __future__ import annotations

import errno
import os
from functools import cache

import numpy as np
import pytest
from interrupting import Killed, KilledAfter, Noted, fitted, killed, resumed, rows_of

from isthmus import atomic, model_file
from isthmus.errors import CheckpointError, FileAccessError, UsageError
from isthmus.options import FitOptions
from isthmus.training import checkpoint, checkpoint_file, watching
from isthmus.training.architectures import ARCHITECTURES
from isthmus.training.checkpoint import Checkpoint, Checkpoints
from isthmus.training.fit import fit
from isthmus.training.optimizers import OPTIMIZERS
from isthmus.training.watching import Watching

STOPPING = {"learning_rate": 0.3, "max_steps": 60, "validation": 0.2}
CASES: dict[str, tuple[str, dict[str, object]]] = {
    "table": ("table", {}),
    "categories": ("mixed", {}),
    "signal": ("signal", {}),
    "in one order": ("table", {"shuffle": False}),
    "without noise": ("table", {"shuffle": False, "input_noise": 0.0}),
    "masked": ("table", {"masking": 0.3}),
    "erased": ("signal", {"erasing": 0.3}),
    "dropout": ("table", {"dropout": 0.4}),
    "batch norm": ("table", {"batch_norm": True}),
    "bf16": ("table", {"precision": "bf16"}),
    "clipped": ("table", {"clip_norm": 0.01}),
    "decaying": ("table", {"optimizer": "adamw", "weight_decay": 0.1}),
    "one split": ("table", {"scheme": "split", "members": 1}),
    "a split of three": ("table", {"scheme": "split", "members": 3}),
    "two members a fold": ("table", {"members": 2, "folds": 3}),
    "variational": ("table", {"variational": True}),
    "drawn": ("table", {"variational": True, "code_samples": 2, "kl_warmup": 1.0}),
    "convolution": ("image", {"encoder": (2, 3), "code_size": None, "batch_norm": True}),
    "recurrent": ("signal", {"architecture": "recurrent", "encoder": (3,)}),
    "gru": ("signal", {"architecture": "recurrent", "recurrent_cell": "gru", "encoder": (3,)}),
    "convolution of signals": ("signal", {"architecture": "conv1d", "encoder": (2, 3)}),
    "not watched": ("table", {"scheme": "split", "validation": 0.0}),
    "best kept": ("table", {**STOPPING, "keep": "best"}),
    "patient": ("table", {**STOPPING, "patience": 2}),
    "patient, best kept": ("table", {**STOPPING, "patience": 2, "keep": "best", "dropout": 0.1}),
    **{f"optimizer {name}": ("table", {"optimizer": name}) for name in OPTIMIZERS},
}


@cache
def whole(case):
    kind, choices = CASES[case]
    return fitted(kind, **choices)


@cache
def updates(case):
    """How many updates the training takes that nobody interrupts."""
    return model_file.unseal(whole(case)).manifest.training.steps


@pytest.mark.parametrize("case", CASES)
def test_a_training_that_was_killed_goes_on_to_the_same_file(case, tmp_path):
    kind, choices = CASES[case]
    for share in (0.4, 0.8):
        path, update = tmp_path / f"{share}", max(1, round(share * updates(case)))
        killed(kind, path, update, **choices)
        noted = Noted()
        assert resumed(kind, path, noted, **choices) == whole(case)
        assert noted.began == [update]
        assert noted.updates == list(range(update + 1, updates(case) + 1))


def test_every_architecture_is_interrupted_here():
    named = {choices.get("architecture", "auto") for _, choices in CASES.values()}
    kinds = {kind for kind, _ in CASES.values()}
    assert set(ARCHITECTURES) == (named - {"auto"}) | {"dense", "conv2d"}
    assert {"table", "image"} <= kinds


@pytest.mark.parametrize("case", ["table", "patient, best kept"])
def test_it_does_so_after_every_update(case, tmp_path):
    kind, choices = CASES[case]
    for update in range(1, updates(case) + 1):
        path = tmp_path / str(update)
        killed(kind, path, update, **choices)
        assert resumed(kind, path, **choices) == whole(case), update


def test_a_training_may_be_killed_again_and_again(tmp_path):
    kind, choices = CASES["dropout"]
    path = tmp_path / "c"
    for update in (1, 3, 4, 9):
        killed(kind, path, update, resume=update > 1, **choices)
    assert resumed(kind, path, **choices) == whole("dropout")


def test_checkpoints_change_nothing(tmp_path):
    for every in (0.0, 1e9):
        path = tmp_path / str(every)
        model = fitted("table", Watching(checkpoint=Checkpoint(path, every)))
        assert model == whole("table")
        assert path.exists() == (every == 0)


def test_a_training_that_begins_where_no_checkpoint_is_begins_at_the_beginning(tmp_path):
    noted = Noted()
    assert resumed("table", tmp_path / "none", noted) == whole("table")
    assert noted.began == [0]


def test_a_checkpoint_is_written_whenever_the_time_has_come(tmp_path, monkeypatch):
    now, written = [0.0], []
    monkeypatch.setattr(
        watching, "Checkpoints", lambda *given: Checkpoints(*given, clock=lambda: now[0])
    )
    write = checkpoint.write

    def noted(path, document, arrays):
        written.append(document.step + document.taken)
        now[0] += 2.0  # the time that writing takes does not count
        write(path, document, arrays)

    monkeypatch.setattr(checkpoint, "write", noted)

    class Clock(Noted):
        def on_update(self, state):
            now[0] += 1.0

    fitted("table", Watching(Clock(), Checkpoint(tmp_path / "c", every=5.0)))
    assert written == [6, 11]


def test_a_checkpoint_is_not_replaced_unasked(tmp_path):
    path = tmp_path / "c"
    killed("table", path, 3)
    before = path.read_bytes()
    with pytest.raises(FileAccessError, match=r"exists already.*interrupted") as caught:
        fitted("table", Watching(checkpoint=Checkpoint(path)))
    assert "--resume" in caught.value.advice
    assert path.read_bytes() == before


@pytest.mark.parametrize("operation", ["fsync", "replace"])
def test_a_checkpoint_that_cannot_be_written_leaves_the_earlier_one_whole(
    operation, tmp_path, monkeypatch
):
    path = tmp_path / "c"
    killed("table", path, 3)
    before = path.read_bytes()

    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(
            *((os, "fsync") if operation == "fsync" else (atomic.Path, "replace")), full
        )
        with pytest.raises(FileAccessError, match="No space left"):
            fitted("table", Watching(KilledAfter(99), Checkpoint(path, 0.0, resume=True)))
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["c"]
    assert resumed("table", path) == whole("table")


OTHERWISE = {
    "learning_rate: null then, 0.01 now": {"learning_rate": 0.01},
    "seed: 0 then, 1 now": {"seed": 1},
    "encoder: [5] then, [6] now": {"encoder": (6,)},
    "optimizer: \"adam\" then, \"sgd\" now": {"optimizer": "sgd"},
    "alpha: null then, 0.1 now": {"alpha": 0.1},
    "dropout: 0.0 then, 0.5 now": {"dropout": 0.5},
    "scheme: \"auto\" then, \"split\" now": {"scheme": "split"},
}  # fmt: skip


@pytest.mark.parametrize("said", OTHERWISE)
def test_other_options_are_refused_by_their_name(said, tmp_path):
    killed("table", tmp_path / "c", 3)
    with pytest.raises(UsageError, match="belongs to another training") as caught:
        resumed("table", tmp_path / "c", **OTHERWISE[said])
    assert said in caught.value.problems
    assert "remove it" in caught.value.advice


def refused(path, rows, schema):
    options = FitOptions.from_flat(encoder=(5,), code_size=3, batch_size=20, max_steps=14)
    with pytest.raises(UsageError, match="belongs to another training") as caught:
        fit(rows, schema, options, watching=Watching(checkpoint=Checkpoint(path, resume=True)))
    return " ".join(problem.partition(":")[0] for problem in caught.value.problems[1:])


def test_other_rows_are_refused_and_so_are_other_columns(tmp_path):
    path = tmp_path / "c"
    killed("table", path, 3)
    rows, schema = rows_of("table")
    changed = rows.copy()
    changed[7, 2] += 1e-9
    assert refused(path, changed, schema) == "rows"
    assert refused(path, rows[::-1], schema) == "rows"
    assert "rows" in refused(path, rows[:-1], schema)
    columns = (schema.columns[0].model_copy(update={"name": "other"}), *schema.columns[1:])
    assert refused(path, rows, schema.model_copy(update={"columns": columns})) == "columns"


@pytest.mark.parametrize("library", ["isthmus", "torch", "numpy", "python"])
def test_another_version_is_refused_by_its_name(library, tmp_path, monkeypatch):
    killed("table", tmp_path / "c", 3)
    now = watching.versions()
    monkeypatch.setattr(watching, "versions", lambda: {**now, library: "99.0"})
    with pytest.raises(UsageError) as caught:
        resumed("table", tmp_path / "c")
    assert caught.value.problems[1:] == (f"{library}: {now[library]} then, 99.0 now",)


@pytest.mark.parametrize(
    ("choices", "named"),
    [
        ({"seed": 1}, {"seed"}),
        ({"encoder": (6,)}, {"encoder"}),
        ({"scheme": "split", "members": 5}, {"scheme", "members"}),
        ({"learning_rate": 0.01}, {"learning_rate"}),
    ],
)
def test_what_follows_from_another_option_is_not_named_besides(choices, named, tmp_path):
    killed("table", tmp_path / "c", 3)
    with pytest.raises(UsageError, match="belongs to another training") as caught:
        resumed("table", tmp_path / "c", **choices)
    assert {problem.partition(":")[0] for problem in caught.value.problems[1:]} == named


@pytest.mark.parametrize("case", ["table", "patient, best kept"])
def test_a_training_that_is_to_end_leaves_a_checkpoint_and_goes_on_to_the_same_file(case, tmp_path):
    kind, choices = CASES[case]

    class Wishing(Noted):
        def on_update(self, state):
            if state.updates == update:
                choice.ending.wished = True

    for update in (1, updates(case) - 1):
        choice = Checkpoint(tmp_path / str(update))
        with pytest.raises(KeyboardInterrupt):
            fitted(kind, Watching(Wishing(), choice), **choices)
        noted = Noted()
        assert resumed(kind, choice.path, noted, **choices) == whole(case)
        assert noted.began == [update + 1]
    update, choice = updates(case), Checkpoint(tmp_path / "last")
    with pytest.raises(KeyboardInterrupt):  # and the wish is not forgotten
        fitted(kind, Watching(Wishing(), choice), **choices)
    assert not choice.path.exists()


def test_nobody_waits_for_an_update_that_does_not_come(tmp_path):
    choice = Checkpoint(tmp_path / "c", every=0.0)
    fitted("table", Watching(checkpoint=choice))
    assert not choice.ending.waits
    again = Checkpoint(tmp_path / "c", resume=True)
    fitted("table", Watching(checkpoint=again))
    assert not again.ending.waits


def test_rows_dealt_out_otherwise_are_refused(tmp_path):
    from isthmus.training.folds import Plan

    rows, schema = rows_of("table")
    options = FitOptions.from_flat(encoder=(5,), code_size=3, batch_size=20, max_steps=14)

    def run(training, watching):
        dealt = Plan("split", (np.arange(*training),), (np.arange(50, 60),), (np.arange(0),))
        fit(rows, schema, options, dealt=dealt, watching=watching)

    path = tmp_path / "c"
    with pytest.raises(Killed):
        run((0, 40), Watching(KilledAfter(3), Checkpoint(path, 0.0)))
    with pytest.raises(UsageError, match="training rows: of digest"):
        run((5, 45), Watching(checkpoint=Checkpoint(path, resume=True)))


def test_other_first_weights_are_refused(tmp_path, monkeypatch):
    killed("table", tmp_path / "c", 3)
    monkeypatch.setattr(checkpoint, "_digest_of_weights", lambda _network: "of digest other")
    with pytest.raises(
        UsageError, match=r"first weights: of digest [0-9a-f]+ then, of digest other"
    ):
        resumed("table", tmp_path / "c")


def resealed(path, change):
    """Write a checkpoint again, with a right digest, after a change of its arrays."""
    document, arrays = checkpoint_file.read(path)
    change(arrays)
    checkpoint_file.write(path, document, arrays)


@pytest.mark.parametrize(
    "change",
    [
        lambda arrays: arrays.pop("loop.generator"),
        lambda arrays: arrays.pop("optimizer.exp_avg"),
        lambda arrays: arrays.pop("keeper.waited"),
        lambda arrays: arrays.update({"optimizer.more": np.zeros(3, np.float32)}),
        lambda arrays: arrays.update({"loop.totals": np.zeros(4, np.float32)}),
        lambda arrays: arrays.update({"loop.generator": np.zeros(5, np.uint8)}),
        lambda arrays: arrays.update({"optimizer.step": np.zeros((), np.int64)}),
        lambda arrays: arrays.update({"loop.totals": arrays["loop.totals"].astype(np.float64)}),
        lambda arrays: arrays.update({"keeper.kept.more": np.zeros(1, np.float32)}),
    ],
)
def test_a_state_of_another_network_is_one_clear_failure(change, tmp_path):
    path = tmp_path / "c"
    killed("table", path, 3)
    resealed(path, lambda arrays: None)
    assert resumed("table", path) == whole("table")
    resealed(path, change)
    with pytest.raises(CheckpointError, match="does not hold the state of such a network"):
        resumed("table", path)
