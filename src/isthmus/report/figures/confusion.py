"""Alarms against truth: four counts, each with its share of the rows of its class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from isthmus.errors import DataError
from isthmus.report.figures import theme
from isthmus.report.figures.text import number

if TYPE_CHECKING:
    import altair as alt

    from isthmus.evaluation import Confusion

WIDTH, HEIGHT = 560, 280
TRUTHS, ANSWERS = ("normal", "abnormal"), ("no alarm", "alarm")


def confusion_matrix(
    confusion: Confusion, *, title: str = "Alarms against the truth"
) -> alt.LayerChart:
    """Draw the four counts; a field is the darker, the larger its share of the class.

    Parameters
    ----------
    confusion : Confusion
        The counts.
    title : str
        Any text.

    Raises
    ------
    DataError
        If there is no row.
    """
    if not confusion.rows:
        raise DataError("no row has a score, there is nothing to draw")
    alt = theme.altair()
    records = _records(confusion)
    data = alt.Chart(alt.Data(values=records))
    x = alt.X("answer:N", title=None, sort=list(ANSWERS), axis=_axis(orient="top"))
    y = alt.Y("truth:N", title="truth", sort=list(TRUTHS), axis=_axis())
    share = alt.Color(
        "share:Q",
        scale=alt.Scale(domain=[0, 1], range=["#F2F6FA", theme.NORMAL]),
        legend=None,
    )
    ink = alt.condition("datum.share > 0.5", alt.value("white"), alt.value(theme.INK))
    layers = [
        data.mark_rect(stroke="white", strokeWidth=3).encode(x=x, y=y, color=share),
        data.mark_text(fontSize=24, fontWeight="bold", dy=-10).encode(
            x=x, y=y, text="count:Q", color=ink
        ),
        data.mark_text(fontSize=theme.SMALL, dy=16).encode(x=x, y=y, text="words:N", color=ink),
    ]
    told = f"Accuracy {number(confusion.accuracy or 0.0)} of {confusion.rows} rows"
    chart = alt.layer(*layers).properties(
        title=theme.title(title, [told]), width=WIDTH, height=HEIGHT
    )
    sentences = [f"{r['count']} {r['truth']} rows: {r['answer']}" for r in records]
    return theme.themed(chart, told, *sentences)


def _records(confusion: Confusion) -> list[dict[str, Any]]:
    counts = {
        ("normal", "no alarm"): (confusion.quiet_among_normal, confusion.normal),
        ("normal", "alarm"): (confusion.alarms_among_normal, confusion.normal),
        ("abnormal", "no alarm"): (confusion.quiet_among_abnormal, confusion.abnormal),
        ("abnormal", "alarm"): (confusion.alarms_among_abnormal, confusion.abnormal),
    }
    return [
        {
            "truth": truth,
            "answer": answer,
            "count": count,
            "share": count / whole if whole else 0.0,
            "words": f"{100 * count / whole:.1f} % of {whole} {truth}" if whole else f"no {truth}",
        }
        for (truth, answer), (count, whole) in counts.items()
    ]


def _axis(**more: Any) -> Any:
    return theme.altair().Axis(
        labelAngle=0, labelFontSize=14, ticks=False, domain=False, grid=False, **more
    )
