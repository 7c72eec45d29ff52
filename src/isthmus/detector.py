"""The scikit-learn estimator: its signs and names live here alone.

scikit-learn says +1 for an inlier and lets scores grow with normality; the rest of isthmus lets
scores grow with strangeness. `anomaly_score = -score_samples`, `threshold_ = -offset_`.
"""

from __future__ import annotations

import warnings
from collections.abc import Collection
from inspect import signature
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from isthmus import model_file
from isthmus.errors import DetectorWarning, require
from isthmus.options import MINIMUM_ROWS, FitOptions, RowOptions, checked
from isthmus.read import Sampling, choose_kind, open_source, read_rows
from isthmus.read.source import made_up
from isthmus.scoring.explain import Explanations
from isthmus.scoring.scorer import Scorer

require("sklearn", extra="train", purpose="AutoencoderDetector")
require("torch", extra="train", purpose="AutoencoderDetector")

from sklearn.base import (  # noqa: E402
    BaseEstimator,
    ClassNamePrefixFeaturesOutMixin,
    OutlierMixin,
    TransformerMixin,
)
from sklearn.utils.validation import check_is_fitted, validate_data  # noqa: E402

from isthmus.training import accepting  # noqa: E402
from isthmus.training.describe import describe  # noqa: E402
from isthmus.training.describe import warnings as warnings_of  # noqa: E402
from isthmus.training.fit import fit as fit_model  # noqa: E402
from isthmus.training.prepare import Prepared, prepare  # noqa: E402
from isthmus.training.suspects import find_suspects  # noqa: E402
from isthmus.training.verdict import beware  # noqa: E402
from isthmus.training.whole import Again, whole_of  # noqa: E402


