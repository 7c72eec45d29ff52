"""`isthmus demo`: everything at once, on real heartbeats."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from isthmus.scoring.scorer import Scorer

FILES = {
    "beats.csv", "new.csv", "labelled.csv", "recent.csv", "detector.onnx", "recalibrated.onnx",
    "scored.csv", "evaluation.json", "inspect.txt", "histogram.png", "beats.png", "training.png",
    "report.html",
}  # fmt: skip


def test_the_demo_fills_a_folder_and_shows_the_published_accuracies_beside_its_own(isthmus):
    pytest.importorskip("altair", reason="the demo draws with Altair")
    done = isthmus("demo", "-o", "my demo")
    assert done.code == 0, done.err
    folder = Path("my demo")
    assert {path.name for path in folder.iterdir()} == FILES
    for name in ("histogram", "beats", "training"):
        assert (folder / f"{name}.png").read_bytes().startswith(b"\x89PNG")
    found = json.loads((folder / "evaluation.json").read_text())
    shown = done.out.decode()
    assert f"  {found['accuracy']:.3f}  isthmus:" in shown
    for published in ("0.967", "0.964", "0.945"):
        assert f"  {published}  published:" in shown
    assert found["accuracy"] > 0.96
    assert f"{folder}/histogram.png" in shown
    assert f"Open {folder}/report.html" in shown
    assert "$ isthmus score 'my demo/detector.onnx'" in done.err
    with (folder / "scored.csv").open() as file:
        scored = list(csv.DictReader(file))
    assert len(scored) == 1000
    assert len({row["beat"] for row in scored}) == 1000
    assert Scorer.load(folder / "recalibrated.onnx").manifest.calibration_history


def test_a_command_of_the_demo_that_fails_ends_it_with_that_exit_code(isthmus, monkeypatch):
    from isthmus.cli import demo

    monkeypatch.setattr(demo, "_write_csv", lambda path, *_, **__: path.write_text(""))
    done = isthmus("demo", "-o", "demo")
    assert done.code == 4
    assert done.err.count("isthmus: ") == 1
    assert "demo/beats.csv: is empty" in done.err
    assert not Path("demo/scored.csv").exists()
