"""From what was gathered to the page: words, tables, figures, and what the script draws from."""

from __future__ import annotations

from collections import Counter
from typing import Any

from isthmus.evaluation import as_table
from isthmus.evaluation.drift import LEVEL, Drift
from isthmus.model_file.manifest import Guards
from isthmus.options import Kind
from isthmus.printable import clean
from isthmus.read.counting import counted
from isthmus.report import verdict
from isthmus.report.card import card, command
from isthmus.report.explorer import MOST_POINTS, explorer
from isthmus.report.gathering import STRANGEST, TYPICAL, Gathered
from isthmus.report.kept import Kept
from isthmus.report.page.charts import chart_of, charts_of, evaluated
from isthmus.report.page.document import document
from isthmus.report.page.stops import stops
from isthmus.report.patterns import Pattern, patterns
from isthmus.scoring.explain.amounts import chance, percent

TOLD = 5
"""Strangest rows in the verdict."""
MOST_COLUMNS = 20
"""Lines of a table of columns."""

Record = dict[str, Any]


def report(gathered: Gathered) -> bytes:
    """The page, as the bytes of an HTML file."""
    alarms = [one for one in gathered.strangest if one.told.is_anomaly]
    groups = patterns(alarms, gathered.scorer.schema)
    spec, datasets = explorer(gathered)
    charts = {"explorer": chart_of(spec, "", ""), **charts_of(gathered, groups)}
    stopping = stops(gathered)
    context = {
        **_found(gathered),
        **_why(gathered, groups, alarms, datasets["kept"]),
        **_trust(gathered),
        **_data(gathered),
        **_model(gathered),
        "charts": charts,
        "explorer_told": charts["explorer"]["told"],
        "stops": stopping.stops,
        "stop": stopping.first,
    }
    data = {
        "specs": {name: one["spec"] for name, one in charts.items()},
        "datasets": {**datasets, "one": [{"c": 0}]},
        "stops": stopping.stops,
    }
    return document(context, data)


def _found(gathered: Gathered) -> Record:
    said = [verdict.beyond_luck(gathered), verdict.unscored(gathered)]
    decision = gathered.decision
    rule = (
        f"A row is an alarm where its score is above {decision.threshold:.6g}: {decision.sentence}."
    )
    rows, points = len(gathered.scores), MOST_POINTS
    shown = f"Whole rows are kept of the {STRANGEST} strangest and {TYPICAL} typical ones; "
    shown += (
        "other points show their score alone."
        if rows <= points
        else f"of {rows} rows each point is the strangest of its stretch, the line the median."
    )
    return {
        "title": f"isthmus report: {clean(gathered.source)}",
        "source": clean(gathered.source, 120),
        "headline": verdict.headline(gathered),
        "verdict": [sentence for sentence in (*said, rule) if sentence],
        "remarks": [clean(remark, 400) for remark in (*gathered.remarks, *decision.warnings)],
        "severity": [
            (word, f"{most:g}", count) for word, most, count in verdict.counts_by_severity(gathered)
        ],
        "strangest": [_line(one) for one in gathered.strangest[:TOLD] if one.told.is_anomaly],
        "shown": shown,
        "detail_said": _DETAIL_SAID[gathered.scorer.schema.kind],
    }


_DETAIL_SAID: dict[Kind, str] = {
    "table": "Each line is the range of a column in training, the broad part its middle 80 %; the "
    "dot is what came, the tick what was expected. Of a category the levels lie side by side, the "
    "commonest first, each as wide as its share of the training rows; the broad part is the level "
    "that was expected.",
    "signal": "The row over what was expected of it; the gap is filled, and what carries the score "
    "stands on a band.",
    "image": "The image, how it was rebuilt, and where it is off.",
}


def _line(one: Kept) -> Record:
    told = one.told
    ids = "".join(f", {clean(name)} {clean(str(value), 60)}" for name, value in told.ids.items())
    return {
        "row": one.row,
        "id": ids,
        "p": chance(told.p_value),
        "why": clean(told.sentence.partition(": ")[2] or told.sentence, 300),
    }


def _why(
    gathered: Gathered, groups: list[Pattern], alarms: list[Kept], records: list[Record]
) -> Record:
    known, all_alarms = len(alarms), int(gathered.is_alarm.sum())
    part = "" if known == all_alarms else f", the strangest of {all_alarms},"
    kept = records[: len(gathered.strangest)]
    names = [name for name, _ in kept[0]["ids"]] if kept else []
    rows = [
        {
            "i": record["i"],
            "row": record["row"],
            "ids": [value for _, value in record["ids"]],
            "score": f"{record['score']:g}",
            "p": chance(record["p"]),
            "exact": repr(record["p"]),
            "alarm": one.told.is_anomaly,
            "why": record["why"],
        }
        for record, one in zip(kept, gathered.strangest, strict=True)
    ]
    leads = Counter(one.told.cells[0].name for one in alarms if one.told.cells)
    return {
        "patterns": [
            {"name": one.name, "count": len(one.rows), "first": one.rows[0]} for one in groups
        ],
        "patterns_said": f"{counted(known, 'alarm')}{part} in {counted(len(groups), 'group')}, by "
        "the cells that carry their error.",
        "rows": rows,
        "id_names": names,
        "table_said": f"The {counted(len(rows), 'strangest row')}; a click shows one above.",
        "leading": [(clean(name), count) for name, count in leads.most_common(8)],
    }


