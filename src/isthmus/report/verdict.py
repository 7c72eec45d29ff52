"""The findings in words: what was found, how strange, and whether to believe it."""

from __future__ import annotations

import numpy as np

from isthmus.evaluation.drift import ColumnDrift, Drift
from isthmus.printable import clean
from isthmus.read.counting import counted
from isthmus.report.gathering import Gathered
from isthmus.scoring.explain.amounts import percent

SEVERITY = ((0.001, "very rare"), (0.01, "rare"), (0.05, "unusual"), (1.0, "usual"))
"""How rows with p-values up to so much are called: one normal row in a thousand is very rare."""
SMALL = 0.05
"""The distance of a column up to which its drift is called small."""


def counts_by_severity(gathered: Gathered) -> list[tuple[str, float, int]]:
    """The word, the largest p-value of it, and how many rows; of p-values that there can be."""
    scores = gathered.scores[gathered.is_scored]
    p_values = gathered.scorer.calibrator.p_values(scores)
    found, least = [], 0.0
    for most, word in SEVERITY:
        if most >= gathered.scorer.calibrator.smallest_alpha:
            found.append((word, most, int(((p_values > least) & (p_values <= most)).sum())))
            least = most
    return found


def headline(gathered: Gathered) -> str:
    """The one sentence to read: how many alarms, and how many of them luck alone would raise."""
    scored, alarms = int(gathered.is_scored.sum()), int(gathered.is_alarm.sum())
    rows = counted(scored, "row")
    said = f"{counted(alarms, 'alarm')} among {rows}" if alarms else f"No alarm among {rows}"
    alpha = gathered.decision.alpha
    if alpha is None:
        return f"{said}; the threshold states no false-alarm rate."
    return f"{said}; were all of them normal, about {_about(alpha * scored)} would be expected."


def _about(count: float) -> str:
    return f"{count:.0f}" if count >= 10 else f"{count:.1f}".removesuffix(".0")


def beyond_luck(gathered: Gathered) -> str | None:
    """Whether there are more alarms than luck explains, by the binomial law's normal limit."""
    scored, alarms = int(gathered.is_scored.sum()), int(gathered.is_alarm.sum())
    alpha = gathered.decision.alpha
    if alpha is None or not scored:
        return None
    usual, spread = alpha * scored, float(np.sqrt(alpha * (1 - alpha) * scored))
    if alarms > usual + 3 * spread + 1:
        return "That is more than chance explains: many of these alarms are real."
    if alarms < usual - 3 * spread - 1:
        return "That is fewer than chance alone brings: these rows are calmer than training."
    return "That is about what chance alone brings: single alarms may well be normal rows."


def unscored(gathered: Gathered) -> str | None:
    """How many rows have no score."""
    count = int((~gathered.is_scored).sum())
    if not count:
        return None
    have = "has" if count == 1 else "have"
    return f"{counted(count, 'row')} could not be scored and {have} no verdict."


def world(all_rows: Drift, quiet: Drift) -> tuple[str, str]:
    """What the drift means: a word for its weight (`calm`, `strange`, `changed`), and a sentence.

    Where rows without an alarm are unlike training too, it is not single rows that are strange.
    They alone would not do for the question: without alarms rare values are always missing.
    """
    everywhere = {one.name for one in all_rows.drifted}
    drifted = [one for one in quiet.drifted if one.name in everywhere]
    if drifted:
        named = ", ".join(map(_moved, drifted[:3]))
        more = len(drifted) - 3
        rest = f", and {more} more" if more > 0 else ""
        large = max(one.distance for one in drifted)
        advice = (
            "Alarms may be due to that and the stated false-alarm rate no longer hold: calibrate "
            "again on recent normal rows, or train anew."
            if large > SMALL
            else "It is small; the stated false-alarm rate may be off a little."
        )
        return "changed", (
            f"The world has changed: also rows without an alarm differ from training in {named}"
            f"{rest}. {advice}"
        )
    if all_rows.drifted:
        return "strange", (
            "The rows as a whole differ from training, those without an alarm do not: it is the "
            "alarms that are different."
        )
    return "calm", "No column differs from training by more than luck explains."


def _moved(one: ColumnDrift) -> str:
    name = clean(one.name, 40)
    if one.shift is not None and abs(one.shift) >= 0.005:
        side = "up" if one.shift > 0 else "down"
        return f"{name} ({side} by {abs(one.shift):.2g} standard deviations)"
    return f"{name} ({percent(one.distance)} of the rows)"
