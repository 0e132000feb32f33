"""A picture as departments may be shown it: drawn anew, so that nothing of the file but its pixels is left.

No EXIF, place, owner, colour profile, comment, second frame or bytes behind the end; turned as it was held,
no larger than a screen, and black where a person covered it. Bytes in, bytes out; nothing is stored here.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Final

from PIL import Image, ImageDraw, ImageOps

from hub.clock import SHANGHAI
from hub.errors import Refused
from hub.intake.filetypes import HEAD, PICTURES, kind_of

MOST_PIXELS: Final = 50_000_000
"""A telephone's largest picture; 150 MB while it is drawn."""
_LARGEST: Final = 2048
"""Pixels of the longer side."""
_QUALITY: Final = 85
_EXIF: Final = 0x8769
_TAKEN: Final = 0x9003
"""DateTimeOriginal: local time, without a zone."""


@dataclass(frozen=True, slots=True)
class Part:
    """A rectangle to cover, in pixels of the picture as it is shown; `x`, `y` from its upper left corner."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Picture:
    """A JPEG and its size in pixels."""

    content: bytes
    width: int
    height: int


def drawn(content: bytes, covered: Sequence[Part] = ()) -> Picture:
    """`content` drawn anew. Raises Refused F133 for what is no picture, F131 for one that cannot be drawn, F134
    for a part outside of it."""
    kind = kind_of(content[:HEAD])
    if kind not in PICTURES:
        raise Refused("F133", kind=kind.value)
    canvas = _canvas(content, kind.value.upper())
    pen = ImageDraw.Draw(canvas)
    for part in covered:
        if not _lies_in(part, canvas):
            raise Refused("F134", width=canvas.width, height=canvas.height)
        pen.rectangle((part.x, part.y, part.x + part.width - 1, part.y + part.height - 1), fill="black")
    out = BytesIO()
    canvas.save(out, "JPEG", quality=_QUALITY)
    return Picture(out.getvalue(), canvas.width, canvas.height)


def grey(content: bytes, width: int, height: int) -> bytes:
    """Brightnesses of a small version of the picture, row by row. Raises Refused as `drawn`."""
    kind = kind_of(content[:HEAD])
    if kind not in PICTURES:
        raise Refused("F133", kind=kind.value)
    small = _canvas(content, kind.value.upper()).convert("L").resize((width, height), Image.Resampling.BOX)
    return small.tobytes()


def taken_at(content: bytes) -> datetime | None:
    """When the picture says that it was taken, on a clock of this country; None where it does not."""
    try:
        with Image.open(BytesIO(content)) as opened:
            _check_size(opened)
            said = str(opened.getexif().get_ifd(_EXIF).get(_TAKEN, ""))
        return datetime.strptime(said.strip("\0 "), "%Y:%m:%d %H:%M:%S").replace(tzinfo=SHANGHAI)
    except Exception:  # decoders fail in many ways; a picture without a date is no news
        return None


def _lies_in(part: Part, canvas: Image.Image) -> bool:
    return (
        min(part.x, part.y) >= 0
        and min(part.width, part.height) > 0
        and part.x + part.width <= canvas.width
        and part.y + part.height <= canvas.height
    )


def _check_size(opened: Image.Image) -> None:
    """Before anything is decoded: a few bytes may claim to be a square kilometre."""
    if opened.width * opened.height > MOST_PIXELS:
        raise Image.DecompressionBombError


def _canvas(content: bytes, decoder: str) -> Image.Image:
    """The pixels on a new canvas: a copy would take what the file says about itself along."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # its own limit only warns; ours, below, refuses
            with Image.open(BytesIO(content), formats=(decoder,)) as opened:
                _check_size(opened)
                opened.draft("RGB", (_LARGEST, _LARGEST))  # a JPEG is decoded no larger than it must be
                opened.seek(0)
                pixels = ImageOps.exif_transpose(opened).convert("RGBA")
    except Exception:  # decoders fail in many ways, and what they say may quote the file
        raise Refused("F131") from None
    pixels.thumbnail((_LARGEST, _LARGEST))
    canvas = Image.new("RGB", pixels.size, "white")
    canvas.paste(pixels, mask=pixels.getchannel("A"))
    return canvas
