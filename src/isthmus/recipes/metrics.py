"""Everything that a run found, as JSON: figures, options, rows, versions, digests."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from typing import Any

from isthmus.recipes import naming
from isthmus.recipes.flattery import flatters
from isthmus.recipes.outcome import Outcome
from isthmus.recipes.run import Run
from isthmus.scoring.digest import rows_digest
from isthmus.training.versions import versions


def metrics(run: Run) -> dict[str, Any]:
    """What ``metrics.json`` holds."""
    return {
        "recipe": run.recipe.model_dump(mode="json"),
        "seed": run.seed,
        "size": {**dataclasses.asdict(run.size), "published": run.size.is_published},
        "flattered_by": flatters(run.recipe),
        "data": _data(run),
        "detectors": {name: _detector(run, outcome) for name, outcome in run.outcomes.items()},
        "versions": versions(),
    }


def as_json(run: Run) -> str:
    """The same as text."""
    return json.dumps(metrics(run), indent=2, allow_nan=False) + "\n"


def _data(run: Run) -> dict[str, Any]:
    material = run.material
    parts = {
        part: material.of(part) for part in ("training", "normal training", "test", "normal test")
    }
    kind = run.reproduced.scorer.schema.kind
    return {
        "rows": {part: len(rows) for part, rows in parts.items()},
        "sha256": {part: rows_digest(material.rows[rows], kind) for part, rows in parts.items()},
    }


def _detector(run: Run, outcome: Outcome) -> dict[str, Any]:
    manifest = outcome.scorer.manifest
    training, decision = manifest.training, outcome.threshold
    return {
        "file": f"{outcome.name}.onnx",
        "sha256": hashlib.sha256(outcome.model).hexdigest(),
        "bytes": len(outcome.model),
        "options": manifest.options.model_dump(mode="json"),
        "threshold": {
            "of": "mean error" if outcome.of_errors else "score",
            "quantity": naming.mean_error(run.recipe) if outcome.of_errors else "anomaly score",
            "rule": decision.rule,
            "value": decision.threshold,
            "alpha": decision.alpha,
            "sentence": _sentence(run, outcome),
        },
        "rows": {
            **manifest.data.model_dump(mode="json"),
            "calibration": "normal test rows of the article"
            if outcome.of_errors
            else "held-out normal training rows",
        },
        "training": {
            "epochs": training.epochs[-1].epoch,
            "steps": training.steps,
            "stopped": training.stopped,
            "networks": manifest.members,
            "parameters": training.parameters,
            "code_size": manifest.code_size,
        },
        "evaluation": outcome.evaluation.model_dump(mode="json"),
        "images": None if outcome.images is None else dataclasses.asdict(outcome.images),
    }


def _sentence(run: Run, outcome: Outcome) -> str:
    if not outcome.of_errors:
        return outcome.threshold.sentence
    protocol = run.recipe.protocol
    return f"{protocol.threshold}, from the mean errors of: {protocol.threshold_rows}"
