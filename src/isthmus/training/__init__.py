"""ROWS + OPTIONS -> MODEL FILE. The only part of isthmus that knows PyTorch and onnx."""
