"""H2O's autoencoder: its server in Java on one thread, asked from Python.

Its activation is the hyperbolic tangent: with rectifiers it gives up for numerical instability.

python -m benchmarks.peer_scripts.h2o_autoencoder fit ROWS.npy EPOCHS
"""

from __future__ import annotations

import contextlib
import sys
import tempfile
from pathlib import Path

import h2o
import numpy as np
from h2o.estimators import H2OAutoEncoderEstimator

from benchmarks.peer_scripts.answering import answer, versions

HIDDEN = [32, 16, 8, 16, 32]
BATCH = 256


def main(what: str, path: str, epochs: str) -> None:
    """Start the server, hand it the rows, then answer with fits."""
    with contextlib.redirect_stdout(sys.stderr):  # what it says of itself is no answer
        h2o.init(nthreads=1, max_mem_size="6G", verbose=False, bind_to_localhost=True)
        h2o.no_progress()
    try:
        rows = np.load(path)
        with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(sys.stderr):
            file = Path(folder) / "rows.csv"
            np.savetxt(file, rows, fmt="%.7g", delimiter=",")
            frame = h2o.import_file(str(file))

        def fit() -> None:
            detector = H2OAutoEncoderEstimator(
                hidden=HIDDEN, epochs=float(epochs), mini_batch_size=BATCH, activation="Tanh"
            )
            detector.train(x=frame.columns, training_frame=frame)

        answer({"fit": fit}, {"versions": versions("h2o"), "threads": 1})
    finally:
        h2o.cluster().shutdown()


if __name__ == "__main__":
    main(*sys.argv[1:])
