"""The model file: read, write and verify the one file that goes from training to scoring."""

from __future__ import annotations

from isthmus.model_file.file import ModelFile, read, save, seal, unseal, with_manifest
from isthmus.model_file.manifest import Manifest
from isthmus.model_file.operators import ALLOWED_OPERATORS, IR_VERSION, OPSET

__all__ = [
    "ALLOWED_OPERATORS",
    "IR_VERSION",
    "OPSET",
    "Manifest",
    "ModelFile",
    "read",
    "save",
    "seal",
    "unseal",
    "with_manifest",
]
