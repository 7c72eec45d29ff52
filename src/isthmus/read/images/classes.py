"""Folders whose names tell good images from bad ones, of which nobody said a word."""

from __future__ import annotations

import re

from isthmus.errors import UsageError
from isthmus.options import RowOptions
from isthmus.read.images.files import CLASS
from isthmus.read.source import Source

NORMAL = re.compile(r"(good|normal|ok|okay|pass|passed|healthy|intact)s?")
ABNORMAL = re.compile(
    r"(bad|abnormal|anomal(y|ies|ous)|defect(s|ive)?|fail(ed|ures?)?|fault(s|y)?|broken|damaged"
    r"|scratched|ng|nok|not_?(ok|good)|rejects?|rejected|outliers?)"
)
SHOWN = 5
"""Folders that a message names."""


def refuse_unsaid(source: Source, options: RowOptions) -> None:
    """Refuse to learn from a folder of images of both kinds as if all were good.

    Raises
    ------
    UsageError
        If folders are named like labels, and neither `label` nor `drop` names their column.
    """
    named = {str(wanted) for wanted in (options.label, *options.drop, *options.id)}
    if CLASS not in source.beside or CLASS in named or options.label is not None:
        return
    if any(not isinstance(wanted, str) for wanted in options.drop):
        return  # by its number
    classes = [name for name in source.beside[CLASS].unique().to_pylist() if name is not None]
    words = {name: re.sub(r"[^a-z]+", "_", name.casefold()).strip("_") for name in classes}
    good = [name for name in classes if NORMAL.fullmatch(words[name])]
    bad = [name for name in classes if ABNORMAL.fullmatch(words[name])]
    if not bad and not (good and len(classes) > 1):
        return
    shown = ", ".join(classes[:SHOWN]) + (", ..." if len(classes) > SHOWN else "")
    normal = good[0] if good else "..."
    alone = f", give {source.name}/{good[0]} alone" if good else ""
    raise UsageError(
        f"{source.name}: its folders are named like labels ({shown}), and nothing says which are "
        "normal",
        advice=f"Say so with --label {CLASS} --normal {normal}{alone}, or train on all of them "
        f"with --drop {CLASS}.",
    )
