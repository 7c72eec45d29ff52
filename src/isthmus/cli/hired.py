"""Who is to do a long task: this process, or workers of an engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple, Optional

import typer

if TYPE_CHECKING:
    from isthmus.distributed.engines import EngineName

Engine = Annotated[
    Optional[Literal["auto", "local", "ray"]],  # noqa: UP045 (typer reads it)
    typer.Option(
        help="Who scores a folder into a folder, or learns from all rows: this process, or workers "
        "of Ray; auto is local, unless workers or an address are given."
    ),
]
Workers = Annotated[
    Optional[int],  # noqa: UP045
    typer.Option(min=1, metavar="INTEGER", help="Processes of the engine; by default all cores."),
]
Address = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option(metavar="TEXT", help="Ray cluster to use; by default one is started here."),
]


class Hired(NamedTuple):
    """Who is to work, as it was asked for."""

    engine: EngineName | None
    workers: int | None
    address: str | None

    @property
    def asked(self) -> bool:
        """Whether anything was said of it."""
        return self != (None, None, None)
