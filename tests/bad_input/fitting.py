"""Learning from bad input."""

from __future__ import annotations

import datetime

import pyarrow as pa

from tests.bad_input.case import UNREADABLE, Case, bad
from tests.bad_input.material import (
    MAKERS,
    NAMES,
    USUAL,
    N,
    json_lines,
    labelled,
    lines,
    normal,
    normal_rows,
    normal_with,
    packed,
    parquet,
    pickled,
)

FIT = "fit bad.csv"
LABELLED_FIT = "fit bad.csv --label state"

# fmt: off
FITTING = (
    Case("fewer than 10 rows", FIT, 4,
         "refused: `9 normal rows with a value came, at least 10 are needed`; `Give more normal "
         "rows`", bad(lines(*normal_rows()[:9]))),
    Case("one row", FIT, 4,
         "refused: `1 normal row with a value came, at least 10 are needed`",
         bad(lines(USUAL))),
    Case("one column", FIT, 0, "learns: `table of 1 column`",
         bad(lines(*[row[:1] for row in normal_rows()], names=NAMES[:1]))),
    Case("a constant column", FIT, 0,
         "learns and warns: `'speed' never varied in training: any change there is an alarm` "
         "(`--drop`)", bad(normal(speed=["100"] * N))),
    Case("nothing but constant columns", FIT, 0,
         "learns and warns: `'temperature', 'pressure', 'speed' never varied in training`",
         bad(lines(*[USUAL] * N))),
    Case("a column without any value", FIT, 0,
         "learns and warns: `'speed' had no value at all in training: any value is an alarm`",
         bad(normal(speed=[""] * N))),
    Case("rows without any value", FIT, 0,
         "learns from the others: `2 training rows have no value in any column and teach nothing`",
         bad(normal() + b",,\n,,\n")),
    Case("no row with a value", FIT, 4,
         "refused: `0 normal rows with a value came, at least 10 are needed`",
         bad(lines(*[("", "", "")] * N))),
    Case("NaN in a cell", FIT, 0, "a missing cell: `table of 3 columns`", bad(normal_with("nan"))),
    Case("infinity in a cell", FIT, 4,
         "refused: `row 0, column 'temperature': inf cannot be learnt from`; `Leave such rows "
         "out, or leave their cells empty`", bad(normal_with("inf"))),
    Case("1e400, which no float64 holds", FIT, 4,
         "refused as infinite: `column 'temperature': inf cannot be learnt from`",
         bad(normal_with("1e400"))),
    Case("1e308 in a cell", FIT, 4,
         "refused: `row 0, column 'temperature': 1e+308 cannot be learnt from`; `Beyond 1e+300 in "
         "size no number can be learnt from: leave the column out, or rescale it`",
         bad(normal_with("1e308"))),
    Case("whole numbers above 2^53", FIT, 0,
         "learns and warns: `column 'speed' has whole numbers above 2^53, whose digits beyond the "
         "16th are lost` (`--id or --drop`)",
         bad(normal(speed=[str(2**53 + 1 + place) for place in range(N)]))),
    Case("a column that counts the rows", FIT, 0,
         "learns and warns: `column 'number' looks like a row number` (`--id or --drop`)",
         bad(normal(number=[str(place) for place in range(N)]))),
    Case("two columns of one name", FIT, 4,
         "refused: `column 'a' stands 2 times`; `Rename them so that each name stands once`",
         bad(lines(*normal_rows(), names=("a", "b", "a")))),
    Case("a text column with few values", FIT, 0,
         "a category: `text is taken as categories: 'maker' (3 levels); --drop to leave it out`",
         bad(normal(maker=[MAKERS[place % 3] for place in range(N)]))),
    Case("a text column in which every value differs", FIT, 4,
         "refused: `column 'serial' is text that hardly repeats: 60 different values in 60 cells, "
         "such as 'M0' in row 0`; `--drop`, `--id`, `--category`",
         bad(normal(serial=[f"M{place}" for place in range(N)]))),
    Case("dates", FIT, 4,
         "refused: `column 'day' is dates or times, such as '2024-03-01' in row 0`; `--drop`, "
         "`--id`", bad(normal(day=[f"2024-03-{1 + place % 28:02d}" for place in range(N)]))),
    Case("dates in Parquet", "fit bad.parquet", 4,
         "refused: `column 'day' is dates or times, such as 2024-01-01 in row 0`",
         {"bad.parquet": lambda: parquet(day=pa.array([datetime.date(2024, 1, 1)] * N))}),
    Case("a text among numbers", FIT, 4,
         "refused: `column 'temperature' is mixed: 'broken' in row 0 is not a number, 59 of 60 "
         "cells are`; `Mend cells that are no numbers, or empty them`",
         bad(normal_with("broken"))),
    Case("decimal commas", FIT, 4,
         "refused: `column 'temperature' is mixed`; `Are these decimal commas? --decimal , reads "
         "them`", bad(normal().replace(b",", b";").replace(b".", b","))),
    Case("objects in JSON lines", "fit bad.jsonl", 4,
         "refused: `column 'where' holds lists or structures, numbers or text were expected`; "
         "`Give each part a column of its own`", {"bad.jsonl": json_lines(where={"x": 1})}),
    Case("lists in Parquet", "fit bad.parquet", 4,
         "refused: `column 'where' holds lists or structures, numbers or text were expected`; "
         "`--drop`", {"bad.parquet": lambda: parquet(where=pa.array([[1, 2]] * N))}),
    Case("a line that is no JSON", "fit bad.jsonl", 4, "refused: `line 61, place 1: not JSON`; "
         "`Write one whole object a line`", {"bad.jsonl": json_lines() + b"{oops\n"}),
    Case("an empty file", FIT, 4, "refused: `is empty, rows were expected`", bad(b"")),
    Case("a header without rows", FIT, 4, "refused: `has columns but no rows`; `at least 10 are "
         "needed to learn from`", bad(lines())),
    Case("a line that is too short", FIT, 4,
         "refused: `line 62 has 2 cells, 3 were expected`; `--delimiter`",
         bad(normal() + b"1,2\n")),
    Case("a line that is too long", FIT, 4, "refused: `line 62 has 4 cells, 3 were expected`",
         bad(normal() + b"1,2,3,4\n")),
    Case("a quote that is never closed", FIT, 4,
         "refused: `line 62: a quote (\") is opened and never closed`; `Close it`",
         bad(normal() + b'"1,2,3\n4,5,6\n')),
    Case("Latin-1 letters", FIT, 4,
         "refused: `line 1, byte offset 23: the byte 0xf6 is not UTF-8`; `iconv -f LATIN1`",
         bad(normal().replace(b"speed", "größe".encode("latin-1")))),
    Case("UTF-16", FIT, 4, "refused: `is UTF-16 text`; `iconv -f UTF-16 -t UTF-8`",
         bad(normal().decode().encode("utf-16"))),
    Case("a NUL byte", FIT, 4, "refused: `a NUL byte, text was expected`",
         bad(normal().replace(b"100", b"1\0", 1))),
    Case("a Parquet file that is cut off", "fit bad.parquet", 4,
         "refused: `cannot be read as Parquet`; `It may be cut off, damaged or of another format`",
         {"bad.parquet": lambda: parquet()[:-20]}),
    Case("a gz file that is cut off", "fit bad.csv.gz", 4,
         "refused: `the gz file is damaged or cut off`; `Make or fetch the file again`",
         {"bad.csv.gz": packed(normal())[:-20]}),
    Case("a pickle, whatever its name", FIT, 4,
         "refused: `is a Python pickle, which is never read: it could run code`", bad(pickled())),
    Case("an Excel workbook", FIT, 4, "refused: `is an Excel workbook; save the sheet as CSV`",
         bad(b"PK\x03\x04" + bytes(26) + b"[Content_Types].xml" + bytes(40))),
    Case("a label column that is not there", "fit bad.csv --label stat --normal ok", 4,
         "refused: `--label: there is no column 'stat' (is it 'state'?)`; `It has: temperature, "
         "pressure, speed, state`", bad(labelled("ok", "bad"))),
    Case("labels, and nothing says which are normal", LABELLED_FIT, 2,
         "refused: `there are labels, and nothing says which are normal`; `--normal`, `--drop`",
         bad(labelled("ok", "bad"))),
    Case("labels of which none is normal", f"{LABELLED_FIT} --normal fine", 4,
         "refused: `no row has the label 'fine'`; `The labels are: 'ok' (30 rows), 'bad' (30 "
         "rows)`", bad(labelled("ok", "bad"))),
    Case("labels of one class, all normal", f"{LABELLED_FIT} --normal ok", 0,
         "learns: `60 of 60 rows are normal and train`", bad(labelled("ok"))),
    Case("fewer than 10 normal rows", f"{LABELLED_FIT} --normal ok", 4,
         "refused: `6 normal rows with a value came, at least 10 are needed`",
         bad(labelled("ok", *["bad"] * 9))),
    Case("every column is dropped", f"{FIT} --drop temperature --drop pressure --drop speed", 4,
         "refused: `no column is left to learn from`; `Set fewer columns aside with --drop`",
         bad(normal())),
    Case("an alpha that so few rows cannot support", f"{FIT} --alpha 0.001", 2,
         "refused before training: `--alpha 0.001 needs 999 calibration rows, the detector has 60; "
         "the smallest alpha that they support is 0.01639`", bad(normal()), where="--alpha 0.001"),
    Case("a model file in place of data", "fit detector.onnx", 4,
         "refused: `is named like a model file, data were expected`", where="detector.onnx"),
    Case("no such file", "fit none.csv", 6, "refused: `none.csv: there is no such file`",
         where="none.csv"),
    Case("a folder of files, one with other columns", "fit .", 4,
         "refused: `lacks column 'speed'`; `All files of a folder need the columns of the first`",
         {"other.csv": b"temperature,pressure\n20,5\n"}),
    Case("a folder with neither images nor tables", "fit empty", 6,
         "refused: `is a directory, a file was expected, or a folder of images or tables`",
         {"empty/notes.md": b"nothing"}, where="empty:"),
    Case("a file that may not be read", FIT, 6,
         "refused: `could not be opened: Permission denied`", bad(normal()),
         circumstance=UNREADABLE),
    Case("an output that exists", "fit normal.csv -o detector.onnx", 6,
         "refused, and the old file stays: `exists already`; `--force`", where="detector.onnx"),
    Case("an output in a folder that is not there", "fit normal.csv -o none/new.onnx", 6,
         "refused: `none/new.onnx: the directory none does not exist`", where="none/new.onnx"),
    Case("the data as output", "fit normal.csv -o normal.csv --force", 2,
         "refused even by force: `-o normal.csv: is the data itself, which would be lost`",
         where="-o normal.csv"),
)
# fmt: on
