"""`isthmus explain`: a sentence and a table for every alarm, and nothing else on stdout."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from made import category, model, number

from isthmus.scoring.scorer import Scorer

EXPLAIN = ("explain", "table.onnx", "rows.csv", "--threshold", "fixed:4")
COLUMNS = [number("temperature"), category("service", "http", "ftp"), number("age", missing=0.1)]
LINES = ["machine,temperature,service,age"] + [
    f"{place:03d},{cells}"
    for place, cells in enumerate(
        ["74.9,http,30", "81.2,http,31", "75,xyz,30", "nan,,", "74,http,40", "oops,http,30",
         "60,http,30", "75,ftp,"]
    )
]  # fmt: skip
TEXT = """\
row 1: `temperature` is 81.2, above anything in training (max 80.1), where about 74.9 (+- 1.1) was \
expected (98 % of the error)
  machine 001, score 40.69, p-value 0.05, alarm
  cell         observed  expected  usually +-  of error  times usual  p-value
  temperature      81.2      74.9         1.1      98 %           40     0.01

row 3: could not be scored: every cell is missing
  machine 003

row 4: `age` is 40 where about 30 (+- 1.1) was expected (99 % of the error)
  machine 004, score 100.8, p-value 0.05, alarm
  cell  observed  expected  usually +-  of error  times usual  p-value
  age         40        30         1.1      99 %          100     0.01

