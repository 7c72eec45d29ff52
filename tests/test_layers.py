"""Who may import whom, and what scoring must be able to do without."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from beats import abnormal_beats, quick_beats_model

SOURCE = Path(__file__).parents[1] / "src" / "isthmus"

MAY_IMPORT = {
    "version": set(),
    "errors": set(),
    "printable": set(),
    "options": {"errors"},
    "atomic": {"errors"},
    "schema": {"errors", "options"},
    "datasets": {"errors", "printable", "atomic", "read"},
    "read": {"errors", "options", "schema"},
    "model_file": {"errors", "options", "schema", "atomic", "version"},
}
MAY_IMPORT["scoring"] = {*MAY_IMPORT, "model_file", "read"}
MAY_IMPORT["evaluation"] = {*MAY_IMPORT["scoring"], "scoring"}
MAY_IMPORT["report"] = {*MAY_IMPORT["evaluation"], "evaluation"}
MAY_IMPORT["plots"] = {*MAY_IMPORT["report"], "report"}
MAY_IMPORT["training"] = {*MAY_IMPORT["scoring"], "scoring"}
MAY_IMPORT["detector"] = {*MAY_IMPORT["training"], "training"}
MAY_IMPORT["recipes"] = {*MAY_IMPORT["training"], "training", "evaluation", "report"}
MAY_IMPORT["distributed"] = {*MAY_IMPORT["training"], "training"}
MAY_IMPORT["cli"] = set(MAY_IMPORT) | {"cli"}
MAY_IMPORT["__main__"] = {"cli", "version"}
MAY_IMPORT["__init__"] = {"version", "detector", "errors", "options", "scoring"}

HEAVY = {"torch", "onnx", "sklearn", "scipy", "pandas", "polars", "altair", "ray", "pyspark"}
MAY_BE_HEAVY = {"training": {"torch", "onnx"}, "detector": {"sklearn"}}
"""Others name such a library in `isthmus.errors.require` alone, when it is needed."""


def part_of(path):
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def imports(path, *, at_run_time=False):
    for node in walk(ast.parse(path.read_text()), at_run_time):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def walk(tree, at_run_time):
    """All nodes; at run time, without what only type checkers see."""
    for node in ast.iter_child_nodes(tree):
        typing_only = isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        if not (at_run_time and typing_only):
            yield node
            yield from walk(node, at_run_time)


FILES = sorted(SOURCE.rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_module_imports_only_from_the_layers_below_its_own(path):
    part = part_of(path)
    for name in imports(path):
        if name.startswith("isthmus."):
            target = name.split(".")[1]
            if (
                target in MAY_IMPORT
                or (SOURCE / target).exists()
                or (SOURCE / f"{target}.py").exists()
            ):
                assert target == part or target in MAY_IMPORT[part], f"{part} imports {name}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_heavy_libraries_are_imported_in_their_own_rooms_alone(path):
    heavy = {name.partition(".")[0] for name in imports(path, at_run_time=True)} & HEAVY
    assert heavy <= MAY_BE_HEAVY.get(part_of(path), set())


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_nothing_a_user_gives_is_ever_executed(path):
    forbidden = {"pickle", "marshal", "shelve", "joblib", "dill", "cloudpickle"}
    assert not {name.partition(".")[0] for name in imports(path)} & forbidden
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            assert called not in {"eval", "exec", "torch.load", "np.load(allow_pickle=True)"}
            for keyword in node.keywords:
                if keyword.arg == "allow_pickle":
                    assert ast.unparse(keyword.value) == "False"


WITHOUT_TRAINING = """
import sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"torch", "onnx", "sklearn", "scipy", "pandas", "polars"}:
            raise ImportError(f"{name} is refused here")
sys.meta_path.insert(0, Refuse())
import numpy as np
from isthmus import Scorer
scorer = Scorer.load(sys.argv[1])
scores = scorer.score(sys.argv[2])
assert len(scores) == 30 and np.isfinite(scores.anomaly_score).all()
assert scorer.probe() == 0.0
explained = scorer.explain(sys.argv[2], rows=[0, 7])
assert [one.row for one in explained] == [0, 7] and "row 7: " in str(explained)
from isthmus.scoring.recalibrate import recalibrate
Scorer.load(recalibrate(scorer, np.loadtxt(sys.argv[2], delimiter=','), alpha=0.1))
np.save(sys.argv[3], scores.anomaly_score)
codes = scorer.encode(sys.argv[2])
assert scorer.decode(codes).shape == scorer.reconstruct(sys.argv[2]).shape == (30, 140)
assert scorer.similar(sys.argv[2], sys.argv[2], 1)["distance"].to_pylist() == [0.0] * 30
commands = ("score", "explain", "inspect", "verify", "calibrate", "encode", "reconstruct", "sample")
for name in (*commands, "similar"):
    from isthmus.cli.app import load
    load(name)
"""


def test_scoring_explaining_verifying_and_calibrating_need_no_training_library(tmp_path):
    model, rows, out = tmp_path / "m.onnx", tmp_path / "rows.csv", tmp_path / "scores.npy"
    model.write_bytes(quick_beats_model())
    import numpy as np

    np.savetxt(rows, abnormal_beats(30), delimiter=",", fmt="%.9g")
    subprocess.run(
        [sys.executable, "-c", WITHOUT_TRAINING, str(model), str(rows), str(out)], check=True
    )
    from beats import quick_scorer

    here = quick_scorer().anomaly_score(abnormal_beats(30))
    assert np.array_equal(np.load(out), here)


def loaded_after(code):
    program = f"{code}\nimport sys\nprint(*sorted({{n.partition('.')[0] for n in sys.modules}}))"
    done = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )
    return set(done.stdout.split())


COMMAND = """
import sys
from isthmus.__main__ import main
try:
    main()
finally:
    assert "pyarrow" in sys.modules
    assert "pandas" not in sys.modules
"""


def test_no_command_waits_for_pandas_which_arrow_would_import(tmp_path):
    (tmp_path / "m.onnx").write_bytes(quick_beats_model())
    rows = "\n".join(",".join(map(str, row)) for row in abnormal_beats(3).tolist())
    (tmp_path / "rows.csv").write_text(rows)
    words = ["score", "m.onnx", "rows.csv", "-o", "scores.parquet"]
    subprocess.run([sys.executable, "-c", COMMAND, *words], check=True, cwd=tmp_path)


def test_importing_the_package_loads_nothing_heavy():
    heavy = HEAVY | {"numpy", "pyarrow", "onnxruntime", "pydantic", "typer"}
    assert not loaded_after("import isthmus") & heavy


def test_help_and_version_load_neither_numpy_nor_anything_heavier():
    heavy = HEAVY | {"numpy", "pyarrow", "onnxruntime"}
    for word in ("--help", "--version"):
        code = f"import sys; sys.argv = ['isthmus', '{word}']\nfrom isthmus.__main__ import main\n"
        code += "try: main()\nexcept SystemExit: pass"
        assert not loaded_after(code) & heavy


def test_public_names_are_those_that_can_be_had():
    import isthmus

    for name in isthmus.__all__:
        assert getattr(isthmus, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = isthmus.nothing


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_modules_and_functions_stay_short(path):
    text = path.read_text()
    assert text.count("\n") <= 400
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            lines = (node.end_lineno or 0) - node.lineno + 1
            doc = len((ast.get_docstring(node) or "").splitlines())
            limit = 110 if node.name == "__init__" else 60
            assert lines - doc <= limit, f"{path.name}: {node.name} has {lines - doc} lines"
