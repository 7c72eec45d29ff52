"""All of a training's state as arrays, and back into a training that has just begun."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

from isthmus.training.checkpoint_file import Document
from isthmus.training.state import State


def captured(state: State, made_of: Mapping[str, str]) -> tuple[Document, dict[str, np.ndarray]]:
    """A state, amid an epoch, as a document and arrays."""
    document = Document(
        made_of=dict(made_of), step=state.step, taken=state.taken, epochs=tuple(state.epochs)
    )
    return document, {
        f"{group}.{name}": tensor.detach().cpu().numpy()
        for group, tensors in _groups(state).items()
        for name, tensor in tensors.items()
    }


def _groups(state: State) -> dict[str, dict[str, Tensor]]:
    loop = {"totals": state.totals, "generator": state.generator.get_state()}
    if state.dealt_from is not None:
        loop["dealt_from"] = state.dealt_from
    return {
        "network": dict(state.network.state_dict()),
        "optimizer": state.optimizer.tensors,
        "keeper": state.keeper.tensors(),
        "loop": loop,
    }


def put_back(state: State, document: Document, arrays: Mapping[str, np.ndarray]) -> None:
    """Make the state of a training that has just begun the one that was captured.

    Raises
    ------
    KeyError, RuntimeError, TypeError, ValueError
        If the arrays are not those of such a state.
    """
    _put_into(dict(state.network.state_dict()), _group(arrays, "network"))
    _put_into(state.optimizer.tensors, _group(arrays, "optimizer"))
    _put_back_keeper(state, _group(arrays, "keeper"))
    loop = {"totals": state.totals, "generator": state.generator.get_state()}
    held = _group(arrays, "loop")
    if "dealt_from" in held:  # where orders are dealt out of the generator
        loop["dealt_from"] = state.generator.get_state()
    _put_into(loop, held)
    state.generator.set_state(loop["generator"])
    state.dealt_from = loop.get("dealt_from")
    state.step, state.taken, state.epochs = document.step, document.taken, [*document.epochs]


def _put_back_keeper(state: State, arrays: dict[str, np.ndarray]) -> None:
    """The keeper's numbers, and its kept weights, which are there as soon as it has kept any."""
    templates = state.keeper.tensors()
    if len(arrays) > len(templates):
        templates |= {f"kept.{name}": t for name, t in state.network.state_dict().items()}
    tensors = {name: torch.empty_like(template) for name, template in templates.items()}
    _put_into(tensors, arrays)
    state.keeper.put_back(tensors)


def _group(arrays: Mapping[str, np.ndarray], group: str) -> dict[str, np.ndarray]:
    prefix = f"{group}."
    return {
        name.removeprefix(prefix): array
        for name, array in arrays.items()
        if name.startswith(prefix)
    }


@torch.no_grad()
def _put_into(tensors: Mapping[str, Tensor], arrays: Mapping[str, np.ndarray]) -> None:
    """Copy arrays into the tensors of the same names, where their forms are the same."""
    if tensors.keys() != arrays.keys():
        raise KeyError(*(tensors.keys() ^ arrays.keys()))
    for name, tensor in tensors.items():
        saved = torch.from_numpy(arrays[name])
        if saved.shape != tensor.shape or saved.dtype != tensor.dtype:
            raise ValueError(f"{name}: {saved.dtype} {tuple(saved.shape)}")
        tensor.copy_(saved)
