"""The usual detectors, by scikit-learn with its defaults where nothing else is said.

Every column gets mean 0 and deviation 1, by the training rows alone. Scores grow with strangeness.
The one-class SVM has a radial kernel with gamma "scale" and nu 0.5; LOF is fitted with
``novelty=True``; the covariance of Mahalanobis is shrunk (Ledoit and Wolf).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from sklearn.covariance import LedoitWolf
from sklearn.decomposition import PCA
from sklearn.ensemble import IsolationForest
from sklearn.neighbors import LocalOutlierFactor, NearestNeighbors
from sklearn.preprocessing import StandardScaler
from sklearn.svm import OneClassSVM

from benchmarks.peer_scripts.detecting import Fit, Fitted

NEIGHBOURS, DENSITY_NEIGHBOURS, TREES, EXPLAINED = 5, 20, 100, 0.9


def _scaled(fit: Fit) -> Fit:
    """The same detector on standardised columns."""

    def scaled(rows: np.ndarray, seed: int) -> Fitted:
        scaler = StandardScaler().fit(rows)
        fitted = fit(scaler.transform(rows), seed)
        return Fitted(lambda new: fitted.score(scaler.transform(new)))

    return scaled


def _neighbours(of: Callable[[np.ndarray], np.ndarray]) -> Fit:
    """A figure of the distances (N, 5) to the nearest training rows."""

    def fit(rows: np.ndarray, seed: int) -> Fitted:
        found = NearestNeighbors(n_neighbors=NEIGHBOURS).fit(rows)
        return Fitted(lambda new: of(found.kneighbors(new)[0]))

    return fit


def _local_outlier_factor(rows: np.ndarray, seed: int) -> Fitted:
    neighbours = min(DENSITY_NEIGHBOURS, len(rows) - 1)
    fitted = LocalOutlierFactor(n_neighbors=neighbours, novelty=True).fit(rows)
    return Fitted(lambda new: -fitted.score_samples(new))


def _isolation_forest(rows: np.ndarray, seed: int) -> Fitted:
    fitted = IsolationForest(n_estimators=TREES, random_state=seed).fit(rows)
    return Fitted(lambda new: -fitted.score_samples(new))


def _one_class_svm(rows: np.ndarray, seed: int) -> Fitted:
    fitted = OneClassSVM().fit(rows)
    return Fitted(lambda new: -fitted.score_samples(new))


def _pca_residual(rows: np.ndarray, seed: int) -> Fitted:
    fitted = PCA(n_components=EXPLAINED, svd_solver="full").fit(rows)

    def residual(new: np.ndarray) -> np.ndarray:
        rest = new - fitted.inverse_transform(fitted.transform(new))
        squares: np.ndarray = (rest**2).sum(axis=1)
        return squares

    return Fitted(residual)


def _mahalanobis(rows: np.ndarray, seed: int) -> Fitted:
    return Fitted(LedoitWolf().fit(rows).mahalanobis)


BASELINES: dict[str, Fit] = {
    "knn": _scaled(_neighbours(lambda distances: distances.mean(axis=1))),
    "knn_largest": _scaled(_neighbours(lambda distances: distances[:, -1])),
    "lof": _scaled(_local_outlier_factor),
    "isolation_forest": _scaled(_isolation_forest),
    "one_class_svm": _scaled(_one_class_svm),
    "pca_residual": _scaled(_pca_residual),
    "mahalanobis": _scaled(_mahalanobis),
}
