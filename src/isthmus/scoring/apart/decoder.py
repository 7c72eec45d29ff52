"""From codes to rows: the half of the graph behind the codes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from isthmus.errors import UsageError
from isthmus.model_file import Manifest, ModelFile
from isthmus.model_file.agreement import expected_outputs
from isthmus.model_file.cut import cut
from isthmus.model_file.graph import Value, walk
from isthmus.scoring.digest import ROW_TYPES
from isthmus.scoring.session import FEWEST_ROWS, Session
from isthmus.scoring.sessions import widest

CODES, APART, DRAWS = "codes", "drawn.apart", "drawn.draws"
"""Values inside a graph: all members' codes (M, N, Z), how far the codes that a score draws lie
from these (M, L, N, Z), and the draws themselves (L, 1, Z)."""
DECODED, REBUILT, WITH_SHOWN = "decoded", "rebuilt", "rebuilt.targets"
"""What the members make of codes (M, N, U), the mean of what they rebuild (N, U), and the same with
the cells that a network with targets is only shown."""


class Decoder:
    """Makes rows in the user's units of codes.

    Two graphs are cut out of the whole one: the members' decoders, and the way back from their mean
    to the user's units. Between them one member is chosen for each code.

    Parameters
    ----------
    model : ModelFile
        A verified model file.
    threads : int
        Chunks of rows that are computed at the same time.

    Raises
    ------
    ModelFileError
        If the graph does not name its codes, because an older isthmus wrote it.
    """

    def __init__(self, model: ModelFile, *, threads: int = 1) -> None:
        manifest = model.manifest
        self._manifest = manifest
        members, size = manifest.members, manifest.code_size
        codes = Value(CODES, "float32", (members, "N", size))
        outputs = Value(DECODED, "float32", (members, "N", "U"))
        self._back = WITH_SHOWN if _shown(manifest).any() else REBUILT
        units = Value(self._back, "float32", ("N", "U"))
        (rows,) = (value for value in expected_outputs(manifest) if value.name == "reconstruction")
        self._draws = _draws(model.graph)
        drawn = [Value(APART, "float32", (members, self._draws, "N", size))] if self._draws else []
        width = widest(model)
        self._decoders = Session(
            cut(model.graph, [codes, *drawn], [outputs]), width=width, threads=threads
        )
        self._original = Session(cut(model.graph, [units], [rows]), width=width, threads=threads)

    def decode(self, codes: npt.ArrayLike, member: int | np.ndarray = 0) -> np.ndarray:
        """Rows (N, D) of codes (N, Z), in the user's units.

        A row has the same bits alone, in any company and in any order. Cells of a category are the
        places of its likeliest level; see `isthmus.scoring.apart.named`. A code with a NaN in it
        gives a row of NaN; so are the cells that a network with targets is only shown.

        Parameters
        ----------
        codes : array, shape (N, Z)
            In the code space of `member`: those of other members have no axes in common with it.
        member : int or array of int, shape (N,)
            Whose decoder, from 0; one for all codes or one for each.

        Raises
        ------
        UsageError
            If the shape is another, or there is no such member.
        """
        exact = self._checked(codes)
        chosen = self._members(member, len(exact))
        rows = np.full((len(exact), self._manifest.row_schema.width), np.nan, self._element)
        usable = np.flatnonzero(np.isfinite(exact).all(axis=1))
        for first in range(0, len(usable), self._decoders.chunk_rows):
            part = usable[first : first + self._decoders.chunk_rows]
            rows[part] = self._rows(exact[part], chosen[part])
        rows[:, _shown(self._manifest)] = np.nan
        return rows

    def _rows(self, codes: np.ndarray, members: np.ndarray) -> np.ndarray:
        """Rows of at most one chunk of codes (N, Z)."""
        count, all_members = len(codes), self._manifest.members
        missing = max(FEWEST_ROWS - count, 0)
        codes = np.pad(codes, ((0, missing), (0, 0)))
        inputs = {CODES: np.repeat(codes[None], all_members, axis=0)}
        if self._draws:
            inputs[APART] = np.zeros((all_members, self._draws, *codes.shape), np.float32)
        (units,) = self._decoders.call(inputs, [DECODED])
        own = units[np.pad(members, (0, missing)), np.arange(len(codes))]  # (N, U)
        rows: np.ndarray = self._original.call({self._back: own}, ["reconstruction"])[0][:count]
        return rows

    @property
    def _element(self) -> npt.DTypeLike:
        return ROW_TYPES[self._manifest.kind]

    def _checked(self, codes: npt.ArrayLike) -> np.ndarray:
        exact = np.asarray(codes, np.float32)
        size = self._manifest.code_size
        if exact.ndim != 2 or exact.shape[1] != size:
            raise UsageError(
                f"codes of {size} numbers were expected, an array of shape {exact.shape} came",
                advice="Give codes of shape (N, Z), as encoding gives them.",
            )
        return exact

    def _members(self, member: int | np.ndarray, count: int) -> np.ndarray:
        """The member of each code, shape (N,)."""
        members = np.asarray(member)
        wrong = np.unique(members[(members < 0) | (members >= self._manifest.members)])
        if members.dtype.kind not in "iu" or members.shape not in ((), (count,)) or wrong.size:
            raise UsageError(
                f"member: whole numbers from 0 to {self._manifest.members - 1} were expected, one "
                f"or as many as codes, got {', '.join(map(str, wrong)) or repr(member)}"
            )
        return np.broadcast_to(members, (count,))


def _draws(graph: bytes) -> int:
    """How many codes the score draws for each row, L; 0 where it takes the mean code."""
    held = [value for value in walk(graph).initializers if value.name == DRAWS]
    return int(held[0].shape[0]) if held else 0


def _shown(manifest: Manifest) -> np.ndarray:
    """The cells that the network is only shown, and does not rebuild: bool, shape (D,)."""
    targets = manifest.row_schema.targets
    shown = np.full(manifest.row_schema.width, bool(targets))
    shown[list(targets)] = False
    return shown