"""


@pytest.fixture
def table(isthmus):
    """The command line beside a detector made by hand, whose errors are known, and rows."""
    Path("table.onnx").write_bytes(model(COLUMNS, [74.9, 0, 30]))
    Path("rows.csv").write_text("\n".join(LINES) + "\n")
    return lambda *words: isthmus(*words, "--id", "machine")


def objects(done):
    return [json.loads(line, parse_constant=pytest.fail) for line in done.lines]


def test_standard_output_holds_the_explanations_in_order_and_nothing_else(table):
    done = table(*EXPLAIN, "--top", "1")
    assert done.code == 0
    assert done.out.decode().startswith(TEXT)
    numbers = [int(line.split()[1][:-1]) for line in done.lines if line.startswith("row ")]
    assert numbers == [1, 3, 4, 5, 6, 7]
    assert "8 rows, 4 alarms, 2 invalid; alarm where score > 4: a fixed 4" in done.err
    assert "row 5: could not be scored: column 'temperature'" in done.out.decode()


def test_json_is_one_object_a_line_and_says_what_the_library_says(table):
    found = objects(table(*EXPLAIN, "--json"))
    scorer = Scorer.load("table.onnx")
    from isthmus.options import RowOptions

    expected = scorer.explain(
        "rows.csv", threshold="fixed:4", columns=RowOptions(id=("machine",))
    ).as_json()
    assert found == json.loads(json.dumps(expected))
    assert [line["status"] for line in found] == [
        "scored", "invalid", "scored", "invalid", "scored", "scored",
    ]  # fmt: skip
    assert found[0]["ids"] == {"machine": "001"}


def test_rows_are_chosen_by_number(table):
    done = table(*EXPLAIN, "--rows", "0, 2,3")
    assert done.code == 0
    sentences = [line for line in done.lines if line.startswith("row ")]
    assert sentences == [
        "row 0: every cell is exactly as expected",
        "row 2: no alarm; furthest off: `service`, which is 'xyz', which training never had (99 % "
        "of the error)",
        "row 3: could not be scored: every cell is missing",
    ]
    assert "3 rows asked for, 0 alarms, 1 invalid" in done.err


def test_the_strangest_are_kept_and_the_others_counted(table):
    done = table(*EXPLAIN, "--most", "1", "--json")
    assert [line["row"] for line in objects(done)] == [3, 6]
    assert "explained: the strangest 1 of 4 alarms" in done.err
    assert "listed: the first 1 of 2 invalid rows" in done.err
    enough = table(*EXPLAIN, "--most", "4", "--json")
    assert enough.out == table(*EXPLAIN, "--json").out
    assert "explained: " not in enough.err


def test_top_limits_the_lines_of_each_table(table):
    for top in (1, 2, 3):
        found = objects(table(*EXPLAIN, "--top", str(top), "--json"))
        assert {len(line["cells"]) for line in found} == {0, top}


def test_a_file_holds_what_standard_output_does(table):
    for name, more in (("reasons.txt", ()), ("reasons.jsonl", ("--json",))):
        printed = table(*EXPLAIN, *more)
        done = table(*EXPLAIN, *more, "-o", name)
        assert (done.code, done.out) == (0, b"")
        assert Path(name).read_bytes() == printed.out
        refused = table(*EXPLAIN, *more, "-o", name)
        assert refused.code == 6
        assert f"{name}: exists already" in refused.err
        assert table(*EXPLAIN, *more, "-o", name, "--force").code == 0


def test_a_failure_on_the_way_leaves_the_old_file(table):
    Path("reasons.txt").write_text("precious")
    with Path("rows.csv").open("a") as file:
        file.write("1,2\n")
    done = table(*EXPLAIN, "-o", "reasons.txt", "--force")
    assert done.code == 4
    assert Path("reasons.txt").read_text() == "precious"
    assert not list(Path().glob(".isthmus-unfinished-*"))


def test_standard_input_is_explained_as_the_file_is(table, monkeypatch):
    expected = table(*EXPLAIN)
    content = io.BytesIO(Path("rows.csv").read_bytes())
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=content))
    done = table("explain", "table.onnx", "-", *EXPLAIN[3:])
    assert (done.code, done.out) == (0, expected.out)
    again = io.BytesIO(Path("rows.csv").read_bytes())
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=again))
    refused = table("explain", "table.onnx", "-", "--fdr", "0.1")
    assert (refused.code, refused.out) == (2, b"")
    assert "--fdr reads the data twice, and standard input can be read once" in refused.err


def test_quiet_says_nothing_and_changes_no_output(table):
    loud, quiet = table(*EXPLAIN), table(*EXPLAIN, "--quiet")
    assert (quiet.code, quiet.err, quiet.out) == (0, "", loud.out)


def test_data_without_alarms_or_rows_give_nothing(table):
    done = table("explain", "table.onnx", "rows.csv", "--threshold", "fixed:1e9", "--json")
    assert [line["status"] for line in objects(done)] == ["invalid", "invalid"]
    Path("none.csv").write_text(LINES[0] + "\n")
    done = table("explain", "table.onnx", "none.csv")
    assert (done.code, done.out) == (0, b"")
    assert "0 rows, 0 alarms, 0 invalid" in done.err


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--rows", "x"), 2, "--rows: whole numbers from 0, such as 3,17, were expected, got 'x'"),
        (("--rows", "-1"), 2, "--rows: whole numbers from 0"),
        (("--rows", ""), 2, "--rows: whole numbers from 0"),
        (("--rows", "99"), 4, "rows.csv: there is no row 99; it has 8 rows, numbered from 0"),
        (("--rows", "3", "--most", "2"), 2, "--rows says which rows to explain: leave out --most"),
        (("--top", "0"), 2, "--top: should be greater than or equal to 1, got '0'"),
        (("--most", "0"), 2, "--most: should be greater than or equal to 1, got '0'"),
        (("--fdr", "2"), 2, "--fdr: a number between 0 and 1 was expected, got 2.0"),
        (("--fdr", "0.1", "--alpha", "0.1"), 2, "leave out --alpha and --threshold"),
        (("--alpha", "0.1", "--threshold", "fixed:1"), 2, "exclude each other"),
        (("-o", "reasons.parquet"), 2, "explain writes text, or JSON lines with --json"),
        (("-o", "reasons.jsonl"), 2, "Add --json, or choose another name."),
        (("-o", "rows.csv", "--force"), 2, "is the data itself"),
        (("-o", ""), 2, "-o: is empty"),
        (("--drop", "age"), 4, "column 'age' is given as --drop, but the detector needs it"),
    ],
)
def test_a_mistake_gets_one_clear_message(table, words, code, said):
    before = sorted(path.name for path in Path().iterdir())
    done = table("explain", "table.onnx", "rows.csv", *words)
    assert (done.code, done.out) == (code, b"")
    assert said in done.err
    assert done.err.count("isthmus: ") == 1
    assert sorted(path.name for path in Path().iterdir()) == before


def test_hostile_words_cannot_take_over_the_terminal(isthmus):
    name, level = "a`\x1b[31m\tb", "\x1b]0;owned\x07\u202e"
    columns = [category(name, "http", "ftp"), number("x" * 500)]
    Path("table.onnx").write_bytes(model(columns, [0, 0]))
    Path("rows.csv").write_text(f'"{name}","{"x" * 500}"\n"{level}",9\nhttp,99\n')
    done = isthmus("explain", "table.onnx", "rows.csv", "--threshold", "fixed:0")
    assert done.code == 0, done.err
    assert all(line.isprintable() and len(line) < 300 for line in done.lines)
    found = objects(
        isthmus("explain", "table.onnx", "rows.csv", "--threshold", "fixed:0", "--json")
    )
    assert found[0]["cells"][0]["name"] == "x" * 500
    assert found[0]["cells"][1]["observed"] == level


def test_a_trained_signal_is_explained_in_intervals(isthmus):
    done = isthmus("explain", "detector.onnx", "all.csv", "--label", "target", "--json", "-q")
    found = objects(done)
    assert (done.code, done.err) == (0, "")
    scores = Scorer.load("detector.onnx").score("all.csv", columns=labelled())
    assert [line["row"] for line in found] == scores.is_anomaly.nonzero()[0].tolist()
    for line in found:
        assert line["cells"] == []
        assert 1 <= len(line["intervals"]) <= 3
        for interval in line["intervals"]:
            assert 0 <= interval["first"] <= interval["peak"]["place"] <= interval["last"] < 140
    text = isthmus("explain", "detector.onnx", "all.csv", "--label", "target", "-q")
    assert [line for line in text.lines if line.startswith("row ")] == [
        line["sentence"] for line in found
    ]


def labelled():
    from isthmus.options import RowOptions

    return RowOptions(label="target")


def test_a_pipe_that_nobody_reads_ends_it_without_a_word(process):
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = process(
            "explain", "detector.onnx", "all.csv", "--label", "target", "-q", stdout=writer
        )
    finally:
        os.close(writer)
    assert (done.code, done.err) == (141, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_a_failure_of_output(process):
    words = ("explain", "detector.onnx", "all.csv", "--label", "target", "-q")
    with Path("/dev/full").open("wb") as full:
        done = process(*words, stdout=full.fileno())
    assert done.code == 6
    assert "No space left on device" in done.err
    assert "Traceback" not in done.err


def test_head_gets_its_line_without_any_noise(here):
    words = "explain detector.onnx all.csv --label target -q --json"
    line = f"{sys.executable} -m isthmus {words} | head -1"
    done = subprocess.run(["bash", "-c", line], cwd=here, capture_output=True, check=True)
    assert json.loads(done.stdout)["status"] == "scored"
    assert done.stderr == b""
