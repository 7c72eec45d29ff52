"""What a figure belongs to, over it: a name before its title, and lines under it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from isthmus.report.figures import theme
from isthmus.report.figures.text import clean

_LONGEST = 100


def headed(chart: Any, name: str, notes: Sequence[str] = ()) -> Any:
    """The same figure under the name of what it belongs to.

    Parameters
    ----------
    chart : altair chart
        Finished, from any function of `isthmus.report.figures`; one of several panels, each with
        a title of its own, gets one over all of them.
    name : str
        Any text.
    notes : sequence of str
        Lines of our own, under those that are there.
    """
    undefined = theme.altair().Undefined
    title, below = name, [*notes]
    if chart.title is not undefined:
        title = f"{name}: {chart.title.text.rstrip()}"
        below = [*chart.title.subtitle, *below]
    made = theme.title(title, below, most=_LONGEST)
    told = [clean(title, most=_LONGEST), *notes, chart.description]
    return chart.properties(title=made, description=". ".join(told))
