"""A threshold and how it came about."""

from __future__ import annotations

from dataclasses import dataclass, replace


def written(rule: str, number: float) -> str:
    """The rule as text that reads back to the same number."""
    return f"{rule}:{number!r}".removesuffix(".0")


@dataclass(frozen=True)
class Decision:
    """Alarm where score > `threshold`.

    `alpha` is the stated false-alarm rate, None where the rule states none; `sentence` says in
    plain words what the threshold is.
    """

    threshold: float
    rule: str
    alpha: float | None
    sentence: str
    warnings: tuple[str, ...] = ()

    def warned(self, warning: str) -> Decision:
        """The same with one more warning."""
        return replace(self, warnings=(*self.warnings, warning))
