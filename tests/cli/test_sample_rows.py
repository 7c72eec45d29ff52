"""`--sample-rows`: the detector of a sample is that of its rows, and all calls them by number."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import numpy as np
import pytest

from isthmus import AutoencoderDetector
from isthmus.errors import DetectorWarning
from isthmus.model_file import unseal
from isthmus.read import Sampling

ROWS, DRAWN = 400, 150
QUICK = ("--max-steps", "30", "--encoder", "6")
SAMPLED = ("--sample-rows", str(DRAWN), *QUICK)


def rows() -> np.ndarray:
    generator = np.random.default_rng(2)
    return np.round(generator.normal(size=(ROWS, 1)) @ np.ones((1, 3)), 3) + generator.integers(
        0, 9, (ROWS, 3)
    )


def write(values: np.ndarray, name: str = "rows.csv") -> None:
    np.savetxt(name, values, fmt="%.17g", delimiter=",", header="a,b,c", comments="")


def loaded():
    return unseal(Path("m.onnx").read_bytes())


@pytest.fixture
def fitted(isthmus):
    def fit(*words, code=0):
        done = isthmus("fit", "rows.csv", "-o", "m.onnx", "--force", *words)
        assert done.code == code, done.err
        return done

    return fit


def test_the_detector_is_that_of_the_rows_drawn(fitted):
    write(rows())
    done = fitted(*SAMPLED)
    assert f"rows.csv: {DRAWN} rows, drawn evenly from {ROWS}, are learnt from" in done.err
    sampled = loaded()
    assert sampled.manifest.data.rows == DRAWN
    assert sampled.manifest.data.drawn_from == ROWS
    write(rows()[Sampling(DRAWN, 0).places(ROWS, 3)])
    fitted(*QUICK)
    whole = loaded()
    assert whole.graph == sampled.graph
    assert whole.manifest.data.digest == sampled.manifest.data.digest
    assert whole.manifest.data.drawn_from is None


def test_another_seed_draws_other_rows(fitted):
    write(rows())
    digests = set()
    for seed in ("0", "1"):
        fitted(*SAMPLED, "--seed", seed)
        digests.add(loaded().manifest.data.digest)
    assert len(digests) == 2


def test_the_estimator_draws_the_same_rows(fitted):
    write(rows())
    fitted(*SAMPLED)
    detector = AutoencoderDetector(sample_rows=DRAWN, max_steps=30, encoder=(6,)).fit(rows())
    manifest = detector.scorer_.manifest
    assert manifest.data == loaded().manifest.data
    assert detector.suspects_.tolist() == []


def test_a_cell_that_cannot_be_learnt_from_is_named_by_its_row_in_the_file(fitted):
    values = rows()
    drawn = int(Sampling(DRAWN, 0).places(ROWS, 3)[-1])
    values[drawn, 1] = np.inf
    write(values)
    done = fitted(*SAMPLED, code=4)
    assert f"rows.csv: row {drawn}, column 'b': inf cannot be learnt from" in done.err


def test_suspects_are_listed_by_their_rows_in_the_file(fitted):
    values = rows()
    drawn = Sampling(DRAWN, 0).places(ROWS, 3)
    strange = sorted(drawn[[20, 90]].tolist())
    values[strange] = [500.0, -700.0, 900.0]
    write(values)
    suspects = ("--suspects", "0.02", "--suspects-output", "s.csv", "--tails", "keep")
    fitted(*SAMPLED, *suspects)
    listed = list(csv.DictReader(io.StringIO(Path("s.csv").read_text())))
    assert set(strange) <= {int(line["row"]) for line in listed}
    detector = AutoencoderDetector(
        sample_rows=DRAWN, max_steps=30, encoder=(6,), suspects=0.02, tails="keep"
    )
    with pytest.warns(DetectorWarning, match="heavy tails"):
        detector.fit(values)
    assert detector.suspects_.tolist() == [int(line["row"]) for line in listed]


def test_the_card_says_how_many_rows_there_were(fitted, isthmus):
    write(rows())
    fitted(*SAMPLED)
    card = isthmus("inspect", "m.onnx", "--card").out.decode()
    assert re.search(rf"from a sample of rows, of.*{ROWS}", card)


def test_images_are_never_a_sample(isthmus):
    np.save("i.npy", np.random.default_rng(0).integers(0, 255, (30, 6, 6)).astype(np.uint8))
    done = isthmus("fit", "i.npy", "--kind", "image", "--sample-rows", "20", "-o", "i.onnx")
    assert done.code == 2
    assert "--sample-rows is for tables and signals" in done.err


def test_a_dry_run_shows_the_rows_that_would_be_drawn(isthmus):
    write(rows())
    done = isthmus("fit", "rows.csv", "--dry-run", "--sample-rows", str(DRAWN))
    assert f"rows.csv: {DRAWN} rows, drawn evenly from {ROWS}" in done.err
