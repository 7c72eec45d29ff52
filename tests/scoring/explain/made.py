"""A small detector by hand whose errors are known: (value - expected)^2 / scale^2 for each cell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
import pyarrow as pa
from example import example_manifest
from onnx import helper, numpy_helper

from isthmus.model_file import IR_VERSION, OPSET, seal
from isthmus.model_file.manifest import CellErrors
from isthmus.options import FitOptions
from isthmus.read import Rows
from isthmus.schema import Column, Schema
from isthmus.scoring.scorer import Scorer

MISSING_ERROR = 5.0
ROWS = 99


def number(name: str, **more: Any) -> Column:
    """A numeric column that ranged from 0 to 80.1 in training."""
    return Column(**{"name": name, "minimum": 0.0, "maximum": 80.1, **more})


def category(name: str, *levels: str, counts: tuple[int, ...] = (), **more: Any) -> Column:
    """A category whose levels were seen fifty times each."""
    return Column(
        name=name, kind="category", minimum=0, maximum=len(levels) - 1, levels=levels,
        counts=counts or (50,) * len(levels), **more,
    )  # fmt: skip


def usual(residual: float | None = 1.1, mean: float = 1.0) -> CellErrors:
    """Out-of-fold errors from 0 to twice the mean, evenly spread over 99 rows."""
    quantiles = tuple(float(q) for q in np.linspace(0, 2 * mean, ROWS))
    return CellErrors(mean=mean, residual=residual, quantiles=quantiles, rows=ROWS)


def model(
    columns: Sequence[Column],
    expected: Sequence[float],
    *,
    kind: str = "table",
    scale: float = 1.0,
    cells: Sequence[CellErrors] | None = None,
    scores: tuple[float, ...] = tuple(float(k) for k in range(18, -1, -1)),
    named: bool = True,
) -> bytes:
    """A model file that expects the same of every row; a score is the sum of the errors."""
    cells = cells or [usual(None if c.kind == "category" else 1.1) for c in columns]
    manifest = example_manifest(kind, columns=len(columns), members=1, code_size=1, scores=scores)  # type: ignore[arg-type]
    schema = Schema(kind=kind, columns=tuple(columns), named=named)  # type: ignore[arg-type]
    manifest = manifest.model_copy(
        update={
            "row_schema": schema,
            "cells": tuple(cells),
            "options": FitOptions(),
            "data": manifest.data.model_copy(update={"rows": 1000}),
        }
    )
    return seal(_graph(np.array(expected), kind, scale), manifest)


def scorer(*arguments: Any, **choices: Any) -> Scorer:
    """The same, loaded."""
    return Scorer.load(model(*arguments, **choices))


def rows_of(columns: Sequence[Column], values: Any, **texts: Sequence[str | None]) -> Rows:
    """Rows as reading makes them."""
    values = np.array(values, np.float64)
    return Rows(
        source="rows",
        names=tuple(column.name for column in columns),
        named=True,
        values=values,
        unusable={},
        ids=pa.table({}),
        labels=None,
        set_aside={},
        first=0,
        decisions=(),
        texts={name: pa.array(column) for name, column in texts.items()},
    )


def _graph(expected: np.ndarray, kind: str, scale: float) -> bytes:
    wide = np.float32 if kind == "signal" else np.float64
    columns = len(expected)
    constants = {
        "expected": expected.astype(wide),
        "scale": np.array(scale, wide),
        "surprise": np.array(MISSING_ERROR, np.float32),
        "ones": np.ones((columns, 1), np.float32),
        "nothing": np.zeros((columns, 1), np.float32),
        "one_view": np.array([-1, 1, 1], np.int64),
        "last": np.array([1], np.int64),
    }
    nodes = [
        helper.make_node("IsNaN", ["rows"], ["missing"]),
        helper.make_node("Where", ["missing", "expected", "rows"], ["filled"]),
        helper.make_node("Where", ["missing", "expected", "expected"], ["reconstruction"]),
        helper.make_node("Sub", ["filled", "expected"], ["residual"]),
        helper.make_node("Div", ["residual", "scale"], ["scaled"]),
        helper.make_node("Mul", ["scaled", "scaled"], ["squared"]),
        helper.make_node("Cast", ["squared"], ["narrow"], to=onnx.TensorProto.FLOAT),
        helper.make_node("Cast", ["missing"], ["flags"], to=onnx.TensorProto.FLOAT),
        helper.make_node("Mul", ["flags", "surprise"], ["charged"]),
        helper.make_node("Add", ["narrow", "charged"], ["error"]),
        helper.make_node("MatMul", ["error", "nothing"], ["code"]),
        helper.make_node("MatMul", ["error", "ones"], ["sum"]),
        helper.make_node("Reshape", ["sum", "one_view"], ["views"]),
        helper.make_node("Squeeze", ["sum", "last"], ["anomaly_score"]),
    ]

    def value(name: str, dtype: Any, shape: list[int | str]) -> Any:
        kind = helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
        return helper.make_tensor_value_info(name, kind, shape)

    graph = helper.make_graph(
        nodes,
        "detector",
        [value("rows", wide, ["N", columns])],
        [
            value("reconstruction", wide, ["N", columns]),
            value("error", np.float32, ["N", columns]),
            value("code", np.float32, ["N", 1]),
            value("views", np.float32, ["N", 1, 1]),
            value("anomaly_score", np.float32, ["N"]),
        ],
        [numpy_helper.from_array(array, name) for name, array in constants.items()],
    )
    made = helper.make_model(
        graph,
        ir_version=IR_VERSION,
        producer_name="isthmus",
        producer_version="0.1.0",
        opset_imports=[helper.make_operatorsetid("", OPSET)],
    )
    return bytes(made.SerializeToString())
