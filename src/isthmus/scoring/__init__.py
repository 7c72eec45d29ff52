"""MODEL FILE + ROWS -> SCORES. Nothing here knows PyTorch or the onnx package."""
