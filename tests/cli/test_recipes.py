"""`isthmus recipes`: list, show, run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from isthmus.recipes import NAMES, Recipe, load, text_of

QUICK = ("--rows", "230", "--epochs", "1")


def test_the_list_has_every_recipe_with_its_sentence(isthmus):
    done = isthmus("recipes", "list")
    assert (done.code, done.err) == (0, "")
    assert [line.split("  ")[0].strip() for line in done.lines] == list(NAMES)
    for name in NAMES:
        assert load(name).summary in done.out.decode()
    told = json.loads(isthmus("recipes", "list", "--json").out)
    assert told == {name: load(name).summary for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_a_recipe_is_shown_as_it_is_written_and_as_json(isthmus, name):
    done = isthmus("recipes", "show", name)
    assert (done.code, done.err) == (0, "")
    assert Recipe.parse(done.out.decode(), source="shown") == load(name)
    assert done.out.decode().rstrip() == text_of(name).rstrip()
    told = isthmus("recipes", "show", name, "--json").out
    assert Recipe.model_validate_json(told) == load(name)


def test_a_run_prints_the_table_and_says_what_it_wrote(isthmus):
    pytest.importorskip("altair", reason="recipes draw with Altair")
    done = isthmus("recipes", "run", "ecg-lab", "-o", "lab", *QUICK, "--logdir", "log")
    assert done.code == 0, done.err
    shown = done.out.decode()
    assert shown.startswith("not the published size: at most 230 training rows and 1 epoch")
    for word in ("published", "reproduced", "honest threshold", "isthmus default", "0.945"):
        assert word in shown
    assert "fitting: reproduced\nfitting: honest\nfitting: default\n" in done.err
    files = sorted(path.name for path in Path("lab").iterdir())
    assert f"lab: {', '.join(files)}" in done.err
    assert {path.name for path in Path("log").iterdir()} == {"reproduced", "honest", "default"}
    again = isthmus("recipes", "run", "ecg-lab", "-o", "lab", *QUICK)
    assert again.code == 6
    assert "lab: exists already and is not empty" in again.err
    told = isthmus("recipes", "run", "ecg-lab", "-o", "lab", *QUICK, "--force", "--json", "--quiet")
    assert (told.code, told.err) == (0, "")
    assert json.loads(told.out) == json.loads(Path("lab/metrics.json").read_text())


def test_a_model_of_a_recipe_serves_the_other_commands(isthmus):
    pytest.importorskip("altair", reason="recipes draw with Altair")
    assert isthmus("recipes", "run", "ecg-lab", "-o", "lab", *QUICK, "--seed", "5").code == 0
    for name in ("reproduced", "honest", "default"):
        assert isthmus("verify", f"lab/{name}.onnx").code == 0
        assert isthmus("score", f"lab/{name}.onnx", "new.csv").code == 0
    inspected = isthmus("inspect", "lab/reproduced.onnx").out.decode()
    assert "seed 5" in inspected
    assert "575 calibrated" in inspected


def test_an_interrupted_run_goes_on_to_the_same_models(isthmus, monkeypatch):
    pytest.importorskip("altair", reason="recipes draw with Altair")
    from isthmus.cli import recipe_states
    from isthmus.recipes import run as module

    words = ("recipes", "run", "ecg-lab", *QUICK, "--checkpoint", "states")
    monkeypatch.setattr(recipe_states, "EVERY_SECONDS", 0.0)
    with monkeypatch.context() as patched:

        def interrupted(*_, **__):
            raise KeyboardInterrupt

        patched.setattr(module, "fit_default", interrupted)
        done = isthmus(*words, "-o", "lab", "--quiet")
    assert done.code == 130
    assert done.err.startswith("states: holds the trainings so far; to go on, run the same command")
    left = {path.name for path in Path("states").iterdir()}
    assert left == {"reproduced.checkpoint", "honest.checkpoint"}
    assert not Path("lab").exists()
    again = isthmus(*words, "-o", "lab")
    assert again.code == 6
    assert "exists already, and may hold a training" in again.err
    assert "fitting" not in again.err
    other = isthmus(*words, "-o", "lab", "--resume", "--seed", "1")
    assert (other.code, "seed: 0 then, 1 now" in other.err) == (2, True)
    done = isthmus(*words, "-o", "lab", "--resume")
    assert done.code == 0, done.err
    assert done.err.count("training goes on after update") == 2
    assert not Path("states").exists()
    assert isthmus("recipes", "run", "ecg-lab", *QUICK, "-o", "plain").code == 0
    for name in ("reproduced", "honest", "default"):
        model = Path(f"{name}.onnx")
        assert ("lab" / model).read_bytes() == ("plain" / model).read_bytes()


MISTAKES = [
    (("run", "ecg-guide", "-o", "x", "--resume"), 2, "--resume was given without --checkpoint"),
    (("run", "ecg-guide", "-o", "x", "--checkpoint", "new.csv"), 6, "is no folder"),
    (("run", "ecg-guide", "-o", "x", "--checkpoint", "no/c"), 6, "cannot be made one"),
    (("show", "ecg-gide"), 2, "there is no recipe 'ecg-gide'; did you mean 'ecg-guide'?"),
    (("run", "ecg-gide", "-o", "x"), 2, "did you mean 'ecg-guide'?"),
    (("run", "ecg-guide"), 2, "--output is missing"),
    (("run", "ecg-guide", "-o", "x", "--data", "y"), 2, "ecg5000 comes with isthmus"),
    (("run", "ecg-guide", "-o", "x", "--rows", "0"), 2, "--rows"),
    (("run", "ecg-guide", "-o", "x", "--rows", "40"), 2, "calibration rows"),
    (
        ("run", "ecg-guide", "-o", "x", "--rows", "5"),
        2,
        "--rows 5: of 5 training rows 5 are normal",
    ),
    (("run", "ecg-guide", "-o", "x", "--rows", "40"), 2, "--rows 40: of 40 training rows"),
    (("run", "ecg-guide", "-o", "x", "--seed", "-1"), 2, "--seed"),
    (("run", "ecg-guide", "-o", "no/x"), 6, "does not exist"),
    (("run", "ecg-guide", "-o", "new.csv", "--force"), 6, "is a file"),
    (("run", "mnist-conv", "-o", "x"), 6, "isthmus datasets get mnist"),
    (("run", "mnist-conv", "-o", "x", "--data", "none"), 6, "none"),
    (("ran",), 2, "there is no command 'ran'. Did you mean 'run'?"),
]


@pytest.mark.parametrize(
    ("words", "code", "said"), MISTAKES, ids=[" ".join(m[0]) for m in MISTAKES]
)
def test_a_mistake_is_answered_and_leaves_nothing_behind(isthmus, words, code, said):
    done = isthmus("recipes", *words)
    assert (done.code, done.out) == (code, b"")
    assert said in done.err
    assert "fitting" not in done.err  # no work was done in vain
    assert not Path("x").exists()
