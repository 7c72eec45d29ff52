"""Start from the weights of a model file instead of random ones (`--init-from`)."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
import onnx
import torch
from torch import Tensor, nn

from isthmus import model_file
from isthmus.errors import UsageError
from isthmus.options import Kind
from isthmus.scoring.digest import rows_digest


@runtime_checkable
class Reusable(Protocol):
    """A layer whose weights can be taken from a model file."""

    name: str

    def take_from(self, stored: Stored) -> None:
        """Take the layer's weights, if they are there and fit."""
        ...


@dataclass
class Stored:
    """The weights of a model file by their names in its graph, and what became of them.

    Attributes
    ----------
    source : str
        What messages call the file.
    arrays : dict of str to array
        As the graph holds them.
    digest, rows_digest : str
        Of the file, and of the rows that it was made from.
    members : int
        Its networks.
    taken, anew : list of str
        The layers that were taken over, and those that were not, with the reason.
    """

    source: str
    arrays: dict[str, np.ndarray] = field(repr=False)
    digest: str
    rows_digest: str
    members: int
    taken: list[str] = field(default_factory=list)
    anew: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, source: str | Path | bytes) -> Stored:
        """Those of a model file.

        Raises
        ------
        ModelFileError
            If it is not what isthmus wrote, byte for byte.
        FileAccessError
            If it cannot be read.
        """
        model = model_file.read(source)
        name = "the given model" if isinstance(source, bytes) else str(source)
        graph = onnx.load_model_from_string(model.graph).graph
        arrays = {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in graph.initializer}
        manifest = model.manifest
        return cls(name, arrays, model.digest, manifest.data.digest, manifest.members)

    @property
    def sentence(self) -> str:
        """Which layers were taken over."""
        total = len(self.taken) + len(self.anew)
        said = f"{self.source}: {len(self.taken)} of {total} layers are taken over"
        return f"{said}; these start anew: {'; '.join(self.anew)}" if self.anew else said

    def warnings(self, values: np.ndarray, kind: Kind) -> list[str]:
        """What to beware of when rows (N, D) train a network that begins with these weights."""
        if rows_digest(values, kind) == self.rows_digest:
            return [
                f"{self.source}: was trained on these very rows, so that rows held out now are "
                "none that the network never saw: expect more false alarms than stated"
            ]
        return [
            f"{self.source}: it cannot be told whether some of these rows trained it; if so, rows "
            "held out now are none that the network never saw, and there will be more false alarms "
            "than stated: calibrate on fresh rows (isthmus calibrate)"
        ]

    def take(self, layer: str, wanted: dict[str, Tensor]) -> None:
        """Copy the arrays of a layer into its parameters, all of them or none.

        Parameters
        ----------
        layer : str
            What it is called in the layer table, which `isthmus inspect` prints.
        wanted : dict of str to Tensor
            The parameters by the names of their arrays. The first axis of a parameter is the
            member; an array has its members along it too, or side by side along the next one. A
            file of fewer members gives its own in turn.
        """
        found: dict[str, np.ndarray] = {}
        for name, parameter in wanted.items():
            own = tuple(parameter.shape[1:])
            there = self.arrays.get(name)
            if there is None:
                self.anew.append(f"{layer} (there is none)")
                return
            members = _by_member(there, own, self.members)
            if members is None:
                shape = there.shape[there.ndim > len(own) :]
                self.anew.append(f"{layer} ({_said(shape)} there, {_said(own)} here)")
                return
            found[name] = members
        with torch.no_grad():
            for name, parameter in wanted.items():
                turns = np.arange(len(parameter)) % len(found[name])
                parameter.copy_(torch.from_numpy(found[name][turns]))
        self.taken.append(layer)


def reuse(network: nn.Module, stored: Stored) -> None:
    """Take all layers over that fit.

    Raises
    ------
    UsageError
        If none fits.
    """
    for layer in network.modules():
        if isinstance(layer, Reusable):
            layer.take_from(stored)
    if not stored.taken:
        raise UsageError(
            f"{stored.source}: none of its layers fits this network: {'; '.join(stored.anew)}",
            advice="Give the options that it was trained with (isthmus inspect shows them), or "
            "leave --init-from out.",
        )


def _by_member(there: np.ndarray, own: tuple[int, ...], members: int) -> np.ndarray | None:
    """The array with one member along its first axis; None where it does not fit."""
    if there.shape == (members, *own):
        return there
    if there.shape == (members * own[0], *own[1:]):  # side by side
        return there.reshape(members, *own)
    return None


def _said(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape))
