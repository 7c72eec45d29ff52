"""Bad input for the commands that use encoder and decoder apart."""

from __future__ import annotations

from tests.bad_input.case import FULL_DISK, Case, bad
from tests.bad_input.material import NAMES, USUAL, lines, to_score

ENCODE = "encode detector.onnx bad.csv"
FILL = "reconstruct detector.onnx bad.csv --mask"
SIMILAR = "similar detector.onnx normal.csv bad.csv -k 1"

# fmt: off
APART = (
    Case("a row without any value", ENCODE, 0,
         "that row has no code: `invalid,every cell is missing`; `3 rows, 1 invalid`",
         bad(to_score(("", "", "")))),
    Case("a text where a number was", ENCODE, 0,
         "that row has no code, and the reason beside it: `'hot' is not a number`",
         bad(to_score(("hot", "5", "100")))),
    Case("a missing column", ENCODE, 4, "refused: `column 'speed' is missing`",
         bad(lines(("20", "5"), names=NAMES[:2]))),
    Case("an id column named like a code", f"{ENCODE} --id code0", 4,
         "refused: `the id column 'code0' has the name of a column of the codes`; `Rename it`",
         bad(to_score((*USUAL, "1"), names=(*NAMES, "code0")))),
    Case("a header without rows", ENCODE, 0,
         "warns, and a header without rows comes out: `has columns but no rows`; `0 rows, 0 "
         "invalid`", bad(lines())),
    Case("npy on standard output", "encode detector.onnx new.csv --output-format npy", 2,
         "refused: `npy does not go to standard output`", where="npy"),
    Case("a row without any value", "reconstruct detector.onnx bad.csv", 0,
         "that row is left empty, and a warning says so: `1 row not rebuilt and left empty: row 1: "
         "every cell is missing`", bad(to_score(("", "", "")))),
    Case("a missing cell with --mask", FILL, 0,
         "filled, and nothing else is touched: `1 missing cell filled`",
         bad(to_score(("20", "", "100")))),
    Case("a text where a number was, with --mask", FILL, 0,
         "that row is left as it is: `hot,5,100`; `row 1: column 'temperature': 'hot' is not a "
         "number`", bad(to_score(("hot", "5", "100")))),
    Case("infinity in a cell, with --mask", FILL, 0,
         "that row is left as it is, its hole too: `inf,,100`; `1 invalid; 0 missing cells filled`",
         bad(to_score(("inf", "", "100")))),
    Case("standard output on a full disk", "reconstruct detector.onnx new.csv", 6,
         "`standard output: could not be written: No space left on device`",
         where="standard output", circumstance=FULL_DISK),
    Case("a query without any value", SIMILAR, 0,
         "listed with the reason, beside the others: `1,,,,invalid,every cell is missing`",
         bad(to_score(("", "", "")))),
    Case("an index of rows that cannot be encoded", "similar detector.onnx bad.csv new.csv", 4,
         "refused with the reasons: `has no row that can be searched`, `row 0: every cell is "
         "missing`", bad(lines(*[("", "", "")] * 3))),
    Case("standard input as index and query", "similar detector.onnx - -", 2,
         "refused: `standard input can be read once`", where="- -"),
    Case("a model that is not variational", "sample detector.onnx", 2,
         "refused: `the model is not variational`; `Fit one with --variational`",
         where="the model"),
)
# fmt: on
