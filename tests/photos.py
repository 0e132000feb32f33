"""Photos that tell more than they show: where, by whom, of whom. For tests."""

from io import BytesIO

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
