"""scikit-learn is needed when figures are computed, not before."""

from __future__ import annotations

import subprocess
import sys

import pytest

from isthmus.errors import MissingExtraError
from isthmus.evaluation import evaluate


@pytest.mark.parametrize("missing", ["sklearn.metrics", "scipy.special"])
def test_without_it_one_sentence_says_how_to_get_it(
    missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(MissingExtraError, match=r"pip install 'isthmus\[evaluate\]'"):
        evaluate([1.0, 2.0, 3.0], [False, False, True], [False, True, True], alpha=0.1)


def test_importing_evaluation_data_and_figures_loads_none_of_their_extras() -> None:
    program = (
        "import sys, isthmus.evaluation, isthmus.datasets, isthmus.report.figures;"
        "print({'sklearn', 'scipy', 'altair', 'vl_convert', 'pandas', 'torch'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )
    assert done.stdout == "set()\n"
