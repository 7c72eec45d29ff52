"""The operators that a graph may use: plain arithmetic on tensors, no free loops or branches."""

from __future__ import annotations

_ARITHMETIC = {"Abs", "Add", "Div", "Exp", "Log", "MatMul", "Mul", "Neg", "Pow", "Sqrt", "Sub"}
_LIMITS = {"Clip", "Max", "Min", "ReduceMax", "ReduceMean", "Sign"}
_CONDITIONS = {
    "And",
    "Equal",
    "Greater",
    "GreaterOrEqual",
    "IsNaN",
    "Less",
    "LessOrEqual",
    "Not",
    "Or",
}
_CHOICE = {"ArgMax", "Where"}
_ACTIVATIONS = {"Elu", "LeakyRelu", "Relu", "Sigmoid", "Softmax", "Tanh"}
_SHAPES = {"Concat", "Gather", "Reshape", "Slice", "Squeeze", "Transpose", "Unsqueeze"}
_VALUES = {"Cast", "Identity"}
_MAPS = {"Conv", "ConvTranspose", "MaxPool", "Resize"}
RECURRENT = frozenset({"GRU", "LSTM"})

ALLOWED_OPERATORS = frozenset(
    (_ARITHMETIC | _LIMITS | _CONDITIONS | _CHOICE | _ACTIVATIONS)
    | (_SHAPES | _VALUES | _MAPS | RECURRENT)
)

COUNTS: dict[str, dict[str, int]] = {
    "Conv": {"group": 1, "strides": 1, "pads": 0},
    "ConvTranspose": {"group": 1, "strides": 1, "pads": 0, "output_padding": 0},
    "MaxPool": {"kernel_shape": 1, "strides": 1, "ceil_mode": 0},
    "LSTM": {"hidden_size": 1},
    "GRU": {"hidden_size": 1, "linear_before_reset": 0},
}
"""The whole numbers that these operators are told, and the least that each may be; they are told
nothing else. ONNX Runtime divides by some of them."""
MOST = 1 << 16
"""The most that each may be."""

OPSET = 17
IR_VERSION = 8
PRODUCER = "isthmus"
