"""Every command and program of docs/guards.md works, and gives what is shown."""

from __future__ import annotations

from pages import differences, done, page, steps

from isthmus.training import suspects, synthetic, twin, verdict
from isthmus.training.collapse import BY_CHANCE, COPIED, FROM_PRIOR
from isthmus.training.guards import MARGIN, MOST_ROWS

DOCUMENT = page("guards")


def test_the_commands_and_programs_give_what_is_shown(tmp_path):
    ran = steps(DOCUMENT)
    assert len(ran) == 7
    for words, output in ran:
        came = done(words, tmp_path)
        assert came.returncode == 0, came.stdout
        difference = output and differences(output, came.stdout)
        assert not difference, f"{words[-1]}\n{difference}\n{came.stdout}"


def test_the_kinds_of_anomalies_are_those_that_are_made():
    for name in synthetic.MAKERS:
        assert f"| `{name}` |" in DOCUMENT
    for name in verdict.COLLAPSED:
        assert f"| `{name}` |" in DOCUMENT


def test_the_numbers_are_those_of_the_code():
    assert (MARGIN, MOST_ROWS, twin.EXPLAINED) == (0.01, 2000, 0.9)
    assert (COPIED, BY_CHANCE, FROM_PRIOR) == (1e-3, 0.6, 0.05)
    assert (suspects.CROWD, suspects.NEIGHBOURS, suspects.EXPLAINED) == (1.2, 20, 0.7)
    assert (suspects.CAUTION, suspects.LEAST_CORE) == (3.0, 0.5)
    assert (verdict.FAR, verdict.FEWEST) == (6.0, 3)
