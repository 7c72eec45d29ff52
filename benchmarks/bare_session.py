"""ONNX Runtime on the graph of a model file, with nothing around it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import onnxruntime

from isthmus import model_file

Bare = Callable[[np.ndarray], np.ndarray]
"""Scores (N,) of rows (N, D), which have the element type of the graph's input."""


def bare_session(model: bytes) -> Bare:
    """A session of one thread, otherwise as ONNX Runtime makes it."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        model_file.read(model).graph, options, providers=["CPUExecutionProvider"]
    )

    def score(rows: np.ndarray) -> np.ndarray:
        scores: np.ndarray = session.run(["anomaly_score"], {"rows": rows})[0]
        return scores

    return score


def in_batches(score: Bare, rows: np.ndarray, size: int) -> np.ndarray:
    """Scores of all rows, `size` at a time."""
    return np.concatenate([score(rows[k : k + size]) for k in range(0, len(rows), size)])