class AutoencoderDetector(
    ClassNamePrefixFeaturesOutMixin,  # type: ignore[misc]
    TransformerMixin,  # type: ignore[misc]
    OutlierMixin,  # type: ignore[misc]
    BaseEstimator,  # type: ignore[misc]
):
    """Detect anomalies by how badly an autoencoder that learnt normal rows rebuilds them.

    Fit it on normal rows alone. Missing cells may be NaN; infinities are refused.

    Parameters
    ----------
    kind : {"auto", "table", "signal", "image"}, default="auto"
        A signal is one quantity sampled along the row; a table's columns are unlike each other.
        Arrays (N, height, width) with channels last or without are images, and so are files and
        folders of them; rows of numbers only where that is said and `size` given.
    category : tuple of str or int, default=()
        Columns whose numbers are names, not amounts. In a frame, columns of text and of truth
        values are categories anyway.
    size, colour, crop : default=None, "auto", False
        Of images: see `isthmus.options.RowOptions`.
    random_state : int, RandomState or None, default=0
        Seed of everything random; None draws a new one for every fit. The same seed and rows
        give the same model file.
    {parameters}

    Attributes
    ----------
    model_ : bytes
        The model file, ready to be saved.
    scorer_ : Scorer
        What scores; made from `model_`.
    threshold_ : float
        A row is an anomaly where ``anomaly_score(X) > threshold_``.
    offset_ : float
        ``-threshold_``: ``decision_function`` is ``score_samples - offset_``.
    suspects_ : array of int
        Numbers of the rows that were left out because of `suspects`, the strangest first.
    n_features_in_, feature_names_in_
        As in all of scikit-learn.

    Examples
    --------
    >>> import numpy as np
    >>> from isthmus import AutoencoderDetector
    >>> normal = np.random.default_rng(0).normal(size=(200, 3))
    >>> detector = AutoencoderDetector(max_steps=200).fit(normal)
    >>> detector.predict([[0.0, 0.0, 0.0], [9.0, 9.0, 9.0]])
    array([ 1, -1])
    """

    def __init__(
        self,
        *,
        kind: str = "auto",
        category: tuple[str | int, ...] = (),
        size: str | int | tuple[int, int] | None = None,
        colour: str = "auto",
        crop: bool = False,
        preset: str = "balanced",
        scaling: str = "standard",
        scaling_scope: str = "auto",
        tails: str = "auto",
        impute: str = "median",
        input_limit: float | None = 5.0,
        architecture: str = "auto",
        encoder: tuple[int, ...] | None = None,
        code_size: int | None = None,
        decoder: tuple[int, ...] | None = None,
        activation: str = "relu",
        output_activation: str = "linear",
        kernel_size: int | None = None,
        downsampling: str = "stride",
        upsampling: str = "nearest",
        decoder_sizes: str = "cropped",
        recurrent_cell: str = "lstm",
        variational: bool = False,
        kl_weight: float = 0.5,
        kl_warmup: float = 0.25,
        code_samples: int = 0,
        batch_norm: bool = False,
        dropout: float = 0.0,
        input_noise: float | None = None,
        noise_levels: str = "auto",
        masking: float = 0.0,
        erasing: float = 0.0,
        restoration: str = "auto",
        suspects: float = 0.0,
        loss: str = "mse",
        row_error: str = "auto",
        category_loss: str = "squared",
        optimizer: str = "adam",
        learning_rate: float | None = None,
        weight_decay: float = 0.0,
        clip_norm: float | None = None,
        sample_rows: int | None = None,
        learn_from: str = "sample",
        batch_size: int | None = None,
        epochs: int | None = None,
        max_steps: int | None = None,
        patience: int | None = None,
        keep: str = "last",
        shuffle: bool = True,
        validation: float | None = None,
        device: str = "auto",
        precision: str = "float32",
        distance: str = "auto",
        bank_rows: int = 4096,
        scheme: str = "auto",
        split_from: int = 2000,
        calibration_share: float = 0.2,
        folds: int = 5,
        members: int | None = None,
        alpha: float | None = None,
        threshold: str = "conformal",
        random_state: int | np.random.RandomState | None = 0,
    ) -> None:
        given = dict(locals())
        for name in signature(type(self)).parameters:
            setattr(self, name, given[name])

    def fit(self, X: npt.ArrayLike, y: object = None) -> Self:
        """Learn from normal rows.

        Parameters
        ----------
        X : array or frame, shape (N, D)
            Normal rows; NaN is a missing cell. A frame may have columns of text: categories.
        y : ignored

        Warns
        -----
        DetectorWarning
            If columns never vary, the rows support no alpha of 0.01, or the networks collapsed.

        Raises
        ------
        ValueError
            If the rows cannot be learnt from.
        UsageError
            If an option is out of range, or so many rows cannot meet it.
        """
        options, columns = self._options()
        sampling = Sampling.of(options.training)
        if columns.kind == "image" or accepting.are_images(X):
            prepared = prepare(read_rows(open_source(X), columns, sampling=sampling), columns)
            self.n_features_in_ = prepared.schema.width
            self.__dict__.pop("feature_names_in_", None)  # of an earlier fit
        elif columns.category or accepting.has_names(X):
            validate_data(self, X, reset=True, skip_check_array=True)
            prepared = prepare(read_rows(open_source(X), columns, sampling=sampling), columns)
        else:
            prepared = self._of_numbers(X, columns, sampling)
        suspects = find_suspects(prepared.values, prepared.schema, options)
        self.model_ = fit_model(
            prepared.values,
            prepared.schema,
            options,
            suspects=suspects,
            drawn_from=prepared.drawn_from,
            whole=whole_of(prepared, Again(lambda: open_source(X)), columns, options),
        )
        self.suspects_ = prepared.numbers[suspects.rows]
        self._use(self.model_)
        said = [
            *warnings_of(prepared.values, prepared.schema),
            *beware(self._live_scorer.manifest),
            *self._live_scorer.decide().warnings,
        ]
        for sentence in said:
            warnings.warn(sentence, DetectorWarning, stacklevel=2)
        return self

    def anomaly_score(self, X: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """How strange each row is, shape (N,); grows with strangeness."""
        return self._outputs(self._validated(X), "anomaly_score").astype(np.float64)

    def p_values(self, X: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """The share of normal rows that look at least as strange, shape (N,)."""
        return self.scorer_.calibrator.p_values(self._outputs(self._validated(X), "anomaly_score"))

    def is_anomaly(self, X: npt.ArrayLike) -> npt.NDArray[np.bool_]:
        """Whether each row's score exceeds the threshold, shape (N,)."""
        return self.anomaly_score(X) > self.threshold_

    def score_samples(self, X: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """scikit-learn's sign: ``-anomaly_score``, shape (N,)."""
        return -self.anomaly_score(X)

    def decision_function(self, X: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """``score_samples - offset_``, shape (N,): negative for anomalies."""
        return self.score_samples(X) - self.offset_

    def predict(self, X: npt.ArrayLike) -> npt.NDArray[np.int64]:
        """-1 for anomalies and 1 for all others, shape (N,)."""
        return np.where(self.is_anomaly(X), -1, 1)

    def transform(self, X: npt.ArrayLike) -> npt.NDArray[np.floating[Any]]:
        """The code of each row, shape (N, Z).

        It is the first member's: codes of different members have no axes in common.
        """
        values = self._validated(X)
        return self._outputs(values, "code").astype(values.dtype)

    def inverse_transform(self, X: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """The rows (N, D) that the first member makes of codes (N, Z), in the units of the data."""
        return self.scorer_.decode(X).astype(np.float64)

    def sample(self, n_samples: int = 1, random_state: Any = 0) -> npt.NDArray[np.float64]:
        """New rows of a variational network, shape (n_samples, D), in the units of the data."""
        return self.scorer_.sample(n_samples, accepting.seed_of(random_state)).astype(np.float64)

    def reconstruct(self, X: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """What the network rebuilds, shape (N, D), in the units of X; mean of the members."""
        return self._outputs(self._validated(X), "reconstruction").astype(np.float64)

    def explain(
        self,
        X: npt.ArrayLike,
        *,
        top: int = 3,
        alpha: float | None = None,
        rows: Collection[int] | None = None,
    ) -> Explanations:
        """Say of each alarm which cells, or which stretches of a signal, carry it.

        Parameters
        ----------
        X : array or frame, shape (N, D)
            Rows; those that are alarms are explained.
        top : int
            Cells or stretches of each row, at most.
        alpha : float, optional
            False-alarm rate; by default that of the detector.
        rows : collection of int, optional
            Numbers of the rows to explain, whether they are alarms or not.
        """
        scorer = self.scorer_
        data = X if self._reads else self._validated(X)
        return scorer.explain(data, top=top, alpha=alpha, rows=rows)

    def save(self, path: str | Path, *, overwrite: bool = False) -> None:
        """Write the model file; `Scorer.load` and the command line read it without PyTorch.

        Raises
        ------
        FileAccessError
            If the file exists and may not be replaced, or cannot be written.
        """
        check_is_fitted(self)
        model_file.save(path, self.model_, overwrite=overwrite)

    @property
    def scorer_(self) -> Scorer:
        """What scores; made from `model_`."""
        check_is_fitted(self)
        if "_live_scorer" not in self.__dict__:
            self._use(self.model_)
        return self._live_scorer

    def _options(self) -> tuple[FitOptions, RowOptions]:
        given = self.get_params(deep=False)
        seed = accepting.seed_of(given.pop("random_state"))
        own = ("kind", "category", "size", "colour", "crop")
        columns = {name: given.pop(name) for name in own}
        return FitOptions.from_flat(seed=seed, **given), checked(RowOptions, columns)

    def _of_numbers(self, X: npt.ArrayLike, columns: RowOptions, sampling: Sampling) -> Prepared:
        values = self._validated(X, reset=True)
        places, rows = sampling.places(*values.shape), len(values)
        values = values[places] if len(places) < rows else values
        named = hasattr(self, "feature_names_in_")
        listed = list(self.feature_names_in_) if named else made_up(values.shape[1])
        kind, sentence = choose_kind(listed, named, values, columns.kind)
        schema = describe(values, listed, kind, named=named, numbers=places)
        drawn_from = rows if len(places) < rows else None
        return Prepared(values, schema, (sentence,), places, places, drawn_from)

    @property
    def _reads(self) -> bool:
        """Whether scikit-learn has no arrays for the rows: some cells are names, or images came."""
        schema = self.scorer_.schema
        return bool(schema.categories) or schema.image is not None

    def _as_read(self, X: npt.ArrayLike) -> npt.NDArray[Any]:
        """Rows with names in them, or images, as the graph takes them."""
        if self.scorer_.schema.image is None:
            validate_data(self, X, reset=False, skip_check_array=True)
        rows = read_rows(open_source(X), RowOptions(), self.scorer_.schema)
        accepting.refuse(rows.unusable)
        return rows.values

    def _validated(self, X: npt.ArrayLike, *, reset: bool = False) -> npt.NDArray[Any]:
        if not reset and self._reads:
            return self._as_read(X)
        values: npt.NDArray[Any] = validate_data(
            self,
            X,
            reset=reset,
            dtype=[np.float64, np.float32],
            ensure_all_finite="allow-nan",
            ensure_min_samples=MINIMUM_ROWS if reset else 1,
        )
        return values

    def _outputs(self, values: npt.NDArray[Any], output: str) -> npt.NDArray[Any]:
        results, reasons = self.scorer_.run(values, [output])
        accepting.refuse(reasons)
        return results[output]

    def _use(self, model: bytes) -> None:
        self._live_scorer = Scorer.load(model)
        self.threshold_ = self._live_scorer.decide().threshold
        self.offset_ = -self.threshold_
        self._n_features_out = self._live_scorer.manifest.code_size

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "model_")

    def __getstate__(self) -> dict[str, Any]:
        # A session of ONNX Runtime cannot be copied; it is made anew from the model file.
        state: dict[str, Any] = super().__getstate__()
        return {name: value for name, value in state.items() if name != "_live_scorer"}

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags


if AutoencoderDetector.__doc__:  # python -OO takes it away
    AutoencoderDetector.__doc__ = AutoencoderDetector.__doc__.replace(
        "{parameters}", accepting.described()
    )
