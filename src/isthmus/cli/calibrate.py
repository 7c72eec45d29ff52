"""Set new p-values from recent normal rows, for the same network.

Examples:

  isthmus calibrate detector.onnx recent.csv -o new.onnx

  isthmus calibrate detector.onnx recent.csv --alpha 0.05 -o new.onnx
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from isthmus.cli.parameters import (
    LEARNT,
    Alpha,
    DataPath,
    Force,
    ModelPath,
    Quiet,
    Threshold,
    takes_options,
)
from isthmus.options import ReadOptions, RowOptions

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    from isthmus.read import Rows


@takes_options(without=LEARNT)
def calibrate(
    model: ModelPath,
    data: DataPath,
    output: Annotated[
        str, typer.Option("-o", "--output", metavar="FILE", help="The model file to write.")
    ],
    read: ReadOptions,
    columns: RowOptions,
    alpha: Alpha = None,
    threshold: Threshold = None,
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Score the normal rows and put their scores in the place of the old ones."""
    from isthmus import model_file
    from isthmus.cli.places import claim_model, open_data
    from isthmus.cli.saying import say, warn
    from isthmus.read import read_rows
    from isthmus.read.counting import counted
    from isthmus.read.images.forms import resized
    from isthmus.scoring.recalibrate import recalibrate
    from isthmus.scoring.scorer import Scorer

    claim_model(output, data=data, force=force)
    scorer = Scorer.load(model)
    rows = read_rows(open_data(data, read), columns, scorer.schema)
    say(rows.decisions, quiet=quiet)
    if rows.image is not None and rows.resized:
        warn([resized(rows.resized, len(rows.values), rows.image)], quiet=quiet)
    values, texts = _normal(rows, columns)
    made = recalibrate(
        scorer, values, alpha=alpha, threshold=threshold, texts=texts, source=rows.source
    )
    model_file.save(output, made, overwrite=force)
    count = len(model_file.unseal(made, name=output).manifest.calibration.scores)
    if without := len(values) - count:
        were = "was" if without == 1 else "were"
        warn([f"{counted(without, 'row')} cannot be scored and {were} left out"], quiet=quiet)
    said = f"{output}: calibrated on {counted(count, 'row')}; supports alpha from "
    say([f"{said}{1 / (count + 1):.4g}"], quiet=quiet)


def _normal(rows: Rows, columns: RowOptions) -> tuple[np.ndarray, dict[str, pa.ChunkedArray]]:
    """The normal rows (n, D), those without a score all NaN, and their names."""
    import numpy as np
    import pyarrow as pa

    from isthmus.read import normal_rows

    values = rows.values.copy()
    values[list(rows.unusable)] = np.nan
    normal = np.ones(len(values), bool)
    if rows.labels is not None:
        normal, _ = normal_rows(rows.labels, columns.normal, source=rows.source)
    kept = pa.array(normal)
    return values[normal], {name: texts.filter(kept) for name, texts in rows.texts.items()}
