"""Model files that are none, or not as isthmus wrote them."""

from __future__ import annotations

from tests.bad_input.case import Case
from tests.bad_input.material import detector, foreign_onnx, of_tomorrow, one_bit_changed, pickled

# fmt: off
MODELS = (
    Case("a model file that is cut off", "score bad.onnx new.csv", 5,
         "refused: `is cut short, or damaged`; `Copy it again from where it came`",
         {"bad.onnx": lambda: detector()[:-30]}),
    Case("a model file in which one bit has changed", "score bad.onnx new.csv", 5,
         "refused: `has changed since it was written`; `Copy it again from where it came`",
         {"bad.onnx": one_bit_changed}),
    Case("an empty model file", "score bad.onnx new.csv", 5, "refused: `is empty`",
         {"bad.onnx": b""}),
    Case("an ONNX file that isthmus did not write", "score bad.onnx new.csv", 5,
         "refused: `is an ONNX model without the manifest and digest that isthmus writes`; "
         "`isthmus scores only with model files that isthmus fit wrote`",
         {"bad.onnx": foreign_onnx}),
    Case("a pickle as model", "score bad.onnx new.csv", 5,
         "refused: `is not an isthmus model file: it looks like a Python pickle`; `Give the .onnx "
         "file that isthmus fit wrote`", {"bad.onnx": pickled()}),
    Case("a model file from a newer version", "score bad.onnx new.csv", 5,
         "refused: `written by isthmus 99.0.0`; `Upgrade with: pip install -U isthmus`",
         {"bad.onnx": of_tomorrow}),
    Case("data as model and model as data", "score new.csv detector.onnx", 5,
         "refused: `is not an isthmus model file: it looks like text, such as CSV`",
         where="new.csv"),
    Case("a model as data", "score detector.onnx detector.onnx", 4,
         "refused: `is named like a model file, data were expected`; `take the model first, then "
         "the data`", where="detector.onnx"),
    Case("no such model", "score none.onnx new.csv", 6,
         "refused: `none.onnx: could not be read: No such file or directory`; `Check the name`",
         where="none.onnx"),
    Case("a directory as model", "score . new.csv", 6,
         "refused: `is a directory, a model file was expected`", where=".:"),
    Case("a damaged model file", "inspect bad.onnx", 5, "refused: `is cut short, or damaged`",
         {"bad.onnx": lambda: detector()[:-1]}),
    Case("a damaged model file", "verify bad.onnx", 5, "refused: `is cut short, or damaged`",
         {"bad.onnx": lambda: detector() + b"x"}),
)
# fmt: on
