"""A folder of real heartbeats with a quick detector, and the command line called in process."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.csv
import pyarrow.parquet
import pytest
from PIL import Image

from isthmus.cli.run import run
from isthmus.datasets import load_ecg5000

QUICK = ("--max-steps", "40", "--encoder", "16", "--code-size", "4")
TRUTH = ("--label", "target", "--normal", "1")


@dataclass(frozen=True)
class Done:
    """What a command left behind."""

    code: int
    out: bytes
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.decode().splitlines()


def write_csv(path: Path, rows: np.ndarray, labels: np.ndarray | None, id_name: str | None) -> None:
    """Beats with a column of ids such as 007 before them and one of labels behind."""
    names = [f"t{place}" for place in range(rows.shape[1])]
    lines = [
        ",".join(
            [*([id_name] if id_name else []), *names, *(["target"] if labels is not None else [])]
        )
    ]
    for place, row in enumerate(rows):
        cells = [f"{place:03d}"] if id_name else []
        cells += map(str, row)
        cells += [str(int(labels[place]))] if labels is not None else []
        lines.append(",".join(cells))
    path.write_text("\n".join(lines) + "\n")


def write_photos(folder: Path) -> None:
    """60 small grey images with soft stripes, and 8 with a white scratch, as PNG files."""
    generator = np.random.default_rng(4)
    lines = np.arange(12)[:, None] + np.zeros(10)
    for place in range(68):
        image = 100 + 60 * np.sin(lines / 2 + generator.uniform(0, 6))
        image += generator.normal(0, 3, image.shape)
        image[2:9, 6] = 255 if place >= 60 else image[2:9, 6]
        of = folder / ("scratched" if place >= 60 else "good")
        of.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image.round().clip(0, 255).astype(np.uint8)).save(of / f"{place:02d}.png")


@pytest.fixture(scope="session")
def material(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All files that the examples of the commands name, and a detector that knows ids and labels.

    `mixed.csv` has 60 abnormal and 60 normal beats, none of them seen in training; `ids.onnx` was
    made from `marked.csv`, which has ids in `beat` and labels in `target`. `variational.onnx` can
    draw new rows. `log.csv` has a column `time`. `photos.onnx` was made from the good images in the
    folder `photos`.
    """
    folder = tmp_path_factory.mktemp("material")
    data = load_ecg5000()
    beats, normal = data.beats[:300], data.is_normal[:300]
    write_csv(folder / "normal.csv", beats[normal], None, None)
    write_csv(folder / "all.csv", beats, normal, None)
    write_csv(folder / "labelled.csv", beats, normal, None)
    write_csv(folder / "marked.csv", beats, normal, "beat")
    write_csv(folder / "new.csv", beats[:40], None, None)
    write_csv(folder / "patients.csv", beats[:40], None, "patient")
    log = (folder / "patients.csv").read_text().replace("patient", "time").splitlines()
    minutes = [f"2026-03-01T12:{place:02d}:00,{one[4:]}" for place, one in enumerate(log[1:])]
    (folder / "log.csv").write_text("\n".join([log[0], *minutes]) + "\n")
    later, strange = data.beats[300:], ~data.is_normal[300:]
    mixed = np.concatenate([later[strange][:60], later[~strange][:60]])
    write_csv(folder / "mixed.csv", mixed, np.repeat([False, True], 60), None)
    fresh = data.beats[300:700][data.is_normal[300:700]]
    write_csv(folder / "recent.csv", fresh, None, None)
    np.save(folder / "beats.npy", beats[normal])
    pyarrow.parquet.write_table(pyarrow.csv.read_csv(folder / "new.csv"), folder / "new.parquet")
    (folder / "year").mkdir()
    (folder / "year" / "may.csv").write_bytes((folder / "new.csv").read_bytes())
    write_photos(folder / "photos")
    words = ["fit", f"{folder}/photos", "--label", "class", "--normal", "good", "--quiet"]
    words += ["--architecture", "dense", "--encoder", "32", "--code-size", "6"]
    words += ["--max-steps", "300", "-o", f"{folder}/photos.onnx"]
    assert run(words) == 0
    for name, source, more in (
        ("detector", "all", ()),
        ("ids", "marked", ("--id", "beat")),
        ("variational", "all", ("--variational",)),
    ):
        words = ["fit", f"{folder}/{source}.csv", *TRUTH, *more, *QUICK, "--quiet"]
        assert run([*words, "-o", f"{folder}/{name}.onnx"]) == 0
    return folder


@pytest.fixture
def here(material: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the material as the current folder."""
    folder = tmp_path / "here"
    shutil.copytree(material, folder)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("ISTHMUS_CACHE", str(tmp_path / "cache"))
    return folder


@pytest.fixture
def isthmus(here: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> Callable[..., Done]:
    """Call the command line in process, in the folder `here`."""

    def called(*words: str) -> Done:
        capsysbinary.readouterr()
        code = run(words)
        captured = capsysbinary.readouterr()
        return Done(code, captured.out, captured.err.decode())

    return called


@pytest.fixture
def process(here: Path) -> Callable[..., Done]:
    """Call the command line in a process of its own, in the folder `here`."""

    def called(*words: str, stdout: int = subprocess.PIPE, stdin: bytes = b"") -> Done:
        done = subprocess.run(
            [sys.executable, "-m", "isthmus", *words],
            input=stdin,
            stdout=stdout,
            stderr=subprocess.PIPE,
            cwd=here,
            check=False,
        )
        return Done(done.returncode, done.stdout or b"", done.stderr.decode())

    return called
