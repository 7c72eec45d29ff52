"""Evaluating, calibrating and explaining bad input."""

from __future__ import annotations

from tests.bad_input.case import ANYWHERE, WITH_MAKER, Case, bad
from tests.bad_input.material import labelled, lines, normal_rows, normal_with, to_score

JUDGE = "evaluate detector.onnx bad.csv --label state"

# fmt: off
JUDGING = (
    Case("nothing says which rows are normal", "evaluate detector.onnx new.csv", 2,
         "refused: `evaluating needs to know which rows are normal`; `--label COLUMN and --normal "
         "VALUE`", where=ANYWHERE),
    Case("a label column that is not there",
         "evaluate detector.onnx bad.csv --label stat --normal ok", 4,
         "refused: `--label: there is no column 'stat' (is it 'state'?)`",
         bad(labelled("ok", "bad"))),
    Case("a label that no row has", f"{JUDGE} --normal fine", 4,
         "refused: `no row has the label 'fine'`; `The labels are: 'ok' (30 rows), 'bad' (30 "
         "rows)`", bad(labelled("ok", "bad"))),
    Case("nothing but normal rows", f"{JUDGE} --normal ok", 0,
         "counts false alarms; the rest is `not defined`: `No abnormal row has a score`",
         bad(labelled("ok"))),
    Case("nothing but abnormal rows", f"{JUDGE} --normal ok", 4,
         "refused: `no row has the label 'ok'`; `The labels are: 'bad' (60 rows)`",
         bad(labelled("bad"))),
    Case("rows without a label", f"{JUDGE} --normal ok", 4,
         "refused: `20 rows have no label; each needs one to be compared with`; `Fill in their "
         "labels`", bad(labelled("ok", "bad", ""))),
    Case("rows that cannot be scored", f"{JUDGE} --normal ok", 0,
         "counted apart: `rows without a score, in no figure below  1 (1 normal, 0 abnormal)`",
         bad(labelled("ok", "bad") + b"inf,5,100,ok\n")),
    Case("fewer than 10 rows", "calibrate detector.onnx bad.csv -o new.onnx", 4,
         "refused: `5 rows with a score came, at least 10 are needed to calibrate`; `Give "
         "more normal rows`", bad(lines(*normal_rows()[:5]))),
    Case("the rows that the detector was made from",
         "calibrate detector.onnx normal.csv -o new.onnx", 4,
         "refused: `these are the rows that the detector was made from`; `Calibrate on normal rows "
         "that it has not seen`", where="normal.csv"),
    Case("a category in other letters throughout",
         "calibrate machines.onnx bad.csv -o new.onnx", 4,
         "refused: `column 'maker': 60 of 60 values are none of the 3 levels that training had, "
         "such as 'ABB' (is it 'abb'?)`; `Correct the file, or, if the world has changed, fit a "
         "new detector`",
         bad(lines(*[(*row[:2], "ABB") for row in normal_rows()], names=WITH_MAKER))),
    Case("rows that cannot be scored", "calibrate detector.onnx bad.csv -o new.onnx", 0,
         "left out: `1 row cannot be scored and was left out`", bad(normal_with("inf"))),
    Case("a row that cannot be scored", "explain detector.onnx bad.csv", 0,
         "listed with the reason: `row 1: could not be scored: column 'temperature' is infinite`",
         bad(to_score(("inf", "5", "100")))),
)
# fmt: on
