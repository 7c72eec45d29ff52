"""Training can begin with the weights of a model file, and says which of them it took."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
import torch
from beats import IMAGE, image_rows, model_of, normal_beats

from isthmus import model_file
from isthmus.errors import UsageError
from isthmus.options import FitOptions, NetworkOptions
from isthmus.training.architectures import RowShape, make_network
from isthmus.training.cell_loss import CellLoss
from isthmus.training.describe import describe
from isthmus.training.export import Trained
from isthmus.training.fit import fit
from isthmus.training.graph import Graph
from isthmus.training.loss import LOSSES
from isthmus.training.preamble import Preamble
from isthmus.training.reuse import Stored, reuse
from isthmus.training.tail import Shapes

QUICK = {"max_steps": 2, "scheme": "split", "members": 1}
CASES = {
    "dense": ("signal", {"encoder": (8,), "code_size": 3}),
    "dense norm": ("signal", {"encoder": (8,), "code_size": 3, "batch_norm": True}),
    "variational": ("signal", {"encoder": (8,), "code_size": 3, "variational": True}),
    "conv1d": ("signal", {"architecture": "conv1d", "encoder": (3, 2), "code_size": 4}),
    "conv2d": (
        "image",
        {
            "architecture": "conv2d",
            "encoder": (3, 2),
            "upsampling": "transposed",
            "batch_norm": True,
            "code_size": 5,
        },
    ),
    "lstm": ("signal", {"architecture": "recurrent", "encoder": (5,), "code_size": 3}),
    "gru": ("image", {"architecture": "recurrent", "encoder": (5,), "recurrent_cell": "gru"}),
}


def rows_of(kind):
    return normal_beats(60) if kind == "signal" else image_rows(60)


def trained_of(kind, choices, members=1, seed=7):
    """A network with fresh weights of another seed, and all that a graph needs around it."""
    rows, image = rows_of(kind), IMAGE if kind == "image" else None
    options = NetworkOptions(**choices)
    generator = torch.Generator().manual_seed(seed)
    network = make_network(members, RowShape(kind, rows.shape[1], image), options, generator)
    preamble = Preamble.fit(rows, kind, FitOptions().preprocessing)
    loss = CellLoss(LOSSES["mse"], preamble.units)
    return Trained(preamble, network, loss, Shapes(members, rows.shape[1], network.code_size))


@pytest.mark.parametrize("case", CASES)
def test_a_network_that_takes_all_layers_over_computes_the_same(case):
    kind, choices = CASES[case]
    beside = {"image": IMAGE} if kind == "image" else {}
    model = model_of(rows_of(kind), kind, **QUICK, **choices, **beside)
    trained = trained_of(kind, choices)
    stored = Stored.of(model)
    reuse(trained.network, stored)
    trained.network.eval()
    # What nothing scores with is not in the file.
    unused = ["code deviation (there is none)"] if "variational" in choices else []
    assert stored.anew == unused
    assert ("anew" in stored.sentence) == bool(unused)
    inputs = trained.preamble.run(rows_of(kind)[:9]).input
    with torch.no_grad():
        ours, codes = trained.network(torch.from_numpy(inputs)[None])
    again = Graph()
    core = trained.network.emit(again, "input")
    width = inputs.shape[1]
    whole = model_file.read(model)
    assert core.codes == "codes"
    graph = onnx.load_model_from_string(whole.graph)
    arrays = {t.name: onnx.numpy_helper.to_array(t) for t in graph.graph.initializer}
    mine = {name: onnx.numpy_helper.to_array(t) for name, t in again._constants.items()}
    for name in arrays.keys() & mine.keys():
        array = mine[name]
        np.testing.assert_allclose(array, arrays[name], rtol=1e-6, atol=1e-7, err_msg=name)
    assert codes.shape == (1, 9, whole.manifest.code_size)
    assert ours.shape == (1, 9, width)


def test_members_take_those_of_the_file_in_turn():
    kind, choices = CASES["dense"]
    model = model_of(rows_of(kind), kind, max_steps=2, folds=2, **choices)
    trained = trained_of(kind, choices, members=3)
    reuse(trained.network, Stored.of(model))
    weight = trained.network.stack[0].weight
    assert torch.equal(weight[0], weight[2])
    assert not torch.equal(weight[0], weight[1])


def test_layers_that_do_not_fit_start_anew_and_are_named():
    kind, choices = CASES["dense"]
    stored = Stored.of(model_of(rows_of(kind), kind, **QUICK, **choices))
    generator = torch.Generator().manual_seed(0)
    network = make_network(1, RowShape("signal", 96), NetworkOptions(**choices), generator)
    before = network.stack[0].weight.clone()
    reuse(network, stored)
    assert stored.taken == ["code", "decoder 1"]
    # The very names that `isthmus inspect` prints.
    assert {"encoder 1", *stored.taken, "output"} <= {layer.name for layer in network.layers()}
    assert stored.sentence.endswith(
        "2 of 4 layers are taken over; these start anew: encoder 1 (140 x 8 there, 96 x 8 "
        "here); output (8 x 140 there, 8 x 96 here)"
    )
    assert torch.equal(network.stack[0].weight, before)


def test_a_file_of_which_nothing_fits_is_refused():
    model = model_of(normal_beats(60), "signal", **QUICK, **CASES["lstm"][1])
    trained = trained_of("signal", CASES["dense"][1])
    with pytest.raises(UsageError, match=r"none of its layers fits .*encoder 1 \(there is none\)"):
        reuse(trained.network, Stored.of(model))


def test_the_fit_begins_there_says_so_and_stays_deterministic():
    kind, choices = CASES["dense"]
    rows = rows_of(kind)
    model = model_of(rows, kind, **QUICK, **choices)
    schema = describe(rows, [f"c{i}" for i in range(140)], kind, named=False)
    options = FitOptions.from_flat(**{**QUICK, **choices, "learning_rate": 1e-9})
    one, other = (fit(rows, schema, options, init_from=Stored.of(model)) for _ in range(2))
    assert one == other
    manifest = model_file.read(one).manifest
    assert manifest.training.init_from == model_file.read(model).digest
    scores = [model_file.read(data).manifest.calibration.scores for data in (one, model)]
    np.testing.assert_allclose(*scores, rtol=1e-3, atol=1e-3)


def test_rows_that_trained_the_given_weights_are_no_honest_calibration():
    kind, choices = CASES["dense"]
    rows = rows_of(kind)
    stored = Stored.of(model_of(rows, kind, **QUICK, **choices))
    assert "expect more false alarms" in stored.warnings(rows, kind)[0]
    assert "it cannot be told" in stored.warnings(rows[1:], kind)[0]


@pytest.mark.parametrize(
    ("before", "after", "anew"),
    [
        ({"encoder": (8, 4)}, {"encoder": (4, 4)}, "encoder 1"),
        ({"encoder": (4, 4), "upsampling": "transposed"}, {"encoder": (4, 4)}, "decoder 1"),
    ],
)
def test_filters_of_another_number_or_kind_are_not_taken_over(before, after, anew):
    both = {"architecture": "conv1d", "code_size": 4}
    stored = Stored.of(model_of(rows_of("signal"), "signal", **QUICK, **both, **before))
    shape, generator = RowShape("signal", 140), torch.Generator().manual_seed(0)
    network = make_network(1, shape, NetworkOptions(**both, **after), generator)
    reuse(network, stored)
    assert any(layer.startswith(anew) for layer in stored.anew)
    assert "code" in stored.taken
