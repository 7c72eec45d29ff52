"""Every detector of the benchmark: a row of a table each, cheap ones first."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks import peers

BASELINES = "benchmarks.accuracy.baselines"
PYOD = "benchmarks.peer_scripts.pyod_accuracy"


@dataclass(frozen=True)
class Method:
    """A detector: what to call it, and who runs it.

    Attributes
    ----------
    name : str
        Its name in files and on the command line.
    title : str
        Its name on the page.
    module, table : str
        The dictionary of `benchmarks.peer_scripts.detecting.Fit` that holds it.
    libraries : tuple of str
        Whose versions are kept with its figures.
    peer : str
        The environment of its own that it runs in; empty for this one.
    cheap : bool
        Whether it belongs to the quick form.
    curve : bool
        Whether it is on the curve of contamination.
    """

    name: str
    title: str
    module: str = BASELINES
    table: str = "BASELINES"
    libraries: tuple[str, ...] = ("numpy", "scikit-learn")
    peer: str = ""
    cheap: bool = True
    curve: bool = False

    @property
    def own(self) -> bool:
        """Whether it is isthmus."""
        return "isthmus" in self.libraries

    def command(self, folder: Path) -> list[str | Path]:
        """What starts its process."""
        if self.peer:
            return peers.script(self.peer, self.module.rpartition(".")[2], self.name, folder)
        return [sys.executable, "-m", "benchmarks.accuracy.worker", self.name, folder]


def _of_pyod(name: str, title: str) -> Method:
    libraries = ("pyod", "numpy", "scikit-learn", "torch")
    return Method(name, title, PYOD, "DETECTORS", libraries, peer="pyod", cheap=False)


def _own(name: str, title: str, *, cheap: bool = False, curve: bool = False) -> Method:
    libraries = ("isthmus", "numpy", "onnxruntime", "torch")
    module = "benchmarks.accuracy.own"
    return Method(name, title, module, "OWN", libraries, cheap=cheap, curve=curve)


METHODS: dict[str, Method] = {
    method.name: method
    for method in (
        Method("knn", "kNN, mean of 5", curve=True),
        Method("knn_largest", "kNN, fifth"),
        Method("pca_residual", "PCA residual", curve=True),
        Method("mahalanobis", "Mahalanobis"),
        Method("isolation_forest", "Isolation Forest", curve=True),
        Method("lof", "LOF", curve=True),
        Method("one_class_svm", "one-class SVM", curve=True),
        Method(
            "article",
            "article network",
            "benchmarks.accuracy.article",
            "ARTICLE",
            ("numpy", "torch"),
            cheap=False,
        ),
        _own("isthmus_fast", "isthmus fast"),
        _own("isthmus_balanced", "isthmus balanced", cheap=True, curve=True),
        _own("isthmus_best", "isthmus best"),
        _own("isthmus_balanced_bf16", "isthmus balanced, bf16"),
        _own("isthmus", "isthmus, no preset", cheap=True, curve=True),
        _of_pyod("ecod", "ECOD"),
        _of_pyod("pyod_autoencoder", "PyOD AutoEncoder"),
        _of_pyod("pyod_vae", "PyOD VAE"),
        _of_pyod("pyod_deep_svdd", "PyOD DeepSVDD"),
    )
}
