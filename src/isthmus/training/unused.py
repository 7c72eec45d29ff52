"""Refuse choices that would change nothing: whoever made them expects something of them."""

from __future__ import annotations

from isthmus.errors import UsageError
from isthmus.options import FitOptions
from isthmus.schema import Schema
from isthmus.training.architectures import chosen
from isthmus.training.row_shape import RowShape

CONVOLUTIONS = ("conv1d", "conv2d")
OF_ARCHITECTURES: dict[str, tuple[str, ...]] = {
    "kernel_size": CONVOLUTIONS,
    "downsampling": CONVOLUTIONS,
    "upsampling": CONVOLUTIONS,
    "decoder_sizes": CONVOLUTIONS,
    "recurrent_cell": ("recurrent",),
    "batch_norm": ("dense", *CONVOLUTIONS),
    "dropout": ("dense", *CONVOLUTIONS),
}
"""Options of networks, and the architectures that know them."""
OF_KINDS: dict[str, tuple[str, ...]] = {
    "erasing": ("signal", "image"),
    "restoration": ("image",),
    "row_error": ("image",),
    "sample_rows": ("table", "signal"),
    "learn_from": ("table", "signal"),
}
"""Options, and the kinds of rows that they mean something for."""
OF_VARIATIONAL = ("kl_weight", "kl_warmup")


def refuse_unused(options: FitOptions, schema: Schema) -> None:
    """Look for options that were given and are none of this network, or of such rows.

    An option with the value that it has anyway counts as not given.

    Raises
    ------
    UsageError
        Naming every one.
    """
    network = options.network
    architecture = chosen(network, RowShape(schema.kind, schema.width, schema.image))
    problems = [
        f"{name} is for {' and '.join(known)} networks, and this one is {architecture}"
        for name, known in OF_ARCHITECTURES.items()
        if _given(options, name) and architecture not in known
    ]
    problems += [
        f"{name} is for {' and '.join(f'{kind}s' for kind in kinds)}, and the rows are "
        + ("images" if schema.kind == "image" else f"a {schema.kind}")
        for name, kinds in OF_KINDS.items()
        if _given(options, name) and schema.kind not in kinds
    ]
    problems += [
        f"{name} is for variational networks, and this one is none"
        for name in OF_VARIATIONAL
        if _given(options, name) and not network.variational
    ]
    views = options.settled(schema.kind).views
    looks_around = views.looks_around(schema.kind, targets=bool(schema.targets))
    if not looks_around and _given(options, "bank_rows"):
        problems.append("bank_rows is for the distance, which is off")
    if network.noise_levels != "auto" and network.input_noise == 0:
        problems.append("noise_levels is for noise, and input_noise is 0")
    if network.restoration == "quarters" and schema.targets:
        problems.append(
            "restoration hides parts of what is rebuilt; what targets are rebuilt from is shown "
            "whole, and nothing of it is hidden"
        )
    if problems:
        raise UsageError(*problems, advice="Leave out what would change nothing.")


def _given(options: FitOptions, name: str) -> bool:
    """Whether an option has another value than by default, one that turns something on or off."""
    for group in (options.network, options.training, options.views):
        if name in type(group).model_fields:
            value = getattr(group, name)
            return bool(value != type(group).model_fields[name].default and value != "off")
    return False
