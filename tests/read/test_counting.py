"""Numbers of things, in words."""

from __future__ import annotations

import pytest

from isthmus.read.counting import counted


@pytest.mark.parametrize(("count", "said"), [(0, "0 rows"), (1, "1 row"), (2, "2 rows")])
def test_one_thing_alone_is_in_the_singular(count: int, said: str) -> None:
    assert counted(count, "row") == said
