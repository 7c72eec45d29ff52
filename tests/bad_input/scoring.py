"""Scoring bad input."""

from __future__ import annotations

import pyarrow as pa

from tests.bad_input.case import CLOSED_PIPE, FULL_DISK, WITH_MAKER, Case, bad
from tests.bad_input.material import NAMES, USUAL, N, json_lines, lines, parquet, to_score

SCORE = "score detector.onnx bad.csv"

# fmt: off
SCORING = (
    Case("a row without any value", SCORE, 0, "that row is invalid: `every cell is missing`",
         bad(to_score(("", "", ""))), invalid=(1,)),
    Case("a missing cell", SCORE, 0, "scored by the other cells, and by its being missing",
         bad(to_score(("20", "", "100")))),
    Case("NaN in a cell", SCORE, 0, "scored as a missing cell", bad(to_score(("NaN", "5", "100")))),
    Case("infinity in a cell", SCORE, 0,
         "that row is invalid: `column 'temperature' is infinite`",
         bad(to_score(("inf", "5", "100"), ("-inf", "5", "100"))), invalid=(1, 2)),
    Case("1e308 in a cell", SCORE, 0, "scored, an alarm: `3 rows, 1 alarm, 0 invalid`",
         bad(to_score(("1e308", "5", "100")))),
    Case("1e400, which no float64 holds", SCORE, 0,
         "that row is invalid: `column 'temperature' is infinite`",
         bad(to_score(("1e400", "5", "100"))), invalid=(1,)),
    Case("whole numbers above 2^53", SCORE, 0,
         "scored as the nearest float64, an alarm: `3 rows, 1 alarm, 0 invalid`",
         bad(to_score((str(2**53 + 1), "5", "100")))),
    Case("a text where a number was", SCORE, 0,
         "that row is invalid: `column 'temperature': 'hot' is not a number`",
         bad(to_score(("hot", "5", "100"))), invalid=(1,)),
    Case("a date where a number was", SCORE, 0,
         "that row is invalid: `column 'temperature': '2024-01-01' is not a number`",
         bad(to_score(("2024-01-01", "5", "100"))), invalid=(1,)),
    Case("nothing but rows that cannot be scored", SCORE, 0,
         "every row is invalid: `3 rows, 0 alarms, 3 invalid`",
         bad(lines(*[("hot", "5", "100")] * 3)), invalid=(0, 1, 2)),
    Case("objects where numbers were, in JSON lines", "score detector.onnx bad.jsonl", 0,
         "those rows are invalid: `column 'speed': {'x': 1} is not a number`",
         {"bad.jsonl": json_lines(speed={"x": 1})}, invalid=tuple(range(N))),
    Case("lists where numbers were, in Parquet", "score detector.onnx bad.parquet", 4,
         "refused: `column 'speed' holds lists or structures, numbers were expected`",
         {"bad.parquet": lambda: parquet(speed=pa.array([[1.0]] * N))}),
    Case("truth values where numbers were", "score detector.onnx bad.parquet", 0,
         "scored as 1 and 0: `60 rows, 60 alarms, 0 invalid`",
         {"bad.parquet": lambda: parquet(speed=pa.array([True] * N))}),
    Case("a category that was never seen", "score machines.onnx bad.csv", 0,
         "scored, and stranger than one that was seen",
         bad(lines(("20", "5", "abb"), ("20", "5", "acme"), names=WITH_MAKER))),
    Case("a number where a category was", "score machines.onnx bad.csv", 0,
         "scored as a category that was never seen",
         bad(lines(("20", "5", "abb"), ("20", "5", "7"), names=WITH_MAKER))),
    Case("a category in other letters throughout", "score machines.onnx bad.csv", 0,
         "scored, and warns: `column 'maker': 3 of 3 values are none of the 3 levels that training "
         "had, such as 'ABB' (is it 'abb'?)`",
         bad(lines(*[("20", "5", "ABB")] * 3, names=WITH_MAKER))),
    Case("a column that is missing throughout and never was in training", SCORE, 0,
         "scored, and warns: `column 'speed' is missing in all 3 rows, which it never was in "
         "training`", bad(lines(*[("20", "5", "")] * 3))),
    Case("one column for a detector of three", SCORE, 4,
         "refused: `column 'pressure' is missing`, `column 'speed' is missing`; `The detector was "
         "trained on: temperature, pressure, speed`", bad(lines(("20",), names=NAMES[:1]))),
    Case("one column without a name", SCORE, 4,
         "refused: `1 column came, the detector was trained on 3`; `Give all of them, in the "
         "order of training: temperature, pressure, speed`", bad(b"20\n21\n22\n")),
    Case("columns in another order", SCORE, 0, "laid by name: `3 rows, 0 alarms, 0 invalid`",
         bad(lines(*[USUAL[::-1]] * 3, names=NAMES[::-1]))),
    Case("a missing column", SCORE, 4, "refused: `column 'speed' is missing`; `The detector was "
         "trained on: temperature, pressure, speed`", bad(lines(("20", "5"), names=NAMES[:2]))),
    Case("an extra column", SCORE, 4,
         "refused: `column 'colour' is not one the detector knows`; `--drop`, `--id`",
         bad(to_score((*USUAL, "1"), names=(*NAMES, "colour")))),
    Case("a column twice", SCORE, 4, "refused: `column 'speed' stands 2 times`; `Each column is "
         "needed once`", bad(to_score((*USUAL, "1"), names=(*NAMES, "speed")))),
    Case("a misspelt column", SCORE, 4,
         "refused: `column 'pressure' is missing (is it 'presure'?)`; `The detector was trained "
         "on`", bad(to_score(USUAL, names=("temperature", "presure", "speed")))),
    Case("all of that at once", SCORE, 4,
         "refused in one message: `column 'colour' stands 2 times`, `column 'pressure' is missing "
         "(is it 'presure'?)`, `column 'speed' is missing`",
         bad(to_score((*USUAL, "1"), names=("temperature", "presure", "colour", "colour")))),
    Case("an empty file", SCORE, 4, "refused: `is empty, rows were expected`", bad(b"")),
    Case("a header without rows", SCORE, 0,
         "warns, and a header without rows comes out: `bad.csv: has columns but no rows`; `0 rows, "
         "0 alarms, 0 invalid`", bad(lines())),
    Case("a line that is too short", SCORE, 4,
         "refused, and no scores are left half-written: `line 3 has 2 cells, 3 were expected`",
         bad(to_score(("1", "2")))),
    Case("Latin-1 letters", SCORE, 4, "refused: `the byte 0xf6 is not UTF-8`; `iconv -f LATIN1`",
         bad(to_score().replace(b"speed", "größe".encode("latin-1")))),
    Case("an id column named like a score", f"{SCORE} --id row", 4,
         "refused: `the id column 'row' has the name of a column of the scores`; `Rename it`",
         bad(to_score((*USUAL, "1"), names=(*NAMES, "row")))),
    Case("a column dropped that the detector needs", "score detector.onnx new.csv --drop speed", 4,
         "refused: `column 'speed' is given as --drop, but the detector needs it`",
         where="new.csv"),
    Case("no such file", "score detector.onnx none.csv", 6,
         "refused: `none.csv: there is no such file`", where="none.csv"),
    Case("a folder of files in several formats", "score detector.onnx .", 6,
         "refused: `holds files of several formats`; `--format parquet`",
         {"other.parquet": lambda: parquet()}, where=".:"),
    Case("a folder into a folder that lies in it", "score detector.onnx . -o scores/", 2,
         "refused: `lies in the folder of the data or around it`", where="scores:"),
    Case("a file for an engine", "score detector.onnx new.csv -o scores/ --engine local", 6,
         "refused: `is no folder, and an engine scores the files of one`", where="new.csv:"),
    Case("an output that exists", "score detector.onnx new.csv -o normal.csv", 6,
         "refused, and the old file stays: `exists already`; `--force`", where="normal.csv"),
    Case("an output whose name says no format", "score detector.onnx new.csv -o out.xyz", 2,
         "refused: `the name does not say which format to write`; `End it with one of .csv`",
         where="out.xyz"),
    Case("standard output on a full disk", "score detector.onnx new.csv -o -", 6,
         "`standard output: could not be written: No space left on device`",
         where="standard output", circumstance=FULL_DISK),
    Case("standard output that nobody reads any more", "score detector.onnx new.csv -o -", 141,
         "leaves without a word", circumstance=CLOSED_PIPE),
)
# fmt: on
