"""A small model file built by hand, for tests and benchmarks that need one without training.

``python -m tests.model_file.example FILE`` writes it.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Literal

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import helper, numpy_helper

from isthmus.model_file import IR_VERSION, OPSET, Manifest, seal, unseal, with_manifest
from isthmus.model_file.manifest import (
    Calibration,
    CellErrors,
    Data,
    Layer,
    Threshold,
    Training,
    View,
)
from isthmus.options import FitOptions
from isthmus.schema import Column, Schema
from isthmus.scoring.probes import probe_rows

Kind = Literal["table", "signal"]
Array = NDArray[Any]

COLUMNS = 3
MEMBERS = 2
CODE_SIZE = 2
FLOOR = 1e-12
VIEW_CONSTANTS = {"reconstruction": (-0.5, 1.25), "largest": (0.5, 1.5)}
"""Center and spread of each view that the example graph knows."""


def example(kind: Kind = "table", **shape: Any) -> bytes:
    """A whole model file that scores rows, calibrated by ONNX Runtime on 50 random rows.

    `shape` may give `columns`, `members`, `code_size` and `views` (names).
    """
    graph = example_graph(kind, **shape)
    rows = example_rows(50, kind, shape.get("columns", COLUMNS))
    scores = np.sort(run(graph, rows)["anomaly_score"])[::-1]
    manifest = example_manifest(kind, scores=tuple(scores.tolist()), **shape)
    probes = run(graph, probe_rows(manifest.row_schema).astype(rows.dtype))["anomaly_score"]
    return seal(graph, manifest.model_copy(update={"probes": tuple(probes.tolist())}))


def variational_example(kind: Kind = "table", **shape: Any) -> bytes:
    """The same, of a network that says it is variational."""
    model = unseal(example(kind, **shape))
    options = model.manifest.options
    network = options.network.model_copy(update={"variational": True})
    told = {"options": options.model_copy(update={"network": network})}
    return with_manifest(model, model.manifest.model_copy(update=told))


def example_rows(count: int, kind: Kind = "table", columns: int = COLUMNS) -> Array:
    """`count` random rows of the input's element type, shape [N, D]."""
    rows = np.random.default_rng(7).normal(10, 2, (count, columns))
    return rows.astype(np.float32 if kind == "signal" else np.float64)


def run(graph: bytes, rows: Array) -> dict[str, Array]:
    """The outputs of ONNX Runtime by name."""
    session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, {"rows": rows}), strict=True))


def example_manifest(
    kind: Kind = "table",
    *,
    columns: int = COLUMNS,
    members: int = MEMBERS,
    code_size: int = CODE_SIZE,
    views: tuple[str, ...] = ("reconstruction",),
    scores: tuple[float, ...] = (1.5, 0.25, 0.25, -2.0),
) -> Manifest:
    """A manifest that fits `example_graph` of the same shape."""
    constants = {name: VIEW_CONSTANTS[name] for name in views}
    return Manifest(
        created_by="isthmus 0.1.0",
        versions={"numpy": "2.0.0", "onnxruntime": "1.20.0"},
        row_schema=Schema(
            kind=kind,
            columns=tuple(Column(name=f"c{d}", minimum=4, maximum=16) for d in range(columns)),
        ),
        options=FitOptions(),
        members=members,
        groups=1,
        code_size=code_size,
        views=tuple(View(name=n, center=c, spread=s) for n, (c, s) in constants.items()),
        cells=tuple(
            CellErrors(mean=1.5, residual=2.0, quantiles=(0.5, 1.0, 3.0), rows=3)
            for _ in range(columns)
        ),
        calibration=Calibration(scheme="split", source="fit", scores=tuple(scores)),
        threshold=Threshold(alpha=0.25),
        data=Data(
            rows=100,
            training_rows=50,
            validation_rows=0,
            calibration_rows=len(scores),
            digest="0123456789abcdef" * 4,
        ),
        training=Training(
            epochs=(),
            steps=0,
            batch_size=1,
            stopped="budget",
            kept_step=(0,) * members,
            parameters=members * 2 * columns * code_size,
        ),
        layers=(Layer(name="encoder", operation="MatMul", shape=("N", code_size), parameters=6),),
        probes=(0.5,) * 8,
    )


def example_graph(
    kind: Kind = "table",
    *,
    columns: int = COLUMNS,
    members: int = MEMBERS,
    code_size: int = CODE_SIZE,
    views: tuple[str, ...] = ("reconstruction",),
) -> bytes:
    """An ONNX model without metadata: preamble, a dense core for each member, tail."""
    model = example_model(kind, columns, members, code_size, views)
    return bytes(model.SerializeToString())


