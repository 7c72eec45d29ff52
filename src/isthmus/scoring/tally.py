"""What went by while rows were scored, batch by batch."""

from __future__ import annotations

from dataclasses import dataclass

from isthmus.read import Rows
from isthmus.schema import Schema
from isthmus.scoring.familiarity import Familiarity
from isthmus.scoring.scores import Scores


@dataclass
class Tally:
    """Counts, and what is foreign to the detector."""

    familiarity: Familiarity
    rows: int = 0
    alarms: int = 0
    invalid: int = 0

    @classmethod
    def of(cls, schema: Schema) -> Tally:
        """Nothing yet, for a detector with that schema."""
        return cls(Familiarity(schema))

    def add(self, rows: Rows, scores: Scores) -> None:
        """Count a batch."""
        self.familiarity.add(rows)
        self.rows += len(scores)
        self.alarms += int(scores.is_anomaly.sum())
        self.invalid += int(scores.is_invalid.sum())

    def warnings(self, source: str) -> list[str]:
        """What the user should know of `source`, all of which went by."""
        empty = [] if self.rows else [f"{source}: has columns but no rows"]
        return [*empty, *self.familiarity.warnings]
