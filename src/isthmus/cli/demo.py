"""Train, calibrate, score and evaluate on real heartbeats, draw and report what came out.

ECG5000 has one heartbeat in each row, 140 samples long. The detector learns from normal beats
alone; the beats that it is evaluated on were never seen, and its threshold uses no labels.

Example:

  isthmus demo -o demo
"""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from isthmus.cli.parameters import Force

if TYPE_CHECKING:
    import numpy as np

    from isthmus.datasets import Ecg5000
    from isthmus.scoring.scorer import Scorer

ALPHA = 0.02
ARTICLES = (
    (0.967, "threshold from the normal test beats"),
    (0.964, "threshold by eye, with the test errors in view"),
    (0.945, "threshold from training errors"),
)
"""Published accuracies of autoencoders on these data, and where their thresholds come from."""


def demo(
    output: Annotated[
        str, typer.Option("-o", "--output", metavar="FOLDER", help="The folder to fill.")
    ] = "demo",
    force: Force = False,
) -> None:
    """Write the data, run every command on them, draw."""
    from isthmus.datasets import load_ecg5000, split
    from isthmus.errors import FileAccessError, require

    for library in ("jinja2", "altair", "onnx", "torch"):  # the quickest first
        require(library, extra="all", purpose="the demo")
    folder = Path(output)
    if folder.exists() and not force:
        raise FileAccessError(
            f"{folder}: exists already", advice="Choose another folder, or fill it with --force."
        )
    folder.mkdir(parents=True, exist_ok=True)
    data = load_ecg5000()
    training, test = split(len(data.beats))
    _write_data(folder, data, training, test)
    found = _run_commands(folder)
    _draw(folder, data, test)
    _conclude(folder, found)


def _write_data(folder: Path, data: Ecg5000, training: np.ndarray, test: np.ndarray) -> None:
    """Four CSV files; `beat` is the row's number in ECG5000, `normal` the label."""
    _write_csv(folder / "beats.csv", data, training, labelled=True)
    _write_csv(folder / "new.csv", data, test, labelled=False)
    _write_csv(folder / "labelled.csv", data, test, labelled=True)
    _write_csv(folder / "recent.csv", data, test[data.is_normal[test]], labelled=False)


def _write_csv(path: Path, data: Ecg5000, rows: np.ndarray, *, labelled: bool) -> None:
    from isthmus.atomic import written

    cells = data.beats.shape[1]
    header = ["beat", *(f"t{place}" for place in range(cells)), *(["normal"] if labelled else [])]
    lines = [",".join(header)]
    for row in rows:
        label = [str(int(data.is_normal[row]))] if labelled else []
        lines.append(",".join([str(row), *map(str, data.beats[row]), *label]))
    with written(path, overwrite=True) as file:
        file.write(("\n".join(lines) + "\n").encode())


def _run_commands(folder: Path) -> dict[str, Any]:
    """Every command in turn; what the evaluation found."""
    model, labelled = str(folder / "detector.onnx"), str(folder / "labelled.csv")
    truth, rate = ("--label", "normal", "--normal", "1"), ("--alpha", str(ALPHA))
    _run("fit", str(folder / "beats.csv"), *truth, "--id", "beat", "-o", model, "--force")
    scored = str(folder / "scored.csv")
    _run("score", model, str(folder / "new.csv"), *rate, "-o", scored, "--force")
    found = _run("evaluate", model, labelled, *truth, *rate, "--json")
    _write_text(folder / "evaluation.json", found)
    typer.echo(_run("evaluate", model, labelled, *truth, *rate, "--quiet"))
    page = str(folder / "report.html")
    _run("report", model, labelled, *truth, "--id", "beat", *rate, "-o", page, "--force")
    _write_text(folder / "inspect.txt", _run("inspect", model))
    typer.echo(_run("verify", model))
    again = str(folder / "recalibrated.onnx")
    _run("calibrate", model, str(folder / "recent.csv"), "-o", again, "--force")
    figures: dict[str, Any] = json.loads(found)
    return figures


def _run(*words: str) -> str:
    """Run one command as if typed; what it printed on standard output."""
    import contextlib
    import io

    from isthmus.cli.run import run

    typer.echo(f"\n$ isthmus {shlex.join(words)}", err=True)
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        code = run(words)
    if code:
        raise typer.Exit(code)  # it has said why
    return printed.getvalue()


def _draw(folder: Path, data: Ecg5000, test: np.ndarray) -> None:
    from isthmus.report.figures import save, score_histogram, training_curve
    from isthmus.scoring.scorer import Scorer

    scorer = Scorer.load(folder / "detector.onnx")
    beats, abnormal = data.beats[test], ~data.is_normal[test]
    scores = scorer.anomaly_score(beats)
    threshold = scorer.decide(ALPHA).threshold
    histogram = score_histogram(
        scores, abnormal, threshold, title=f"Scores of {len(test)} heartbeats never seen before"
    )
    curve = training_curve(scorer.manifest.training)
    chosen = [_typical(scores, ~abnormal), _typical(scores, abnormal)]
    charts = {"histogram": histogram, "training": curve, "beats": _overlay(scorer, beats, chosen)}
    for name, chart in charts.items():
        save(chart, folder / f"{name}.png", overwrite=True)


def _typical(scores: np.ndarray, of_class: np.ndarray) -> int:
    """The row of a class whose score is the median of that class."""
    import numpy as np

    rows = np.flatnonzero(of_class)
    return int(rows[np.argsort(scores[rows], kind="stable")[len(rows) // 2]])


def _overlay(scorer: Scorer, beats: np.ndarray, chosen: list[int]) -> Any:
    from isthmus.report.figures import ReconstructedRow, reconstructions

    results, _ = scorer.run(beats[chosen], ["reconstruction", "error", "anomaly_score"])
    p_values = scorer.calibrator.p_values(results["anomaly_score"])
    return reconstructions(
        [
            ReconstructedRow(
                observed=beats[row],
                expected=results["reconstruction"][place],
                errors=results["error"][place],
                title=title,
                score=float(results["anomaly_score"][place]),
                p_value=float(p_values[place]),
            )
            for place, (row, title) in enumerate(
                zip(chosen, ("A typical normal beat", "A typical abnormal beat"), strict=True)
            )
        ]
    )


def _conclude(folder: Path, found: dict[str, Any]) -> None:
    alarms = found["confusion"]["alarms_among_normal"] / found["normal"]
    typer.echo("\naccuracy on 1000 heartbeats never seen before")
    typer.echo(
        f"  {found['accuracy']:.3f}  isthmus: threshold from held-out normal beats of the training "
        f"part; promised {100 * ALPHA:g} % false alarms, {100 * alarms:.1f} % came"
    )
    for accuracy, how in ARTICLES:
        typer.echo(f"  {accuracy:.3f}  published: {how}")
    typer.echo(
        f"\nOpen {folder}/report.html: what was found, why, and how far to trust it.\n"
        f"{folder}/histogram.png, {folder}/beats.png and {folder}/training.png are its pictures "
        f"alone,\n{folder}/scored.csv has every beat's score and p-value, {folder}/evaluation.json "
        "the figures,\nand detector.onnx is all that scoring needs."
    )


def _write_text(path: Path, text: str) -> None:
    from isthmus.atomic import written

    with written(path, overwrite=True) as file:
        file.write(text.encode())