def _trust(gathered: Gathered) -> Record:
    all_rows, quiet = gathered.all_rows.found(), gathered.quiet_rows.found()
    beside = {one.name: one.p_value for one in quiet.columns}
    return {
        "world": verdict.world(all_rows, quiet),
        "drift": [
            {**_drifted(one, all_rows), "quiet": chance(beside.get(one.name, 1.0))}
            for one in all_rows.columns[:MOST_COLUMNS]
        ],
        "drift_said": _drift_said(all_rows) + _unknown(gathered),
        "labelled": _labelled(gathered),
        **_guards(gathered.scorer.manifest.guards),
    }


def _drift_said(drift: Drift) -> str:
    columns = len(drift.columns)
    return (
        f"{counted(drift.rows, 'row')} against {drift.training_rows} of training. "
        f"Marked columns have drifted: their p-value is at most {LEVEL / max(columns, 1):.2g}, so "
        f"that where nothing has changed one of {columns} is marked once in {1 / LEVEL:.0f} times."
    )


def _unknown(gathered: Gathered) -> str:
    """That numbers cannot be compared, where the model file is older than its quantiles."""
    columns = gathered.scorer.schema.columns
    if all(one.quantiles or one.kind == "category" or one.missing == 1 for one in columns):
        return ""
    return " Of numbers this model file keeps no quantiles: only their holes are compared."


def _drifted(one: Any, drift: Drift) -> Record:
    marked = "" if one not in drift.drifted else " \u2022"
    return {
        "name": f"{clean(one.name, 50)}{marked}",
        "p": chance(one.p_value),
        "distance": f"{one.distance:.3f}",
        "shift": "" if one.shift is None else f"{one.shift:+.2f}",
        "missing": f"{percent(one.missing)}, {percent(one.was_missing)}",
    }


def _labelled(gathered: Gathered) -> list[tuple[str, str]]:
    found = evaluated(gathered)
    return [] if found is None else as_table(found)


def _guards(guards: Guards | None) -> Record:
    if guards is None:
        return {"guards": [], "guards_said": ""}
    lines = [
        (
            one.anomaly,
            *(f"{x:.3f}" for x in (one.reconstruction, one.linear, one.distance, one.score)),
        )
        for one in guards.separations
    ]
    said = (
        "On made-up anomalies the networks tell no more than simpler detectors do."
        if "no gain" in guards.findings
        else "On made-up anomalies the networks tell more than simpler detectors do."
    )
    return {"guards": lines, "guards_said": said}


def _data(gathered: Gathered) -> Record:
    quality = gathered.quality
    odd = [
        one for one in quality.columns if one.missing or one.beyond or one.unseen or one.constant
    ]
    odd.sort(key=lambda one: -(one.missing + one.beyond + one.unseen + one.constant))
    of_images = gathered.scorer.schema.image is not None
    said = [f"{counted(quality.rows, 'row')} came, {quality.scored} could be scored."]
    if quality.copies:
        have = "repeats" if quality.copies == 1 else "repeat"
        said.append(f"{counted(quality.copies, 'row')} {have} an earlier one, cell for cell.")
    if not odd:
        said.append("No cell is missing, beyond the range of training or of an unseen level.")
    elif len(odd) > MOST_COLUMNS:
        said.append(f"{len(odd)} columns have something to say, {MOST_COLUMNS} are shown.")
    return {
        "quality_said": said,
        "quality": [one._replace(name=clean(one.name, 50)) for one in odd[:MOST_COLUMNS]]
        if not of_images
        else [],
        "unscored_said": _unscored_said(gathered),
        "unscored": [
            {"row": one.row, "reason": clean(one.reason, 300)} for one in gathered.unscored
        ],
    }


def _unscored_said(gathered: Gathered) -> str:
    count, shown = int((~gathered.is_scored).sum()), len(gathered.unscored)
    return "" if shown == count else f"The first {shown} of {count}."


def _model(gathered: Gathered) -> Record:
    scorer = gathered.scorer
    alpha = gathered.decision.alpha
    asked = f" --alpha {alpha:g}" if alpha is not None else ""
    return {
        "card": card(scorer.model),
        "commands": [
            command(scorer.manifest),
            f"isthmus report detector.onnx NEW{asked} -o report.html",
        ],
        "footer": f"Made by isthmus with {scorer.manifest.created_by}'s model file "
        f"{scorer.model.digest[:12]}.",
    }