def example_model(
    kind: Kind = "table",
    columns: int = COLUMNS,
    members: int = MEMBERS,
    code_size: int = CODE_SIZE,
    views: tuple[str, ...] = ("reconstruction",),
) -> Any:
    """The same as an onnx.ModelProto."""
    wide = np.float32 if kind == "signal" else np.float64
    random = np.random.default_rng(1)
    weights = random.normal(0, 0.5, (members, columns, code_size)).astype(np.float32)
    constants = {
        "center": np.full(columns, 10, wide),
        "scale": np.full(columns, 2, wide),
        "encoder": weights,
        "encoder_bias": np.full((members, 1, code_size), 0.1, np.float32),
        "decoder": weights.transpose(0, 2, 1).copy(),
        "mean_of_columns": np.full((columns, 1), 1 / columns, np.float32),
        "mean_of_members": np.full((members, 1), 1 / members, np.float32),
        "last": np.array([2], np.int64),
        **_score_constants(members, views),
    }
    graph = helper.make_graph(
        [*_preamble(), *_core(), *_tail(kind, views)],
        "detector",
        [_value("rows", wide, ["N", columns])],
        [
            _value("reconstruction", wide, ["N", columns]),
            _value("error", np.float32, ["N", columns]),
            _value("code", np.float32, ["N", code_size]),
            _value("views", np.float32, ["N", members, len(views)]),
            _value("anomaly_score", np.float32, ["N"]),
        ],
        [numpy_helper.from_array(array, name) for name, array in constants.items()],
    )
    return helper.make_model(
        graph,
        ir_version=IR_VERSION,
        producer_name="isthmus",
        producer_version="0.1.0",
        opset_imports=[helper.make_operatorsetid("", OPSET)],
    )


def _score_constants(members: int, views: tuple[str, ...]) -> dict[str, Array]:
    center, spread = np.array([VIEW_CONSTANTS[name] for name in views], np.float32).T
    return {
        "floor": np.array(FLOOR, np.float32),
        "view_center": center.copy(),
        "view_spread": spread.copy(),
        "flat": np.array([-1, members * len(views)], np.int64),
        "combine": np.full((members * len(views), 1), 1 / members, np.float32),
        "score_axis": np.array([1], np.int64),
    }


def _preamble() -> list[Any]:
    return [
        helper.make_node("IsNaN", ["rows"], ["missing"]),
        helper.make_node("Where", ["missing", "center", "rows"], ["filled"]),
        helper.make_node("Sub", ["filled", "center"], ["centred"]),
        helper.make_node("Div", ["centred", "scale"], ["scaled"]),
        helper.make_node("Cast", ["scaled"], ["x"], to=onnx.TensorProto.FLOAT),
    ]


def _core() -> list[Any]:
    return [
        helper.make_node("MatMul", ["x", "encoder"], ["encoded"]),
        helper.make_node("Add", ["encoded", "encoder_bias"], ["biased"]),
        helper.make_node("Relu", ["biased"], ["codes"]),
        helper.make_node("MatMul", ["codes", "decoder"], ["decoded"]),
    ]


def _tail(kind: Kind, views: tuple[str, ...]) -> list[Any]:
    wide = onnx.TensorProto.FLOAT if kind == "signal" else onnx.TensorProto.DOUBLE
    return [
        *_mean_over_members("decoded", "rebuilt"),
        helper.make_node("Cast", ["rebuilt"], ["wide_output"], to=wide),
        helper.make_node("Mul", ["wide_output", "scale"], ["unscaled"]),
        helper.make_node("Add", ["unscaled", "center"], ["reconstruction"]),
        helper.make_node("Sub", ["decoded", "x"], ["residual"]),
        helper.make_node("Mul", ["residual", "residual"], ["member_error"]),
        *_mean_over_members("member_error", "error"),
        *_mean_over_members("codes", "code"),
        helper.make_node("MatMul", ["member_error", "mean_of_columns"], ["view_reconstruction"]),
        helper.make_node("ReduceMax", ["member_error"], ["view_largest"], axes=[2]),
        helper.make_node("Concat", [f"view_{name}" for name in views], ["by_member"], axis=2),
        helper.make_node("Transpose", ["by_member"], ["views"], perm=[1, 0, 2]),
        helper.make_node("Max", ["views", "floor"], ["positive"]),
        helper.make_node("Log", ["positive"], ["logs"]),
        helper.make_node("Sub", ["logs", "view_center"], ["log_centred"]),
        helper.make_node("Div", ["log_centred", "view_spread"], ["standard"]),
        helper.make_node("Reshape", ["standard", "flat"], ["row_of_views"]),
        helper.make_node("MatMul", ["row_of_views", "combine"], ["score_column"]),
        helper.make_node("Squeeze", ["score_column", "score_axis"], ["anomaly_score"]),
    ]


def _mean_over_members(name: str, mean: str) -> list[Any]:
    """From [M, N, anything] to [N, anything]."""
    return [
        helper.make_node("Transpose", [name], [f"{mean}_by_row"], perm=[1, 2, 0]),
        helper.make_node("MatMul", [f"{mean}_by_row", "mean_of_members"], [f"{mean}_column"]),
        helper.make_node("Squeeze", [f"{mean}_column", "last"], [mean]),
    ]


def _value(name: str, dtype: Any, shape: list[int | str]) -> Any:
    code = helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
    return helper.make_tensor_value_info(name, code, shape)


if __name__ == "__main__":
    Path(sys.argv[1]).write_bytes(example())
