"""Run a graph in ONNX Runtime, in chunks, with a result that does not depend on the chunks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import onnxruntime

FEWEST_ROWS = 4
"""Calls are padded to this many rows: one-row kernels may differ in the last bit."""

CHUNK_BYTES = 2_000_000
"""About the size of the widest intermediate result of one call; larger ones leave the cache."""

WIDE = 65_536
"""Numbers of one row from which on fewer than 256 rows are computed at once."""

_ERRORS_ONLY = 3

Look = Callable[[int, np.ndarray], None]
"""Shown every chunk: the number of its first row, and its rows as the graph will see them."""


class Session:
    """A graph with one input of shape (N, D), ready to run.

    Parameters
    ----------
    model : bytes
        A serialised ONNX model.
    width : int, optional
        Numbers that the widest step of the graph makes of one row; decides the chunk size, which
        is thus a fixed function of the shapes.
    threads : int
        Threads within one call.
    """

    def __init__(self, model: bytes, *, width: int = 256, threads: int = 1) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = _ERRORS_ONLY
        # A busy-waiting pool steals the cores of its neighbours between calls.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        # Without `enable_fallback` a failure would be printed to standard output and retried.
        self._session = onnxruntime.InferenceSession(
            model, options, providers=["CPUExecutionProvider"], enable_fallback=0
        )
        self._input = self._session.get_inputs()[0].name
        self.outputs = tuple(output.name for output in self._session.get_outputs())
        # What is far wider, such as the maps of large images, must not fill the memory.
        fewest = 256 if width <= WIDE else 16
        self.chunk_rows = int(np.clip(CHUNK_BYTES // (4 * width), fewest, 1024)) // 16 * 16

    def run(
        self,
        rows: np.ndarray,
        outputs: Sequence[str],
        element: npt.DTypeLike | None = None,
        look: Look | None = None,
    ) -> dict[str, np.ndarray]:
        """Compute `outputs` for rows of shape (N, D), each with N as its first axis.

        A row's results are the same bits alone, in any company and in any order. Rows are
        converted to `element` chunk by chunk, while they are near.
        """
        count = len(rows)
        whole: list[np.ndarray] = []
        for first in range(0, max(count, 1), self.chunk_rows):
            chunk = rows[first : first + self.chunk_rows]
            with np.errstate(over="ignore"):  # what does not fit float32 becomes an infinity
                chunk = np.ascontiguousarray(chunk, element)
            if look is not None:
                look(first, chunk)
            parts = self._run_chunk(chunk, outputs)
            if len(chunk) == count:
                return dict(zip(outputs, parts, strict=True))
            whole = whole or [np.empty((count, *part.shape[1:]), part.dtype) for part in parts]
            for result, part in zip(whole, parts, strict=True):
                result[first : first + len(part)] = part
        return dict(zip(outputs, whole, strict=True))

    def _run_chunk(self, rows: np.ndarray, outputs: Sequence[str]) -> list[np.ndarray]:
        count = len(rows)
        if count < FEWEST_ROWS:
            padding = np.zeros((FEWEST_ROWS - count, rows.shape[1]), rows.dtype)
            rows = np.concatenate([rows, padding])
        results = self.call({self._input: rows}, outputs)
        return [result[:count] for result in results]

    def call(self, inputs: Mapping[str, np.ndarray], outputs: Sequence[str]) -> list[np.ndarray]:
        """One call of a graph with any inputs, as they are: neither cut into chunks nor padded."""
        results: list[np.ndarray] = self._session.run(list(outputs), dict(inputs))
        return results
