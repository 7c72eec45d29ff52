"""The shape of the networks."""

from __future__ import annotations

from typing import Annotated, Literal, NamedTuple, Self

from pydantic import Field, model_validator

from isthmus.options.choices import Kind, Options, Width

Activation = Literal["relu", "leaky_relu", "elu", "tanh", "sigmoid", "linear"]


class Widths(NamedTuple):
    """The widths of the hidden layers of a network, in order."""

    encoder: tuple[int, ...]
    code_size: int
    decoder: tuple[int, ...]


class NetworkOptions(Options):
    """The shape of one member of the ensemble.

    With neither `encoder` nor `code_size` a network for tables is wide, D-256-256-D: there a
    bottleneck costs accuracy (Yong and Brintrup, 2022). So is one for images, D-512-512-D, which
    restores what is hidden. One for signals, where a wide network would copy whatever is smooth,
    narrows in the proportions of the published ones: D/4, D/8 and a code of D/16, then back. A
    given encoder is mirrored unless `decoder` is given.
    """

    architecture: Literal["auto", "dense", "conv1d", "conv2d", "recurrent"] = "auto"
    """Kind of network; auto: dense, for large images conv2d."""
    encoder: tuple[Width, ...] | None = None
    """Widths (of convolutions: channels) of the layers before the code, such as 32,16."""
    code_size: Width | None = None
    """Width of the code; by default half the layer before it, with no encoder 256, 512 or D/16."""
    decoder: tuple[Width, ...] | None = None
    """Widths of the layers after the code; by default the encoder's, mirrored."""
    activation: Activation = "relu"
    """Activation of the hidden layers."""
    output_activation: Literal["linear", "sigmoid", "tanh"] = "linear"
    """Activation of the last layer."""
    kernel_size: Annotated[int, Field(ge=1, le=63)] | None = None
    """Width of convolutions, an odd number; by default 3 for images and 7 for signals."""
    downsampling: Literal["stride", "max_pool"] = "stride"
    """How each convolution before the code halves the size."""
    upsampling: Literal["nearest", "transposed"] = "nearest"
    """How each convolution after the code doubles the size."""
    decoder_sizes: Literal["cropped", "unpadded"] = "cropped"
    """Where sizes do not double: crop to the encoder's, or leave out the padding where it fits."""
    recurrent_cell: Literal["lstm", "gru"] = "lstm"
    """Cell of a recurrent network."""
    variational: bool = False
    """Learn a distribution of codes around 0, from which new rows can be drawn."""
    kl_weight: Annotated[float, Field(ge=0)] = 0.5
    """Weight of the codes' divergence from a standard normal, beside the summed error of a row."""
    kl_warmup: Annotated[float, Field(ge=0, le=1)] = 0.25
    """Share of the updates over which that weight grows from 0."""
    code_samples: Annotated[int, Field(ge=0, le=64)] = 0
    """Codes drawn for each row when scoring, always the same draws; 0: the mean code alone."""
    batch_norm: bool = False
    """Normalise each layer by its batch, before the activation."""
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Share of each hidden layer that is left out at random in training."""
    input_noise: Annotated[float, Field(ge=0)] | None = None
    """Deviations of training noise on the network's input; by default 1, for images 0.1."""
    noise_levels: Literal["auto", "one", "many"] = "auto"
    """Noise of one level, or for each row one drawn from a twentieth up; auto: one for images."""
    masking: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Share of cells that are hidden from the network in training, each by itself."""
    erasing: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Share of a signal or image that is hidden in training, as one stretch or patch."""
    restoration: Literal["auto", "off", "quarters"] = "auto"
    """Hide a quarter of an image at a time and rebuild it from the rest; auto: for images."""

    @model_validator(mode="after")
    def _kernels_have_a_middle(self) -> Self:
        if self.kernel_size is not None and self.kernel_size % 2 == 0:
            raise ValueError(f"kernel_size: an odd number was expected, got {self.kernel_size}")
        return self

    @model_validator(mode="after")
    def _codes_can_be_drawn(self) -> Self:
        if self.code_samples and not self.variational:
            raise ValueError("code_samples draws codes, which needs variational=True")
        if self.variational and self.restoration == "quarters":
            raise ValueError("restoration rebuilds no image from a code: choose it or variational")
        return self

    def noise(self, kind: Kind) -> float:
        """Deviations of training noise."""
        if self.input_noise is not None:
            return self.input_noise
        return 0.1 if kind == "image" else 1.0

    def many_levels(self, kind: Kind) -> bool:
        """Whether every row gets noise of a level of its own."""
        return kind != "image" if self.noise_levels == "auto" else self.noise_levels == "many"

    def widths(self, kind: Kind, cells: int) -> Widths:
        """Encoder, code size and decoder spelled out, for rows of so many cells."""
        wide = {"table": 256, "image": 512}.get(kind)
        if self.encoder is None and self.code_size is None and wide:
            return Widths((wide,), wide, () if self.decoder is None else self.decoder)
        encoder = self.encoder
        if encoder is None:
            encoder = (wide,) if wide else _narrowing(cells)
        half = (encoder[-1] if encoder else cells) // 2
        code_size = self.code_size or max(half, 1)
        return Widths(encoder, code_size, encoder[::-1] if self.decoder is None else self.decoder)


def _narrowing(cells: int) -> tuple[int, int]:
    """D/4 and D/8, within what a file and a training can bear."""
    return min(max(cells // 4, 2), 512), min(max(cells // 8, 2), 256)
