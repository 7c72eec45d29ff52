from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.errors import DamagedModelError
from isthmus.model_file import read, seal, unseal, with_manifest
from isthmus.model_file.manifest import Calibration
from tests.model_file.example import (
    example,
    example_graph,
    example_manifest,
    example_rows,
    run,
)
from tests.model_file.forgery import forged

GOLDEN = Path(__file__).parent / "golden-format-1.onnx"
SHAPES = [
    {},
    {"kind": "signal"},
    {"columns": 1, "members": 1, "code_size": 1},
    {"columns": 7, "members": 3, "views": ("reconstruction", "largest")},
]


@pytest.mark.parametrize("shape", SHAPES)
def test_what_is_sealed_is_unsealed_unchanged(shape):
    graph, manifest = example_graph(**shape), example_manifest(**shape)
    data = seal(graph, manifest)
    model = unseal(data)
    assert model.graph == graph
    assert model.manifest == manifest
    assert model.digest == hashlib.sha256(data[:-84]).hexdigest()
    assert model.size == len(data)


def test_sealing_twice_gives_the_same_bytes():
    assert seal(example_graph(), example_manifest()) == seal(example_graph(), example_manifest())


def test_the_file_is_the_graph_then_the_manifest_then_the_digest_byte_for_byte():
    data = seal(example_graph(), example_manifest())
    assert data.startswith(b"\x08\x08\x12\x07isthmus\x1a\x050.1.0:")
    digest = hashlib.sha256(data[:-84]).hexdigest().encode()
    assert data[-84:] == b"rR\n\x0eisthmus.sha256\x12@" + digest
    assert data == forged()


def test_a_file_from_the_first_version_of_the_format_is_still_read():
    model = read(GOLDEN)
    assert model.digest == "8dbf364c42e292e3fcf46831f4b9497ac8eaa100a555ffd23ab8e2ab66ab613b"
    assert model.manifest.format == 1
    assert model.manifest.calibration.scores[-1] == -1.3984375
    assert [view.name for view in model.manifest.views] == ["reconstruction", "largest"]


def test_the_manifest_can_be_read_by_any_json_reader():
    data = seal(example_graph(), example_manifest())
    properties = {p.key: p.value for p in onnx.load_from_string(data).metadata_props}
    assert list(properties) == ["isthmus.manifest", "isthmus.sha256"]
    document = json.loads(properties["isthmus.manifest"])
    assert document["format"] == 1
    assert document["row_schema"]["columns"][0]["name"] == "c0"
    assert properties["isthmus.manifest"] == json.dumps(
        document, sort_keys=True, separators=(",", ":")
    )


@pytest.mark.parametrize("shape", SHAPES)
def test_onnx_and_onnx_runtime_accept_the_sealed_file(shape):
    data = example(**shape)
    onnx.checker.check_model(onnx.load_from_string(data), full_check=True)
    rows = example_rows(5, shape.get("kind", "table"), shape.get("columns", 3))
    whole, bare = run(data, rows), run(unseal(data).graph, rows)
    for name, array in whole.items():
        np.testing.assert_array_equal(array, bare[name])


def test_another_manifest_keeps_the_graph_byte_for_byte():
    model = unseal(example())
    calibration = Calibration(scheme="split", source="recalibrated", scores=(3.0, 1.0))
    manifest = model.manifest.model_copy(
        update={"calibration": calibration, "calibration_history": (model.manifest.calibration,)}
    )
    renewed = unseal(with_manifest(model, manifest))
    assert renewed.graph == model.graph
    assert renewed.manifest == manifest
    assert renewed.digest != model.digest


def test_a_manifest_that_does_not_fit_is_not_sealed():
    with pytest.raises(DamagedModelError, match="the new model file: output 3 is code"):
        seal(example_graph(), example_manifest(code_size=5))


@given(
    st.lists(
        st.floats(width=32, allow_nan=False, allow_infinity=False), min_size=1, max_size=50
    ).map(lambda scores: sorted(scores, reverse=True))
)
def test_float32_scores_read_back_to_the_same_bits(scores):
    model = unseal(seal(example_graph(), example_manifest(scores=tuple(scores))))
    came = np.array(model.manifest.calibration.scores).astype(np.float32)
    np.testing.assert_array_equal(came.view(np.int32), np.array(scores, np.float32).view(np.int32))


@given(st.text(min_size=1, max_size=20))
def test_any_column_name_comes_back(name):
    manifest = example_manifest(columns=1)
    column = manifest.row_schema.columns[0].model_copy(update={"name": name})
    schema = manifest.row_schema.model_copy(update={"columns": (column,)})
    manifest = manifest.model_copy(update={"row_schema": schema})
    assert unseal(seal(example_graph(columns=1), manifest)).manifest.row_schema.names == (name,)


def test_reading_needs_neither_onnx_nor_onnx_runtime_nor_training_libraries(tmp_path):
    path = tmp_path / "detector.onnx"
    path.write_bytes(example())
    code = (
        "import sys; from isthmus.model_file import read; read(sys.argv[1]); "
        "heavy = {'onnx', 'onnxruntime', 'google.protobuf', 'torch', 'sklearn', 'pandas'}; "
        "sys.exit(', '.join(heavy & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
