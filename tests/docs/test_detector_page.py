"""What docs/detector.md says of the default detector is what the options and the code do."""

from __future__ import annotations

import re

import pytest
from pages import blocks, page, program

from isthmus.options import PRESETS, CalibrationOptions, FitOptions, ViewOptions
from isthmus.options.presets import OF_TABLES, SMALL
from isthmus.training import bank, budget, space
from isthmus.training.noise import LEAST_LEVEL
from isthmus.training.steps import squash

DOCUMENT = page("detector")
WORDS = " ".join(DOCUMENT.split())
TABLE = {
    cells[0]: cells[1:]
    for line in re.findall(r"^\| (.+) \|$", DOCUMENT, re.M)
    for cells in [[cell.strip() for cell in line.split(" | ")]]
}


def of_table(row):
    """What stands in one row for each preset."""
    return dict(zip(PRESETS, TABLE[row], strict=True))


def settled(preset, kind="table"):
    return FitOptions.from_flat(preset=preset).settled(kind)


def networks(preset, scheme, kind="table", architecture="dense"):
    """How many there are in all."""
    calibration = settled(preset, kind).calibration
    wanted = scheme if calibration.scheme == "auto" else calibration.scheme
    groups = calibration.folds if wanted == "cross" else 1
    return groups * calibration.members_of(wanted, architecture, kind, preset)


def test_the_program_says_what_is_shown(tmp_path):
    (code,) = blocks(DOCUMENT, "python")
    (shown,) = blocks(DOCUMENT, "text")
    assert program(code, tmp_path) == shown


@pytest.mark.parametrize("preset", PRESETS)
def test_the_table_has_as_many_networks_as_there_are(preset):
    shown = of_table("networks for tables and signals")[preset]
    assert {networks(preset, scheme) for scheme in ("split", "cross")} == {int(shown)}
    assert {networks(preset, scheme, "signal") for scheme in ("split", "cross")} == {int(shown)}
    shown = re.findall(r"\d+", of_table("networks for images and of other architectures")[preset])
    for kind, architecture in (("image", "dense"), ("signal", "conv1d")):
        found = [networks(preset, scheme, kind, architecture) for scheme in ("split", "cross")]
        assert found[0] == int(shown[0])
        assert found[1] == int(shown[-1])


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize(("row", "kind"), [("table network", "table"), ("image network", "image")])
def test_the_table_has_their_widths(preset, row, kind):
    encoder, code_size, decoder = settled(preset, kind).network.widths(kind, 30)
    shown = "-".join(["D", *map(str, (*encoder, code_size, *decoder)), "D"])
    assert of_table(row)[preset] == shown


def test_the_table_has_the_updates_and_the_rows_of_the_bank():
    updates = of_table("updates of each network")
    for preset in ("fast", "best"):
        epochs, fewest, most = budget.STEPS[preset]
        assert updates[preset] == f"{epochs} epochs, from {fewest} to {most}"
    assert budget.STEPS["balanced"] == budget.STEPS["fast"]
    assert PRESETS["balanced"] == {}
    best, tables = PRESETS["best"], OF_TABLES["best"]
    rows = of_table("rows in the bank")
    assert rows["balanced"] == str(ViewOptions().bank_rows) == "4096"
    assert f"at most {ViewOptions().bank_rows}" in DOCUMENT
    assert rows["best"] == f"{best['bank_rows']}, of tables {tables['bank_rows']}"
    for kind, wanted in (("table", tables), ("signal", best), ("image", best)):
        chosen = settled("best", kind)
        assert chosen.views.bank_rows == wanted["bank_rows"]
        usual = CalibrationOptions().split_from
        assert chosen.calibration.split_from == wanted.get("split_from", usual)
    scheme = of_table("calibration")
    assert scheme["balanced"] == f"`cross` below {CalibrationOptions().split_from} rows"
    assert scheme["best"].endswith(f"of tables `cross` below {tables['split_from']} rows")
    assert (rows["fast"], settled("fast").views.distance) == ("none", "off")
    assert SMALL["table"]["code_size"] == 32
    assert CalibrationOptions().folds == 5


def test_the_numbers_of_the_formulas_are_those_of_the_code():
    assert f"where |z| <= {squash.FROM:g}" in DOCUMENT
    assert f"sign(z) ({squash.FROM:g} + log(1 + |z| - {squash.FROM:g}))" in DOCUMENT
    assert "between a twentieth of a standard deviation and one" in WORDS
    assert LEAST_LEVEL == 1 / 20
    assert f"its {bank.NEIGHBOURS} nearest neighbours" in DOCUMENT
    assert f"in the bank, + {bank.NEARLY:g}" in DOCUMENT
    assert f"(u(b) + {bank.TYPICAL['table']:g} mean u)" in DOCUMENT
    assert bank.TYPICAL["signal"] is None
    assert f"at most the {100 * bank.LONELY:g}th percentile" in DOCUMENT
    assert "dealt into two parts" in WORDS
    assert bank.PARTS["signal"] == 2
    assert "by a fortieth of their length" in WORDS
    assert space.BLUR == 1 / 40
    assert FitOptions().network.noise("table") == 1.0


def test_every_option_that_is_named_exists():
    from isthmus.cli.app import load

    known = {
        word for option in load("fit").params for word in (*option.opts, *option.secondary_opts)
    }
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", DOCUMENT)) <= known
