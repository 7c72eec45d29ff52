"""Check that a model file is what isthmus wrote, and scores here as it did there.

Example:

  isthmus verify detector.onnx
"""

from __future__ import annotations

import json

import typer

from isthmus.cli.parameters import AsJson, ModelPath, Quiet


def verify(model: ModelPath, as_json: AsJson = False, quiet: Quiet = False) -> None:
    """Compare the digest, walk the graph, score the probe rows again."""
    from isthmus.errors import ModelFileError
    from isthmus.scoring.probes import TOLERANCE
    from isthmus.scoring.scorer import Scorer

    scorer = Scorer.load(model)
    apart = scorer.probe()
    if not apart <= TOLERANCE:
        raise ModelFileError(
            f"{model}: intact, but its probe rows score {apart:.3g} apart from where it was "
            f"written; at most {TOLERANCE:g} is expected",
            advice="Compare the versions of onnxruntime: isthmus inspect shows those of the file.",
        )
    if as_json:
        typer.echo(json.dumps({"sha256": scorer.model.digest, "largest_difference": apart}))
        return
    if quiet:
        return
    typer.echo(f"{model}: intact, sha256 {scorer.model.digest}")
    typer.echo(f"{model}: its probe rows score as where it was written, {apart:.3g} apart at most")
    typer.echo("The digest proves that the file is whole, not who made it.")
