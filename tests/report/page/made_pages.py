"""Pages to test, each made once: beats, a table with categories, images, hostile words."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa
from beats import abnormal_beats, normal_beats, quick_beats_model
from hostile import HOSTILE

from isthmus import AutoencoderDetector
from isthmus.options import ReadOptions, RowOptions
from isthmus.read import open_source
from isthmus.report.gathering import Gathered, gather
from isthmus.report.page import report
from isthmus.scoring.scorer import Scorer

FEW = {"max_steps": 60, "random_state": 0}


def gathered_from(
    scorer: Scorer, data: object, *, alpha: float = 0.05, time: str | None = None, **columns: object
) -> Gathered:
    """What a report is made of."""
    source = open_source(data, ReadOptions())
    return gather(scorer, source, RowOptions(**columns), scorer.decide(alpha), time=time)


def written(folder: Path, name: str, gathered: Gathered) -> tuple[Path, Gathered]:
    path = folder / f"{name}.html"
    if not path.exists():
        path.write_bytes(report(gathered))
    return path, gathered


def alarms_at(gathered: Gathered, alpha: float) -> int:
    """How many rows have a p-value of at most that, counted one by one."""
    held = gathered.scorer.manifest.calibration.scores
    n = len(held)
    p_values = [(1 + sum(h >= s for h in held)) / (n + 1) for s in gathered.scores.tolist()]
    return sum(p <= alpha + 1e-12 for p in p_values)


@cache
def beats() -> Gathered:
    rows = np.concatenate([normal_beats(140)[-80:], abnormal_beats(40)])
    names = [f"t{place}" for place in range(rows.shape[1])]
    table = pa.table({"truth": [1] * 80 + [0] * 40, **dict(zip(names, rows.T, strict=True))})
    return gathered_from(Scorer.load(quick_beats_model()), table, label="truth", normal=("1",))


def beats_page(folder: Path) -> tuple[Path, Gathered]:
    return written(folder, "beats", beats())


def _machines(rows: int, seed: int) -> dict[str, list[object]]:
    generator = np.random.default_rng(seed)
    load = generator.uniform(0, 10, rows)
    return {
        "machine": [f"m{place}" for place in range(rows)],
        "load": load.tolist(),
        "heat": (20 + 3 * load + generator.normal(0, 0.5, rows)).tolist(),
        "mode": np.where(load > 5, "boost", "cruise").tolist(),
        "wear": generator.gamma(2, 3, rows).tolist(),
    }


@cache
def machines() -> Gathered:
    rows = _machines(300, 0)
    rows.pop("machine")
    scorer = AutoencoderDetector(**FEW).fit(pa.table(rows)).scorer_
    new = _machines(200, 1)
    for place in range(0, 30, 3):
        new["mode"][place] = "turbo"
        new["heat"][place + 1] = 90.0
        new["wear"][place + 2] = None
    return gathered_from(scorer, pa.table(new), id=("machine",))


def table_page(folder: Path) -> tuple[Path, Gathered]:
    return written(folder, "table", machines())


@cache
def images() -> Gathered:
    generator = np.random.default_rng(0)
    lines, columns = np.mgrid[:12, :12]
    centres = generator.uniform(3, 8, (160, 2))
    blobs = np.exp(
        -((lines - centres[:, :1, None]) ** 2 + (columns - centres[:, 1:, None]) ** 2) / 8
    )
    pixels = (255 * blobs).astype(np.uint8)
    scorer = (
        AutoencoderDetector(kind="image", max_steps=40, random_state=0).fit(pixels[:120]).scorer_
    )
    new = pixels[120:].copy()
    new[:6, :4, :4] = 255
    return gathered_from(scorer, new, alpha=0.05)


def images_page(folder: Path) -> tuple[Path, Gathered]:
    return written(folder, "images", images())


@cache
def hostile() -> Gathered:
    generator = np.random.default_rng(0)
    names = [text for text in HOSTILE if text.strip()][:12]
    rows = {name: generator.normal(size=120).tolist() for name in names}
    rows["level"] = [HOSTILE[place % 12] or "x" for place in range(120)]
    scorer = AutoencoderDetector(**FEW).fit(pa.table(rows)).scorer_
    new = {name: generator.normal(size=80).tolist() for name in names}
    new["level"] = [HOSTILE[place % len(HOSTILE)] for place in range(80)]
    new["</script><id>"] = [HOSTILE[-place % len(HOSTILE)] for place in range(80)]
    for place, name in enumerate(names):
        new[name][place] = 50.0
    new[names[0]][70] = None
    return gathered_from(scorer, pa.table(new), id=("</script><id>",), alpha=0.1)


def hostile_page(folder: Path) -> tuple[Path, Gathered]:
    return written(folder, "hostile", hostile())
