"""Build an ONNX graph by hand: nodes in the order in which they are added, stable names."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from typing import Any, Literal

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from isthmus.model_file import IR_VERSION, OPSET
from isthmus.version import __version__

Shape = Sequence[int | str]
ElementType = Literal["float32", "float64"]

Value = tuple[str, ElementType, Shape]
"""An input or output: its name, element type and shape."""

_ELEMENT_TYPES = {"float32": TensorProto.FLOAT, "float64": TensorProto.DOUBLE}


class Graph:
    """A graph that grows one node at a time.

    Every method returns the name of the value it made, so that code reads like arithmetic.
    """

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._constants: dict[str, onnx.TensorProto] = {}
        self._names: set[str] = set()
        self._prefix = ""
        self._again = False

    def scoped(self, prefix: str, *, again: bool = False) -> Graph:
        """The same graph, where names get a prefix.

        With `again` its constants are those that are there already: the same layers once more.
        """
        scoped = copy(self)  # sharing nodes, constants and names
        scoped._prefix, scoped._again = self._prefix + prefix, again
        return scoped

    def node(
        self, operator: str, *inputs: str, name: str, place: int = 0, **attributes: Any
    ) -> str:
        """Append one node; of its outputs the one at `place` is wanted and called `name`."""
        name = self._prefix + name
        self._claim(name)
        outputs = [*[""] * place, name]
        self._nodes.append(helper.make_node(operator, inputs, outputs, name=name, **attributes))
        return name

    def constant(self, name: str, value: np.ndarray) -> str:
        """Hold an array inside the file."""
        if self._again and name in self._constants:
            return name
        name = self._prefix + name
        self._claim(name)
        self._constants[name] = numpy_helper.from_array(np.asarray(value, order="C"), name)
        return name

    def cast(self, value: str, to: ElementType, *, name: str) -> str:
        """Convert a value to another floating type."""
        return self.node("Cast", value, name=name, to=_ELEMENT_TYPES[to])

    def reshape(self, value: str, shape: Sequence[int], *, name: str) -> str:
        """Lay a value out anew; one entry of `shape` may be -1."""
        target = self.constant(f"{name}.shape", np.asarray(shape, np.int64))
        return self.node("Reshape", value, target, name=name)

    def take(self, value: str, places: np.ndarray, *, name: str, axis: int = 1) -> str:
        """Those entries of one axis, in that order."""
        chosen = self.constant(f"{name}.places", np.asarray(places, np.int64))
        return self.node("Gather", value, chosen, name=name, axis=axis)

    def slice(self, value: str, first: int, last: int, *, name: str, axis: int = 1) -> str:
        """Entries `first` to before `last` of one axis."""
        parts = {"first": first, "last": last, "axis": axis}
        bounds = [
            self.constant(f"{name}.{part}", np.asarray([place], np.int64))
            for part, place in parts.items()
        ]
        return self.node("Slice", value, *bounds, name=name)

    def concat(self, values: Sequence[str], *, name: str, axis: int = 1) -> str:
        """Values side by side along one axis; one alone stays as it is."""
        if len(values) == 1:
            return self.node("Identity", values[0], name=name)
        return self.node("Concat", *values, name=name, axis=axis)

    def serialised(
        self,
        inputs: Sequence[Value],
        outputs: Sequence[Value],
    ) -> bytes:
        """The graph as the bytes of a model; the same graph gives the same bytes."""
        graph = helper.make_graph(
            self._nodes,
            "isthmus",
            [_value(*value) for value in inputs],
            [_value(*value) for value in outputs],
            initializer=list(self._constants.values()),
        )
        model = helper.make_model(
            graph,
            producer_name="isthmus",
            producer_version=__version__,
            ir_version=IR_VERSION,
            opset_imports=[helper.make_opsetid("", OPSET)],
        )
        return model.SerializeToString(deterministic=True)  # type: ignore[no-any-return]

    def _claim(self, name: str) -> None:
        if name in self._names:
            raise ValueError(f"two values of the graph are called {name!r}")
        self._names.add(name)


def _value(name: str, element: ElementType, shape: Shape) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, _ELEMENT_TYPES[element], list(shape))
