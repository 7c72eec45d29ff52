"""Where figures are kept: benchmarks/results/NAME.json, with what they were measured on."""

from __future__ import annotations

import datetime
import json
import os
import platform
from importlib import metadata
from pathlib import Path
from typing import Any

from isthmus import __version__, atomic

DIRECTORY = Path(__file__).parent / "results"
LIBRARIES = (
    "numpy",
    "onnxruntime",
    "onnx",
    "pyarrow",
    "pydantic",
    "scikit-learn",
    "torch",
    "pyod",
    "keras",
    "tensorflow",
)


def store(name: str, figures: dict[str, Any]) -> Path:
    """Write `figures` and the circumstances to ``benchmarks/results/NAME.json``.

    Parameters
    ----------
    name : str
        Name of the benchmark's module.
    figures : dict
        Anything that JSON can hold; NaN is refused.

    Returns
    -------
    Path
        The file.
    """
    DIRECTORY.mkdir(exist_ok=True)
    path = DIRECTORY / f"{name}.json"
    document = {"name": name, "figures": figures, "measured_on": circumstances()}
    with atomic.written(path, overwrite=True) as file:
        file.write(json.dumps(document, indent=2, allow_nan=False).encode() + b"\n")
    return path


def circumstances() -> dict[str, Any]:
    """Date, machine, and the versions of all libraries that are installed here."""
    return {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "processors": os.cpu_count(),
        "versions": {
            "python": platform.python_version(),
            "isthmus": __version__,
            **{name: version for name in LIBRARIES if (version := _version(name))},
        },
    }


def _version(library: str) -> str | None:
    try:
        return metadata.version(library)
    except metadata.PackageNotFoundError:
        return None


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()
