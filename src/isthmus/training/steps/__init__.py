"""Preprocessing steps: each learns its numbers with NumPy and says them in ONNX nodes."""
