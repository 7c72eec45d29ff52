"""What is said of a detector by its guards, in sentences and as a table."""

from __future__ import annotations

import numpy as np

from isthmus.model_file.manifest import Guards, Manifest

NO_GAIN = (
    "the networks add nothing that synthetic anomalies show: a linear (PCA) twin or the distance "
    "to normal rows tells every kind of them as well, to 0.01 of ROC AUC (isthmus inspect shows "
    "the table)"
)
COLLAPSED = {
    "constant scores": "all held-out rows have the same score: nothing was learnt that tells one "
    "row from another",
    "copies": "the networks copy rows as they come, changed cells too, and their error shows "
    "nothing: choose a narrower code (--code-size) or more noise (--input-noise)",
    "dead codes": "all rows have the same code: the networks rebuild every row alike; a smaller "
    "--learning-rate or --weight-decay, or of a variational network --kl-weight, may help",
}
"""What is said of each collapse, and what to do."""


FAR = 6.0
"""Usual deviations above the middle, from which on a held-out row looks unlike the rest."""
FEWEST = 3
SHARES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.4)


def remarks(manifest: Manifest) -> list[str]:
    """What the summary of a fit says: whether the networks are worth it, and rows unlike the rest.

    Nothing where all is well.
    """
    held = manifest.guards
    no_gain = held is not None and "no gain" in held.findings
    return [*([NO_GAIN] if no_gain else []), *_unlike(manifest)]


def _unlike(manifest: Manifest) -> list[str]:
    """A caution where held-out scores have an upper end that a normal one has not.

    Scores are mean logs, about normally distributed; their usual deviation is taken below the
    middle, where abnormal rows do not lie.
    """
    scores = np.array(manifest.calibration.scores)
    middle, low = np.quantile(scores, [0.5, 0.16])
    count = int((scores > middle + FAR * (middle - low)).sum())
    if manifest.options.trust.suspects or middle == low or count < FEWEST:
        return []
    share = next((one for one in SHARES if one >= 2 * count / len(scores)), SHARES[-1])
    return [
        f"{count} of {len(scores)} held-out rows look unlike the rest; if some of the rows may be "
        f"abnormal, --suspects {share:g} leaves such rows out"
    ]


def beware(manifest: Manifest) -> list[str]:
    """What the user should know before trusting the detector: each collapse."""
    findings = () if manifest.guards is None else manifest.guards.findings
    return [COLLAPSED[finding] for finding in findings if finding in COLLAPSED]


def table(held: Guards) -> list[str]:
    """The separations, line by line, and what was found."""
    lines: list[tuple[str, ...]] = [("anomaly", "networks", "linear twin", "distance", "score")]
    lines += [
        (one.anomaly, *(f"{value:.3f}" for value in _values(one.model_dump())))
        for one in held.separations
    ]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    shown = [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    ]
    head = f"ROC AUC of {held.rows} held-out rows against anomalies made of them"
    found = [f"found: {', '.join(held.findings)}"] if held.findings else []
    return [f"{head}; linear twin of rank {held.rank}", *shown, *found]


def _values(separation: dict[str, float | str]) -> list[float]:
    return [float(separation[way]) for way in ("reconstruction", "linear", "distance", "score")]
