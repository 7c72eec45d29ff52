"""The form that all images of a detector are brought to, and where it comes from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from isthmus.errors import UsageError
from isthmus.options import RowOptions
from isthmus.read.counting import counted
from isthmus.read.images.pictures import CHANNELS, Look, Pictures, has_colours
from isthmus.schema import ImageForm

MOST_CELLS = 3 * 256 * 256
"""Cells of a row, at most: the model file tells what is usual for each of them."""
SHOWN = 5
"""Sizes that a message lists."""

_ASKED = {"grey": 1, "rgb": 3}


def form_of(
    pictures: Pictures,
    looks: Mapping[Look, int],
    options: RowOptions,
    name: str,
    asked: str = "as asked",
) -> tuple[ImageForm, str]:
    """Choose a form for images, and say why and how to change it.

    Parameters
    ----------
    pictures : Pictures
        The images.
    looks : mapping of Look to int
        What is known of those that can be used, and of how many.
    options : RowOptions
        Size and colours that were asked for.
    name : str
        What messages call the images.
    asked : str
        Why they have the size that is in the options.

    Raises
    ------
    UsageError
        If the images are of several sizes and none was asked for, or they are too large.
    """
    height, width, why = _size(looks, options, name, asked)
    channels, colours = _channels(pictures, looks, options)
    form = ImageForm(
        height=height, width=width, channels=channels, fit="crop" if options.crop else "stretch"
    )
    _refuse_large(form, name)
    others = {look: n for look, n in looks.items() if (look.height, look.width) != (height, width)}
    said = f"{name}: {height} x {width} ({why}), {colours}"
    if others and why == asked:
        said += f"; {resized(sum(others.values()), sum(looks.values()), form)}"
    return form, said


def resized(count: int, of: int, form: ImageForm) -> str:
    """How many images were brought to the size of a form, and how."""
    were = "was" if count == 1 else "were"
    how = "stretched" if form.fit == "stretch" else "cropped"
    return (
        f"{count} of {counted(of, 'image')} {were} not {form.height} x {form.width} and {were} "
        f"{how} to it"
    )


def form_of_flat(width: int, options: RowOptions, name: str) -> ImageForm:
    """The form of images that came as rows of numbers, pixel after pixel.

    Raises
    ------
    UsageError
        If no size was given, or rows of another width came.
    """
    if options.height_width is None:
        raise UsageError(
            f"{name}: rows of {width} numbers came: how high and wide are the images in them?",
            advice="Say so with --size, such as 28x28, or give an array (N, height, width).",
        )
    height, wide = options.height_width
    wanted = [_ASKED[options.colour]] if options.colour in _ASKED else [1, 3]
    fitting = [channels for channels in wanted if height * wide * channels == width]
    if not fitting:
        cells = " or ".join(str(height * wide * channels) for channels in wanted)
        raise UsageError(
            f"{name}: rows of {cells} numbers were expected for images of {height} x {wide}, rows "
            f"of {width} came",
            advice="Set the columns that are no pixels aside with --drop, --id or --label.",
        )
    form = ImageForm(height=height, width=wide, channels=fitting[0])
    _refuse_large(form, name)
    return form


def _size(
    looks: Mapping[Look, int], options: RowOptions, name: str, asked: str
) -> tuple[int, int, str]:
    if options.height_width is not None:
        return *options.height_width, asked
    sizes = Counter[tuple[int, int]]()
    for look, count in looks.items():
        sizes[look.height, look.width] += count
    (height, width), _ = sizes.most_common(1)[0]
    if len(sizes) == 1:
        return height, width, "as all are; --size to change"
    shown = ", ".join(
        f"{h} x {w} ({counted(n, 'image')})" for (h, w), n in sizes.most_common(SHOWN)
    )
    more = f" and {counted(len(sizes) - SHOWN, 'more size')}" if len(sizes) > SHOWN else ""
    raise UsageError(
        f"{name}: images of {len(sizes)} sizes came, one was expected: {shown}{more}",
        advice=f"Bring them to one with --size, such as {_proposed(height, width)}; with "
        "--crop what is of another shape is cut, not stretched.",
    )


def _proposed(height: int, width: int) -> str:
    """A size of that shape that a network can bear."""
    shrink = min(1.0, 128 / max(height, width))
    return f"{max(1, round(height * shrink))}x{max(1, round(width * shrink))}"


def _channels(
    pictures: Pictures, looks: Mapping[Look, int], options: RowOptions
) -> tuple[int, str]:
    if options.colour in _ASKED:
        channels = _ASKED[options.colour]
        return channels, f"{_named(channels)} (as asked)"
    most = max(look.channels for look in looks)
    if most == 1 or (most == 3 and not has_colours(pictures)):
        return 1, "grey (as all are; --colour to change)"
    return most, f"{_named(most)} (not all are grey; --colour to change)"


def _named(channels: int) -> str:
    return ", ".join(CHANNELS[channels])


def _refuse_large(form: ImageForm, name: str) -> None:
    if form.cells <= MOST_CELLS:
        return
    raise UsageError(
        f"{name}: images of {form.height} x {form.width} with {counted(form.channels, 'channel')} "
        f"have {form.cells} cells, at most {MOST_CELLS} can be learnt from",
        advice=f"Make them smaller with --size, such as {_proposed(form.height, form.width)}.",
    )
