"""What README and the other documents show works as shown."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = [*ROOT.glob("*.md"), *sorted((ROOT / "docs").glob("*.md"))]


def blocks(text, language):
    return re.findall(rf"```{language}\n(.*?)```", text, re.S)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder in which the demo has run, as the README says first."""
    folder = tmp_path_factory.mktemp("readme")
    run("isthmus demo -o demo", folder)
    return folder


def run(line, folder):
    words = shlex.split(line)
    done = subprocess.run(
        [sys.executable, "-m", *words], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{line}\n{done.stderr}"
    return done.stdout


def test_the_commands_of_the_readme_work_one_after_the_other(folder):
    text = (ROOT / "README.md").read_text()
    lines = [line[2:] for block in blocks(text, "console") for line in block.splitlines()]
    own = [line for line in lines if line.startswith("isthmus ") and " demo " not in line]
    assert len(own) == 8
    for line in own:
        run(line, folder)
    for name in ("detector.onnx", "scored.parquet", "recalibrated.onnx"):
        assert (folder / name).stat().st_size


def test_the_python_of_the_readme_works(folder):
    (code,) = blocks((ROOT / "README.md").read_text(), "python")
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    *reasons, last = done.stdout.splitlines()
    assert re.fullmatch(r"\d+ alarms", last)
    assert not any(reasons) or re.match(r"row \d+: ", reasons[0])


def test_the_figures_under_the_picture_are_those_of_the_demo(folder):
    import json

    found = json.loads((folder / "demo" / "evaluation.json").read_text())
    text = (ROOT / "README.md").read_text()
    caught = 100 * found["confusion"]["alarms_among_abnormal"] / found["abnormal"]
    false = 100 * found["confusion"]["alarms_among_normal"] / found["normal"]
    said_false, said_caught = re.search(
        r"false alarms; ([\d.]+) % came, and\s+([\d.]+) % of the abnormal", text
    ).groups()
    # Another processor may round the training differently; the demo stays what it is.
    assert abs(float(said_caught) - caught) < 2
    assert abs(float(said_false) - false) < 1.5


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_to_a_file_leads_somewhere(path):
    for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", path.read_text()):
        if not target.startswith("http"):
            assert (path.parent / target).exists(), target


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_benchmark_that_is_named_exists(path):
    for name in re.findall(r"benchmarks\.([a-z_0-9]+)", path.read_text()):
        path = ROOT / "benchmarks" / name
        assert path.with_suffix(".py").exists() or (path / "__main__.py").exists(), name


def test_the_targets_of_the_makefile_that_documents_name_exist():
    makefile = (ROOT / "Makefile").read_text()
    for path in DOCUMENTS:
        for target in re.findall(
            r"make ([a-z-]+)\b", " ".join(blocks(path.read_text(), "console"))
        ):
            assert re.search(rf"^{target}:", makefile, re.M), target


def test_documents_name_neither_paths_of_a_machine_nor_registries():
    for path in DOCUMENTS:
        text = path.read_text()
        assert not re.search(r"/work/|/root/|/tmp/bash|pypi\.org|registry\.npmjs", text), path


def test_the_figures_of_the_readme_are_those_that_are_stored():
    sys.path.insert(0, str(ROOT))
    from benchmarks.readme import rows

    text = (ROOT / "README.md").read_text()
    for row in rows():
        assert row in text, row


def test_the_figures_of_the_calibration_page_are_those_that_are_stored():
    sys.path.insert(0, str(ROOT))
    from benchmarks.readme import figures

    text = (ROOT / "docs" / "calibration.md").read_text()
    for alpha, one in figures("false_alarms")["summary"].items():
        cells = [
            alpha,
            f"{one['ratio_cross']:.2f}",
            f"{100 * one['caught_cross']:.1f} %",
            f"{one['ratio_split']:.2f}",
            f"{100 * one['caught_split']:.1f} %",
        ]
        assert f"| {' | '.join(cells)} |" in text
