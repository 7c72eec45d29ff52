"""The JavaScript example of the documentation, run as a user would run it."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from isthmus.model_file import unseal, with_manifest
from isthmus.model_file.manifest import Calibration
from isthmus.scoring.calibration import Calibrator
from tests.model_file.example import example, example_rows, run

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "docs" / "examples" / "score.mjs"
NODE = shutil.which("node")


def finds_onnx_runtime() -> bool:
    asked = f"require('module').createRequire({str(SCRIPT)!r}).resolve('onnxruntime-node')"
    return subprocess.run([NODE, "-e", asked], capture_output=True).returncode == 0


if NODE is None:
    pytest.skip("Node is not installed", allow_module_level=True)
if not finds_onnx_runtime():
    pytest.skip(
        "the package onnxruntime-node is neither in node_modules nor in NODE_PATH; "
        "get it with: npm install --no-save --ignore-scripts onnxruntime-node",
        allow_module_level=True,
    )


def score(tmp_path: Path, model: bytes, rows: object) -> subprocess.CompletedProcess[str]:
    (tmp_path / "detector.onnx").write_bytes(model)
    (tmp_path / "rows.json").write_text(json.dumps(rows), encoding="utf-8")
    return subprocess.run(
        [NODE, SCRIPT, "detector.onnx", "rows.json"], cwd=tmp_path, capture_output=True, text=True
    )


@pytest.mark.parametrize(
    ("kind", "count"), [("table", 1), ("table", 20), ("signal", 3), ("table", 0)]
)
def test_javascript_gives_the_scores_and_p_values_of_python(tmp_path, kind, count):
    model = example(kind, columns=5, members=3, views=("reconstruction", "largest"))
    rows = example_rows(max(count, 4), kind, 5)
    rows[0, 2] = np.nan
    listed = [[None if np.isnan(cell) else float(cell) for cell in row] for row in rows[:count]]
    done = score(tmp_path, model, listed)
    assert done.returncode == 0, done.stderr
    came = json.loads(done.stdout)
    expected = run(model, rows)["anomaly_score"][:count]
    np.testing.assert_allclose(came["anomaly_score"], expected, rtol=1e-5, atol=1e-5)
    calibrator = Calibrator.of(unseal(model).manifest.calibration)
    p_values = calibrator.p_values(np.array(came["anomaly_score"], np.float32))
    assert came["p_value"] == p_values.tolist()


def test_a_tie_with_a_calibration_score_counts_as_at_least_as_large(tmp_path):
    model = example()
    came = json.loads(score(tmp_path, model, [[9, 10, 14]]).stdout)
    tie = np.float32(came["anomaly_score"][0])
    around = (np.nextafter(tie, np.float32(9e9)), tie, np.nextafter(tie, np.float32(-9e9)))
    calibration = Calibration(
        scheme="split", source="recalibrated", scores=tuple(map(float, around))
    )
    manifest = unseal(model).manifest.model_copy(update={"calibration": calibration})
    model = with_manifest(unseal(model), manifest)
    assert json.loads(score(tmp_path, model, [[9, 10, 14]]).stdout)["p_value"] == [3 / 4]


def test_a_row_without_a_value_has_neither_score_nor_p_value(tmp_path):
    came = json.loads(score(tmp_path, example(), [[None, None, None], [10, 10, 10]]).stdout)
    assert came["anomaly_score"][0] is came["p_value"][0] is None
    assert 0 < came["p_value"][1] <= 1


@pytest.mark.parametrize("place", [0, 2000, -200, -1])
def test_a_damaged_file_is_refused(tmp_path, place):
    damaged = bytearray(example())
    damaged[place] ^= 1
    done = score(tmp_path, bytes(damaged), [[1, 2, 3]])
    assert done.returncode != 0
    assert "changed since it was written" in done.stderr


def test_a_row_of_another_length_is_refused(tmp_path):
    done = score(tmp_path, example(), [[1, 2]])
    assert "every row needs 3 cells" in done.stderr
