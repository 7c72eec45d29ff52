"""What a decoder makes of codes is what the whole network makes of the rows behind them."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from beats import mixed_rows, model_of, normal_beats, table_rows
from example import example, example_graph, example_manifest, example_rows

from isthmus import Scorer
from isthmus.errors import ModelFileError, UsageError
from isthmus.model_file import seal, unseal
from isthmus.model_file.agreement import expected_inputs
from isthmus.model_file.cut import cut
from isthmus.model_file.graph import Value
from isthmus.scoring.session import Session

SMALL = {"encoder": (8,), "code_size": 3, "max_steps": 20, "scheme": "split"}
ROWS = {"table": table_rows(), "signal": normal_beats(60), "mixed": mixed_rows()}


@cache
def scorer(kind: str, **choices: object) -> Scorer:
    return Scorer.load(model_of(ROWS[kind], kind, **SMALL, **choices))


def inside(one: Scorer, rows: np.ndarray) -> dict[str, np.ndarray]:
    """All members' codes and outputs, (M, N, ...)."""
    members, size = one.manifest.members, one.manifest.code_size
    values = [
        Value("codes", "float32", (members, "N", size)),
        Value("outputs", "float32", (members, "N", "U")),
    ]
    graph = cut(one.model.graph, expected_inputs(one.manifest), values)
    results = Session(graph).call({"rows": rows.astype(one._element)}, ["codes", "outputs"])
    return dict(zip(["codes", "outputs"], results, strict=True))


@pytest.mark.parametrize("kind", ROWS)
def test_one_member_decodes_its_codes_to_the_very_bits_of_the_reconstruction(kind):
    one, rows = scorer(kind, members=1), ROWS[kind]
    results, _ = one.run(rows, ["code", "reconstruction"])
    decoded = one.decode(results["code"])
    assert decoded.dtype == results["reconstruction"].dtype
    assert np.array_equal(decoded, results["reconstruction"])


@pytest.mark.parametrize("kind", ["table", "signal"])
def test_each_of_several_members_decodes_its_own_codes(kind):
    one, rows = scorer(kind, members=3), ROWS[kind]
    codes, results = inside(one, rows)["codes"], one.run(rows, ["code", "reconstruction"])[0]
    assert np.array_equal(codes[0], results["code"])
    decoded = [one.decode(codes[member], member) for member in range(3)]
    if kind == "signal":  # There the way back to the user's units is linear.
        spread = results["reconstruction"].std()
        mean = np.mean(decoded, axis=0)
        assert np.abs(mean - results["reconstruction"]).max() < 1e-5 * spread
    assert not np.array_equal(decoded[0], one.decode(codes[0], 1))
    mixed = np.arange(len(rows)) % 3
    chosen = one.decode(codes[mixed, np.arange(len(rows))], mixed)
    assert np.array_equal(chosen, np.stack(decoded)[mixed, np.arange(len(rows))])


@pytest.mark.parametrize("kind", ROWS)
def test_a_code_is_decoded_to_the_same_bits_alone_and_in_any_company(kind):
    one = scorer(kind, members=3)
    codes = np.random.default_rng(0).normal(size=(700, 3)).astype(np.float32)
    whole = one.decode(codes, 2)
    for size in (1, 2, 3, 5, 33, 400):
        for first in range(0, 99, size):
            part = slice(first, first + size)
            assert np.array_equal(one.decode(codes[part], 2), whole[part])
    order = np.random.default_rng(1).permutation(700)
    assert np.array_equal(one.decode(codes[order], 2), whole[order])


def test_a_category_is_decoded_to_a_level_that_training_had():
    one = scorer("mixed", members=3)
    codes = np.random.default_rng(0).normal(size=(50, 3)) * 5
    table = one.named(one.decode(codes))
    assert table.column_names == list(one.schema.names)
    for place in one.schema.categories:
        assert set(table.column(place).to_pylist()) <= set(one.schema.columns[place].levels)


def test_no_code_is_decoded_to_no_row_and_a_code_without_numbers_to_nothing():
    one = Scorer.load(example())
    assert one.decode(np.empty((0, 2))).shape == (0, 3)
    rows = one.decode([[1.0, np.nan], [0.5, 0.5], [np.inf, 0.0]])
    assert np.isnan(rows[[0, 2]]).all()
    assert np.array_equal(rows[1:2], one.decode([[0.5, 0.5]]))


@pytest.mark.parametrize(
    ("codes", "member", "said"),
    [
        (np.zeros((3, 5)), 0, r"codes of 2 numbers were expected, .* \(3, 5\) came"),
        (np.zeros(2), 0, r"of shape \(2,\) came"),
        (np.zeros((3, 2)), 2, "whole numbers from 0 to 1 were expected, .* got 2"),
        (np.zeros((3, 2)), -1, "got -1"),
        (np.zeros((3, 2)), np.array([0, 1]), "one or as many as codes"),
        (np.zeros((3, 2)), 0.5, "got 0.5"),
    ],
)
def test_codes_of_another_shape_and_members_that_are_not_there_are_refused(codes, member, said):
    with pytest.raises(UsageError, match=said):
        Scorer.load(example()).decode(codes, member)


def test_a_graph_that_does_not_name_its_codes_scores_and_says_why_it_cannot_decode():
    graph = example_graph().replace(b"codes", b"hides")
    one = Scorer(unseal(seal(graph, example_manifest())))
    assert np.isfinite(one.anomaly_score(example_rows(5))).all()
    with pytest.raises(ModelFileError, match="the graph cannot make decoded of codes") as caught:
        one.decode(np.zeros((1, 2)))
    assert "fit it again" in str(caught.value)
