"""JAX: the same net, all updates of a fit in one compiled scan, nothing of Python between them.

python -m benchmarks.peer_scripts.jax_scan fit ROWS.npy EPOCHS
"""

from __future__ import annotations

import os
import sys
import time
from typing import Any

# One thread, as the others have; before JAX is imported.
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.peer_scripts.answering import answer, versions

HIDDEN = (32, 16, 8, 16, 32)
BATCH = 256
RATE, EPSILON = 1e-3, 1e-7
FIRST, SECOND = 0.9, 0.999

Layers = list[tuple[Any, Any]]


def made(width: int, key: Any) -> Layers:
    """Weights and biases."""
    widths = [width, *HIDDEN, width]
    keys = jax.random.split(key, len(widths) - 1)
    return [
        (
            jax.random.uniform(one, (a, b), minval=-1, maxval=1) * jnp.sqrt(6 / (a + b)),
            jnp.zeros(b),
        )
        for one, a, b in zip(keys, widths[:-1], widths[1:], strict=True)
    ]


def loss(layers: Layers, rows: Any) -> Any:
    """The mean squared error."""
    values = rows
    for weight, bias in layers[:-1]:
        values = jax.nn.relu(values @ weight + bias)
    weight, bias = layers[-1]
    return jnp.mean((values @ weight + bias - rows) ** 2)


def fit(rows: Any, epochs: int, key: Any) -> Any:
    """All updates of Adam, batches of an epoch drawn anew; compiled as one."""
    batches = len(rows) // BATCH

    def update(state: Any, place: Any) -> Any:
        layers, first, second, step = state
        gradient = jax.grad(loss)(layers, rows[place])
        step = step + 1
        first = jax.tree.map(lambda m, g: FIRST * m + (1 - FIRST) * g, first, gradient)
        second = jax.tree.map(lambda v, g: SECOND * v + (1 - SECOND) * g * g, second, gradient)
        size = RATE * jnp.sqrt(1 - SECOND**step) / (1 - FIRST**step)
        layers = jax.tree.map(
            lambda w, m, v: w - size * m / (jnp.sqrt(v) + EPSILON), layers, first, second
        )
        return (layers, first, second, step), None

    def epoch(state: Any, key: Any) -> Any:
        order = jax.random.permutation(key, len(rows))[: batches * BATCH]
        return jax.lax.scan(update, state, order.reshape(batches, BATCH))[0], None

    layers = made(rows.shape[1], key)
    nothing = jax.tree.map(jnp.zeros_like, layers)
    state = (layers, nothing, nothing, 0.0)
    return jax.lax.scan(epoch, state, jax.random.split(key, epochs))[0][0]


def main(path: str, epochs: str) -> None:
    """Compile once and say how long that took; then answer with fits."""
    rows = jnp.asarray(np.load(path))
    compiled = jax.jit(fit, static_argnums=1)
    began = time.perf_counter()
    ready = compiled.lower(rows, int(epochs), jax.random.key(0)).compile()
    seconds = time.perf_counter() - began
    answer(
        {"scan": lambda: jax.block_until_ready(ready(rows, jax.random.key(0)))},
        {"versions": versions("jax", "jaxlib", "numpy"), "compiling_seconds": seconds},
    )


if __name__ == "__main__":
    main(*sys.argv[2:])
