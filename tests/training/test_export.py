"""The graph computes what PyTorch does, or no file is written."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from beats import model_of, normal_beats, table_rows

from isthmus.errors import IsthmusError
from isthmus.model_file.manifest import View
from isthmus.options import NetworkOptions, PreprocessingOptions
from isthmus.training import export
from isthmus.training.activations import ACTIVATIONS
from isthmus.training.architectures import RowShape, make_network
from isthmus.training.architectures.layer import DenseLayer
from isthmus.training.cell_loss import CellLoss
from isthmus.training.export import Trained, check_parity, session
from isthmus.training.graph import Graph
from isthmus.training.loss import LOSSES
from isthmus.training.preamble import Preamble
from isthmus.training.tail import Shapes

CONSTANTS = (View(name="reconstruction", center=-1.0, spread=2.0),)


def trained_of(values, members=3, **network):
    options = NetworkOptions(**{"encoder": (6,), "code_size": 3, **network})
    shape, generator = RowShape("table", values.shape[1]), torch.Generator().manual_seed(0)
    dense = make_network(members, shape, options, generator)
    preamble = Preamble.fit(values, "table", PreprocessingOptions())
    loss = CellLoss(LOSSES["mse"], preamble.units)
    return Trained(preamble, dense, loss, Shapes(members, values.shape[1], 3))


def test_the_dense_network_is_products_sums_and_activations():
    values = table_rows()
    trained = trained_of(values, activation="tanh", output_activation="sigmoid")
    arrays = trained.preamble.run(values)
    for member in range(3):
        cells = arrays.input.astype(np.float64)
        layers = list(trained.network.stack)
        for layer in layers:
            weight = layer.weight[member].detach().double().numpy()
            bias = layer.bias[member].detach().double().numpy()
            cells = cells @ weight + bias
            cells = 1 / (1 + np.exp(-cells)) if layer is layers[-1] else np.tanh(cells)
        views = session(trained, None).run(values, ["views"], np.float64)["views"]
        errors = np.square(cells - arrays.target) * arrays.observed
        by_hand = errors.sum(axis=1) / arrays.observed.sum(axis=1)
        np.testing.assert_allclose(views[:, member, 0], by_hand, rtol=1e-4)


def test_batch_norm_in_the_graph_is_that_of_evaluation():
    values = np.nan_to_num(table_rows())
    trained = trained_of(values, batch_norm=True)
    trained.network.train()
    for _ in range(5):  # move the running statistics away from where they began
        trained.network(torch.randn(3, 40, 7, generator=torch.Generator().manual_seed(2)) * 3 + 1)
    check_parity(trained, CONSTANTS, [values])


def test_a_perturbed_weight_is_noticed_before_anything_is_written(monkeypatch):
    emit = DenseLayer.emit

    def perturbed(self, graph, value):
        with torch.no_grad():
            weight = self.weight.clone()
            self.weight[0, 0, 0] += 0.01
            made = emit(self, graph, value)
            self.weight.copy_(weight)
        return made

    monkeypatch.setattr(DenseLayer, "emit", perturbed)
    with pytest.raises(IsthmusError, match="would not score as the network that was trained"):
        model_of(normal_beats(60), "signal", encoder=(8,), code_size=4, max_steps=5)


@pytest.mark.parametrize("output", ["reconstruction", "error", "code", "views", "anomaly_score"])
def test_every_output_that_differs_is_named(monkeypatch, output):
    values = np.nan_to_num(table_rows())
    trained = trained_of(values)
    twin = export._twin

    def shifted(*given):
        return {n: v * 1.001 if n == output else v for n, v in twin(*given).items()}

    monkeypatch.setattr(export, "_twin", shifted)
    with pytest.raises(IsthmusError, match=f"{output}: "):
        check_parity(trained, CONSTANTS, [values])


@pytest.mark.parametrize("name", LOSSES)
def test_the_nodes_of_a_loss_compute_what_pytorch_computes(name):
    generator = np.random.default_rng(0)
    output = generator.uniform(0, 1, size=(50, 4)).astype(np.float32)
    target = generator.normal(0.5, 0.7, size=(50, 4)).astype(np.float32)
    target[:2] = [[0, 1, 0.5, 1], [1, 0, 1e-7, -3]]
    graph = Graph()
    joined = graph.node(
        "Slice",
        "rows",
        *(graph.constant(n, np.array([v])) for n, v in (("a", 0), ("b", 4), ("c", 1))),
        name="output",
    )
    rest = graph.node(
        "Slice",
        "rows",
        *(graph.constant(n, np.array([v])) for n, v in (("d", 4), ("e", 8), ("f", 1))),
        name="target",
    )
    LOSSES[name].emit(graph, joined, rest)
    model = graph.serialised([("rows", "float32", ("N", 8))], [("cell_error", "float32", ("N", 4))])
    rows = np.hstack([output, target])
    nodes = export.Session(model).run(rows, ["cell_error"])["cell_error"]
    own = LOSSES[name].torch(torch.from_numpy(output), torch.from_numpy(target)).numpy()
    np.testing.assert_allclose(nodes, own, rtol=1e-5, atol=1e-6)
    assert (own >= 0).all()
    same = torch.tensor([[0.0, 0.3, 1.0]])
    np.testing.assert_allclose(LOSSES[name].torch(same, same), 0, atol=1e-6)


def test_losses_are_what_their_names_say():
    output, target = torch.tensor([0.5, 3.0, 0.2]), torch.tensor([0.0, 0.0, 0.2])
    assert LOSSES["mse"].torch(output, target).tolist() == pytest.approx([0.25, 9.0, 0.0])
    assert LOSSES["mae"].torch(output, target).tolist() == pytest.approx([0.5, 3.0, 0.0])
    assert LOSSES["huber"].torch(output, target).tolist() == pytest.approx([0.125, 2.5, 0.0])
    half = LOSSES["bce"].torch(torch.tensor([0.5]), torch.tensor([1.0]))
    assert half.item() == pytest.approx(np.log(2), rel=1e-5)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_node_of_an_activation_computes_what_pytorch_computes(name):
    rows = np.linspace(-6, 6, 24, dtype=np.float32).reshape(8, 3)
    graph = Graph()
    value = ACTIVATIONS[name].emit(graph, "rows", name="out")
    graph.node("Identity", value, name="result")
    model = graph.serialised([("rows", "float32", ("N", 3))], [("result", "float32", ("N", 3))])
    nodes = export.Session(model).run(rows, ["result"])["result"]
    own = ACTIVATIONS[name].apply(torch.from_numpy(rows)).numpy()
    np.testing.assert_allclose(nodes, own, rtol=1e-5, atol=1e-6)


def test_two_values_of_a_graph_never_share_a_name():
    graph = Graph()
    graph.node("Relu", "rows", name="one")
    with pytest.raises(ValueError, match="two values of the graph are called 'one'"):
        graph.constant("one", np.zeros(1))
