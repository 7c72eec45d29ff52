"""`isthmus explain --heat-maps`: the explained images are drawn in a second pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from isthmus.options import RowOptions
    from isthmus.read import Source
    from isthmus.scoring.explain import Entry
    from isthmus.scoring.scorer import Scorer


class HeatMaps:
    """Which images are to be drawn, and where.

    Parameters
    ----------
    folder : str or None
        None: nothing is drawn.
    scorer : Scorer
        The detector.
    data : str
        Where the images lie.
    force : bool
        Whether drawings may be replaced.

    Raises
    ------
    UsageError
        If the detector knows no images, or the folder lies among the images.
    FileAccessError
        If the folder cannot be made, or holds anything and `force` is false.
    """

    def __init__(self, folder: str | None, scorer: Scorer, *, data: str, force: bool) -> None:
        self._folder, self._scorer, self._force = folder, scorer, force
        self._rows: set[int] = set()
        if folder is not None:
            from isthmus.errors import require
            from isthmus.scoring.explain.overlay import claim_folder
            from isthmus.scoring.explain.views import form_of

            form_of(scorer.schema)
            require("PIL", extra="images", purpose="drawing heat maps")
            _refuse_among(folder, data)
            claim_folder(folder, force=force)

    def want(self, entry: Entry) -> None:
        """Remember the row of an entry that was explained."""
        from isthmus.scoring.explain import Explanation

        if self._folder is not None and isinstance(entry, Explanation):
            self._rows.add(entry.row)

    def draw(self, source: Source, columns: RowOptions) -> None:
        """Read the source again and write a file for each row."""
        from isthmus.scoring.explain import stream_views
        from isthmus.scoring.explain.overlay import save_view

        if self._folder is None or not self._rows:
            return
        for view in stream_views(self._scorer, source, columns, self._rows):
            save_view(self._folder, view, self._scorer.schema, force=self._force)

    @property
    def said(self) -> list[str]:
        """What was written."""
        from isthmus.read.counting import counted

        if self._folder is None:
            return []
        return [f"{self._folder}: {counted(len(self._rows), 'heat map')}"]


def _refuse_among(folder: str, data: str) -> None:
    """Heat maps among the images would be taken for images the next time."""
    from pathlib import Path

    from isthmus.errors import UsageError

    if data != "-" and Path(folder).resolve().is_relative_to(Path(data).resolve()):
        raise UsageError(
            f"--heat-maps {folder}: lies among the images of {data}",
            advice="Choose another folder for the heat maps.",
        )
