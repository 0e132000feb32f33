"""Photos that tell more than they show: where, by whom, of whom. For tests."""

from io import BytesIO
from random import Random

from PIL import Image, PngImagePlugin

CANARY = b"CANARY-13912345678"


def photo(kind: str = "JPEG", said: bytes = CANARY, size: tuple[int, int] = (64, 48)) -> bytes:
    """A picture of that kind, with `said` in whatever it can hold beside its pixels."""
    exif = Image.Exif()
    exif[0x010E] = exif[0x013B] = said.decode()  # description, artist
    out = BytesIO()
    image = Image.linear_gradient("L").resize(size).convert("RGB")
    if kind == "JPEG":
        image.save(out, kind, exif=exif, comment=said)
    elif kind == "PNG":
        note = PngImagePlugin.PngInfo()
        note.add_text("Comment", said.decode())
        image.save(out, kind, exif=exif, pnginfo=note)
    elif kind == "GIF":
        image.save(out, kind, comment=said)
    else:
        image.save(out, kind, exif=exif)
    return out.getvalue()


def scene(seed: int, *, size: tuple[int, int] = (320, 240), quality: int = 90, taken: str = "") -> bytes:
    """A photo of something: other for each `seed`, the same scene for one; `taken`: what its camera says of when."""
    dice = Random(seed)
    image = Image.new("L", (32, 24))
    image.putdata([dice.randrange(256) for _ in range(32 * 24)])
    exif = Image.Exif()
    if taken:
        exif.get_ifd(0x8769)[0x9003] = taken
    out = BytesIO()
    image.resize(size, Image.Resampling.BICUBIC).convert("RGB").save(out, "JPEG", quality=quality, exif=exif)
    return out.getvalue()
