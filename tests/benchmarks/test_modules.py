from __future__ import annotations

import ast
import contextlib
import importlib
import re
import sys
from pathlib import Path

import pytest

from benchmarks import __main__ as command
from benchmarks import beats, fit_speed, peers

REPOSITORY = Path(__file__).parents[2]
FOLDER = REPOSITORY / "benchmarks"
PAGES = [
    page
    for page in (*REPOSITORY.glob("*.md"), *REPOSITORY.glob("docs/**/*.md"))
    if "benchmarks" in page.read_text(encoding="utf-8")
]
SCRIPTS = sorted((FOLDER / "peer_scripts").glob("*.py"))
COMMAND = re.compile(r"python -m benchmarks\.([\w.]+)")


@pytest.mark.parametrize("name", command.benchmarks())
def test_every_benchmark_measures_prints_and_says_how_to_run_it(name):
    path = command.module(name)
    dotted = path.relative_to(REPOSITORY).with_suffix("").parts
    module = importlib.import_module(".".join(dotted))
    assert callable(module.measure)
    assert callable(module.main)
    assert f"python -m benchmarks.{name}" in module.__doc__
    source = path.read_text(encoding="utf-8")
    assert re.search(rf"""store\(["']{name}["'],""", source), "stores under its own name"


@pytest.mark.parametrize(
    "page", [*PAGES, *sorted(FOLDER.rglob("*.py"))], ids=lambda page: page.name
)
def test_every_command_that_is_written_down_exists(page):
    for module in COMMAND.findall(page.read_text(encoding="utf-8")):
        path = FOLDER / Path(*module.rstrip(".").split("."))
        files = (path.with_suffix(".py"), path / "__main__.py")
        assert any(file.exists() for file in files), f"{page.name} names benchmarks.{module}"


def test_the_list_names_every_benchmark_and_runs_none(capsys):
    assert command.main(["--list"]) == 0
    shown = capsys.readouterr().out
    assert "scoring_speed" in shown
    assert [line.split()[0] for line in shown.splitlines()] == list(command.benchmarks())


def test_an_unknown_benchmark_is_refused_with_the_known_ones(capsys):
    with pytest.raises(SystemExit):
        command.main(["no_such"])
    assert f"no_such; there are {', '.join(command.benchmarks())}" in " ".join(
        capsys.readouterr().err.split()
    )


def test_a_benchmark_that_fails_is_said_to_have_failed(monkeypatch, capfd):
    monkeypatch.setattr(command, "benchmarks", lambda: {"no_such": ""})
    assert command.main(["no_such"]) == 1
    assert "no_such FAILED" in capfd.readouterr().out


def constants(path):
    """What a script sets to plain values, without importing what it needs."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
            target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
            with contextlib.suppress(ValueError):
                yield ast.unparse(target), ast.literal_eval(node.value)


def test_the_peers_train_the_net_of_isthmus_as_long_as_isthmus():
    ours = beats.options()
    epochs, batch = ours.training.epochs, ours.training.batch_size
    encoder, code, decoder = ours.network.widths("signal", 140)
    net = (*encoder, code, *decoder)
    scripts = FOLDER / "peer_scripts"
    for name in ("keras_autoencoder", "torch_loop", "sklearn_mlp", "jax_scan", "h2o_autoencoder"):
        own = dict(constants(scripts / f"{name}.py"))
        assert tuple(own["HIDDEN"]) == net == fit_speed.WIDTHS
        assert own.get("BATCH", batch) == batch
    pyod = dict(constants(scripts / "pyod_detector.py"))
    assert pyod["LAYERS"] == [*encoder, code]
    assert pyod["BATCH"] == batch
    assert epochs == fit_speed.BEATS.epochs


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_peer_script_needs_nothing_of_isthmus(path):
    imported = [
        name
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for name in ([getattr(node, "module", None)] + [alias.name for alias in node.names])
    ]
    assert not [name for name in imported if name and name.split(".")[0] == "isthmus"]


def test_every_peer_is_pinned():
    for requirements in peers.PEERS.values():
        assert all(re.fullmatch(r"[\w-]+==[\d.]+", requirement) for requirement in requirements)


def test_a_named_folder_without_the_peer_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv(peers.FOLDER_VARIABLE, str(tmp_path))
    with pytest.raises(SystemExit, match="which has no pyod"):
        peers.python_of("pyod")


def test_a_named_folder_gives_its_interpreter(tmp_path, monkeypatch):
    monkeypatch.setenv(peers.FOLDER_VARIABLE, str(tmp_path))
    python = tmp_path / "keras" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.touch()
    assert peers.python_of("keras") == python


ANSWERS = "from benchmarks.peer_scripts.answering import answer\n"


def test_a_peer_says_what_it_is_and_answers_with_seconds_whatever_it_prints():
    works = "answer({'sleep': lambda: (print('noise'), time.sleep(0.05))}, {'threads': 1})"
    with peers.Peer([sys.executable, "-c", f"import time\n{ANSWERS}{works}"]) as peer:
        assert peer.about == {"threads": 1}
        first, second = peer.spent("sleep"), peer.spent("sleep")
    assert first.wall >= 0.05 and second.wall >= 0.05
    assert first.cpu < first.wall


def test_a_peer_that_breaks_is_shown_with_its_own_words():
    broken = f"{ANSWERS}answer({{'work': lambda: 1 / 0}}, {{}})"
    with (
        peers.Peer([sys.executable, "-c", broken]) as peer,
        pytest.raises(RuntimeError, match="ZeroDivisionError"),
    ):
        peer.spent("work")


def test_what_came_with_the_environment_is_not_counted_as_ours(tmp_path):
    from benchmarks.install_and_start import _sizes

    for name, size in {
        "numpy/core/a.so": 100,
        "numpy/b.py": 20,
        "pip/c.py": 9,
        "one.py": 3,
    }.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(bytes(size))
    assert _sizes(tmp_path) == {"numpy": 120, "one.py": 3}
