"""The table: published, reproduced, honest, isthmus's default."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from isthmus.model_file.manifest import Data, Manifest
from isthmus.recipes import naming
from isthmus.recipes.flattery import flatters, has_threshold
from isthmus.recipes.outcome import Outcome
from isthmus.recipes.recipe import Published
from isthmus.recipes.run import Run

HEADS = {"reproduced": "reproduced", "honest": "honest threshold", "default": "isthmus default"}
NONE = "-"
Cell = Callable[[Outcome], str]
Line = tuple[str, ...]


def lines(run: Run) -> list[Line]:
    """The table's lines, the head first; each has a label and a cell for every column."""
    published = run.recipe.published
    head = ("", "published", *(HEADS.get(name, name) for name in run.outcomes))
    rows = [*_counts(run, published), *_figures(run, published), *_images(run)]
    return [head, *rows, *_networks(run), *_words(run)]


def as_markdown(run: Run) -> str:
    """The page that is written beside the models."""
    head, *rows = lines(run)
    page = [f"# {run.recipe.name}", "", run.recipe.summary, ""]
    if run.size.words:
        page += [f"**{_capital(run.size.words)}.**", ""]
    page += [_row(head), _row(["---"] * len(head)), *map(_row, rows), ""]
    page += [f"{sentence}\n" for sentence in sentences(run)]
    return "\n".join(page)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def sentences(run: Run) -> list[str]:
    """What a reader of the table must know."""
    said = []
    if run.reproduced.evaluation.abnormal:
        said.append("Normal is positive in precision, recall and F1, as in the articles.")
    if flattery := flatters(run.recipe):
        said.append(f"The article's protocol flatters itself: {'; '.join(flattery.values())}.")
    whose = "the article's own" if has_threshold(run.recipe) else "a"
    said.append(
        f"Seed {run.seed}. The column *{HEADS['honest']}* is the same network and training with a "
        "fifth of the normal training rows held out for a conformal threshold at "
        f"{whose} false-alarm rate ({run.recipe.alpha:g}); like *{HEADS['default']}*, it sees no "
        "test row."
    )
    return [*said, *_of_images(run)]


def _of_images(run: Run) -> list[str]:
    if run.reproduced.images is None:
        return []
    said = []
    if run.recipe.default.get("restoration") != "off":
        said.append(
            "isthmus's default rebuilds every pixel while it is hidden (restoration), from those "
            "around it; the others see what they rebuild. Its errors of a pixel are not comparable "
            "with theirs."
        )
    if remark := naming.entropy_left_out(run.recipe):
        said.append(
            f"{remark[0]}, of the loss, the mean errors and their threshold; the table's row of "
            "cross-entropies includes it."
        )
    return said


def _counts(run: Run, published: Published) -> list[Line]:
    def right(outcome: Outcome, kind: str) -> str:
        counts = outcome.evaluation.confusion
        if kind == "normal":
            return f"{counts.quiet_among_normal} of {counts.normal}"
        return f"{counts.alarms_among_abnormal} of {counts.abnormal}"

    rows = [
        _line(
            "normal test rows without an alarm",
            naming.by_construction(run.recipe) or _of(published.normal_right, published.normal),
            run,
            lambda outcome: right(outcome, "normal"),
        )
    ]
    if run.reproduced.evaluation.abnormal:
        rows.append(
            _line(
                "abnormal test rows with an alarm",
                _of(published.abnormal_right, published.abnormal),
                run,
                lambda outcome: right(outcome, "abnormal"),
            )
        )
    return rows


def _figures(run: Run, published: Published) -> list[Line]:
    if not run.reproduced.evaluation.abnormal:
        return []
    return [
        _line(
            "accuracy", _number(published.accuracy), run, lambda o: _number(o.evaluation.accuracy)
        ),
        *(
            _line(
                label,
                _number(getattr(published, name)),
                run,
                lambda o, name=name: _number(getattr(o.evaluation.normal_positive, name)),  # type: ignore[misc]
            )
            for name, label in (("precision", "precision"), ("recall", "recall"), ("f1", "F1"))
        ),
        _line("ROC AUC", NONE, run, lambda o: _number(o.evaluation.roc_auc, 4)),
    ]


def _images(run: Run) -> list[Line]:
    if run.reproduced.images is None:
        return []

    def error(name: str) -> Cell:
        return lambda o: _number(getattr(o.images, name), 5)

    return [
        _line("squared error of a pixel, normal test images", NONE, run, error("squared")),
        _line(
            "cross-entropy of a pixel, as Keras, the image's own included",
            NONE,
            run,
            error("cross_entropy"),
        ),
        _line("numbers in a network's code", NONE, run, lambda o: str(_made(o).code_size)),
    ]


def _networks(run: Run) -> list[Line]:
    set_here = naming.default_options(run.recipe) or "nothing"
    return [
        _line("networks", NONE, run, lambda o: str(_made(o).members)),
        _line("parameters, all networks", NONE, run, lambda o: str(_made(o).training.parameters)),
        _line(
            "options of the default that are set",
            NONE,
            run,
            lambda o: set_here if o.name == "default" else NONE,
        ),
    ]


def _words(run: Run) -> list[Line]:
    recipe, published = run.recipe, run.recipe.published
    given = recipe.protocol.threshold if has_threshold(recipe) else "none"
    if published.threshold is not None:
        given = f"{published.threshold:g} ({given})"
    protocol = ", ".join(flatters(recipe)) or "nothing"
    return [
        _line("threshold", given, run, lambda o: _threshold(run, o)),
        _line("rows that trained", NONE, run, lambda o: str(_data(o).training_rows)),
        _line(
            "rows that calibrated",
            NONE,
            run,
            lambda o: f"{_data(o).calibration_rows} {_calibrated(o)}",
        ),
        _line("flattered by", protocol, run, lambda o: protocol if o.of_errors else "nothing"),
    ]


def _threshold(run: Run, outcome: Outcome) -> str:
    decision = outcome.threshold
    if outcome.of_errors:
        quantity = naming.mean_error(run.recipe)
        return f"{quantity} {decision.threshold:.4f} ({decision.rule})"
    return f"p-value {decision.alpha:.4g}"


def _calibrated(outcome: Outcome) -> str:
    return "normal test rows" if outcome.of_errors else "held-out training rows"


def _made(outcome: Outcome) -> Manifest:
    return outcome.scorer.manifest


def _data(outcome: Outcome) -> Data:
    return _made(outcome).data


def _line(label: str, published: str, run: Run, cell: Cell) -> Line:
    return (label, published, *(cell(outcome) for outcome in run.outcomes.values()))


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _of(part: int | None, whole: int | None) -> str:
    return NONE if part is None or whole is None else f"{part} of {whole}"


def _number(value: float | None, digits: int = 3) -> str:
    return NONE if value is None else f"{value:.{digits}f}"
