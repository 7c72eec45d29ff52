"""Make the beats that ship with the package from the archive's own values.

    python -m benchmarks.make_ecg5000 SOURCE [DESTINATION]

SOURCE is an npz with float32 x_train (500, 140), x_test (4500, 140) and y_train, y_test. The same
source gives the same bytes wherever zlib is the same.
"""

from __future__ import annotations

import hashlib
import io
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

DESTINATION = Path(__file__).parents[1] / "src" / "isthmus" / "datasets" / "ecg5000.npz"
EARLIEST = (1980, 1, 1, 0, 0, 0)  # a zip file cannot say "no time"; this is its zero


def packed(source: Path) -> bytes:
    """The npz as it ships: int16 thousandths, int8 classes, training rows first."""
    with np.load(source, allow_pickle=False) as parts:
        beats = np.concatenate([parts["x_train"], parts["x_test"]])
        classes = np.concatenate([parts["y_train"], parts["y_test"]])
    return zipped(
        {
            "thousandths": np.rint(beats.astype(np.float64) * 1000).astype("<i2"),
            "classes": classes.astype("i1"),
        }
    )


def zipped(arrays: dict[str, np.ndarray[Any, Any]]) -> bytes:
    """An npz whose bytes depend on the arrays alone, not on the clock or the system."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        for name, array in arrays.items():
            member = zipfile.ZipInfo(f"{name}.npy", EARLIEST)
            member.create_system = 3  # otherwise it says where it was made
            content = io.BytesIO()
            np.lib.format.write_array(content, array, version=(1, 0), allow_pickle=False)
            archive.writestr(member, content.getvalue(), zipfile.ZIP_DEFLATED, 9)
    return whole.getvalue()


def main(arguments: list[str]) -> int:
    if len(arguments) not in (1, 2):
        print(__doc__, file=sys.stderr)
        return 2
    destination = Path(arguments[1]) if len(arguments) == 2 else DESTINATION
    content = packed(Path(arguments[0]))
    destination.write_bytes(content)
    print(f"{destination}: {len(content)} bytes, SHA-256 {hashlib.sha256(content).hexdigest()}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
