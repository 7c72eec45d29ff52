"""The four counts of alarms against truth, and the shares made of them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from isthmus.options import Frozen


class ClassFigures(Frozen):
    """Precision, recall and F1 of one class; `None` where a figure is not defined."""

    precision: float | None
    recall: float | None
    f1: float | None


class Confusion(Frozen):
    """How many rows with a score raised an alarm, by what they are in truth."""

    alarms_among_abnormal: int
    quiet_among_abnormal: int
    alarms_among_normal: int
    quiet_among_normal: int

    @property
    def abnormal(self) -> int:
        return self.alarms_among_abnormal + self.quiet_among_abnormal

    @property
    def normal(self) -> int:
        return self.alarms_among_normal + self.quiet_among_normal

    @property
    def rows(self) -> int:
        return self.abnormal + self.normal

    @property
    def alarms(self) -> int:
        return self.alarms_among_abnormal + self.alarms_among_normal

    @property
    def accuracy(self) -> float | None:
        return share(self.alarms_among_abnormal + self.quiet_among_normal, self.rows)

    @property
    def has_both_classes(self) -> bool:
        return self.abnormal > 0 and self.normal > 0

    def abnormal_positive(self) -> ClassFigures:
        """The figures with an alarm as the positive answer."""
        return self._figures(
            self.alarms_among_abnormal, answered=self.alarms, present=self.abnormal
        )

    def normal_positive(self) -> ClassFigures:
        """The figures with no alarm as the positive answer."""
        return self._figures(
            self.quiet_among_normal, answered=self.rows - self.alarms, present=self.normal
        )

    def _figures(self, right: int, *, answered: int, present: int) -> ClassFigures:
        # Precision and F1 hang on the mix of the classes; with one class they would only flatter.
        mixed = self.has_both_classes
        return ClassFigures(
            precision=share(right, answered) if mixed else None,
            recall=share(right, present),
            f1=share(2 * right, answered + present) if mixed else None,
        )


def confusion(alarms: npt.NDArray[np.bool_], abnormal: npt.NDArray[np.bool_]) -> Confusion:
    """Count alarms against truth, both (N,) bool."""
    return Confusion(
        alarms_among_abnormal=int((alarms & abnormal).sum()),
        quiet_among_abnormal=int((~alarms & abnormal).sum()),
        alarms_among_normal=int((alarms & ~abnormal).sum()),
        quiet_among_normal=int((~alarms & ~abnormal).sum()),
    )


def share(part: int, whole: int) -> float | None:
    """The part of the whole, or `None` where there is no whole."""
    return part / whole if whole else None
