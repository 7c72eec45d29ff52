"""What made the numbers: isthmus, Python and the libraries that compute."""

from __future__ import annotations

import platform
from importlib import metadata

from isthmus.options import Kind
from isthmus.version import __version__

_LIBRARIES = ("numpy", "onnx", "onnxruntime", "torch")


def versions(kind: Kind = "table") -> dict[str, str]:
    """Versions of everything that has a part in the numbers; of images also what reads them."""
    libraries = {name: metadata.version(name) for name in _LIBRARIES}
    if kind == "image" and (pillow := _version_of("pillow")):
        libraries["pillow"] = pillow
    return {"isthmus": __version__, "python": platform.python_version(), **libraries}


def _version_of(library: str) -> str | None:
    """Of a library that need not be installed."""
    try:
        return metadata.version(library)
    except metadata.PackageNotFoundError:
        return None
