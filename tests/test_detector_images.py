"""The estimator takes images as arrays, as rows of numbers and as files."""

from __future__ import annotations

import numpy as np
import pytest
from made_images import HEIGHT, WIDTH, normal_images, with_patch
from PIL import Image
from sklearn.base import clone

from isthmus import AutoencoderDetector
from isthmus.errors import DataError, UsageError

QUICK = {"architecture": "dense", "encoder": (16,), "code_size": 6, "max_steps": 300, "alpha": 0.1}
IMAGES = normal_images(60)


@pytest.fixture(scope="module")
def fitted() -> AutoencoderDetector:
    return AutoencoderDetector(**QUICK).fit(IMAGES)


def test_an_array_of_images_is_known_by_its_shape(fitted: AutoencoderDetector) -> None:
    assert fitted.scorer_.schema.kind == "image"
    assert fitted.n_features_in_ == HEIGHT * WIDTH
    assert not hasattr(fitted, "feature_names_in_")
    strange = with_patch(normal_images(20, 3))
    usual = fitted.anomaly_score(normal_images(40, 8))
    assert fitted.anomaly_score(strange).mean() > usual.mean() + usual.std()
    assert set(fitted.predict(strange)) <= {-1, 1}
    assert fitted.reconstruct(IMAGES[:3]).shape == (3, HEIGHT * WIDTH)
    assert fitted.explain(strange, rows=[3])[0].regions


def test_rows_of_numbers_score_as_the_images_that_they_are(fitted: AutoencoderDetector) -> None:
    flat = IMAGES.reshape(len(IMAGES), -1)
    assert np.array_equal(fitted.anomaly_score(flat), fitted.anomaly_score(IMAGES))
    same = AutoencoderDetector(**QUICK, kind="image", size=(HEIGHT, WIDTH)).fit(flat)
    assert same.model_ == fitted.model_
    assert clone(same).get_params() == same.get_params()


def test_rows_of_numbers_alone_do_not_say_how_high_and_wide_they_are() -> None:
    with pytest.raises(UsageError, match="how high and wide are the images"):
        AutoencoderDetector(**QUICK, kind="image").fit(IMAGES.reshape(len(IMAGES), -1))


def test_a_folder_of_images_is_taken_where_that_is_said(
    tmp_path, fitted: AutoencoderDetector
) -> None:
    for place, image in enumerate(IMAGES):
        Image.fromarray(image).save(tmp_path / f"{place:02d}.png")
    from_files = AutoencoderDetector(**QUICK, kind="image").fit(tmp_path)
    assert np.array_equal(from_files.anomaly_score(IMAGES), fitted.anomaly_score(IMAGES))
    (tmp_path / "99.png").write_bytes(b"")
    with pytest.raises(DataError, match="row 60 cannot be scored: is empty"):
        from_files.anomaly_score(tmp_path)


def test_a_table_after_images_is_a_table(fitted: AutoencoderDetector) -> None:
    again = clone(fitted).fit(IMAGES)
    again.fit(IMAGES.reshape(60, -1)[:, :20].astype(float))
    assert again.scorer_.schema.kind == "table"
    assert again.n_features_in_ == 20


def test_images_of_another_kind_are_refused() -> None:
    with pytest.raises(UsageError, match="images came, which are no table"):
        AutoencoderDetector(**QUICK, kind="table").fit(IMAGES)
