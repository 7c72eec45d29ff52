"""Cross-entropy takes logarithms of probabilities near 0 and 1, whose last bits then show."""

from __future__ import annotations

import numpy as np
import pytest
from beats import model_of

from isthmus import Scorer
from isthmus.errors import IsthmusError
from isthmus.training import export


def nearly_binary_rows(rows: int = 200) -> np.ndarray:
    """Four patterns of 0 and 1, with five cells of noise (rows, 30): soon rebuilt surely."""
    generator = np.random.default_rng(0)
    patterns = generator.integers(0, 2, (4, 30)).astype(np.float32)
    values = patterns[generator.integers(0, 4, rows)]
    values[:, :5] = generator.random((rows, 5))
    return values


SURE = {
    "scaling": "minmax", "scaling_scope": "global", "loss": "bce", "output_activation": "sigmoid",
    "max_steps": 400, "encoder": (32,), "code_size": 8, "input_noise": 0.0, "members": 1,
    "scheme": "split",
}  # fmt: skip


@pytest.mark.parametrize("learning_rate", [0.01, 0.05, 0.2])
def test_a_network_that_is_sure_of_its_cells_becomes_a_model_file(learning_rate: float) -> None:
    rows = nearly_binary_rows()
    scorer = Scorer.load(model_of(rows, "signal", learning_rate=learning_rate, **SURE))
    made, _ = scorer.run(rows, ["reconstruction", "error"])
    assert ((made["reconstruction"] < 1e-4) | (made["reconstruction"] > 1 - 1e-4)).any()
    assert np.isfinite(made["error"]).all()


def test_a_graph_that_computes_something_else_is_noticed_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    twin = export._twin

    def other(*arguments: object) -> dict[str, np.ndarray]:
        made = twin(*arguments)  # type: ignore[arg-type]
        return {**made, "error": made["error"] * 1.001 + 1e-3}

    monkeypatch.setattr(export, "_twin", other)
    with pytest.raises(IsthmusError, match="error: "):
        model_of(nearly_binary_rows(), "signal", **SURE)
