"""What a file is stands in its first bytes."""

from io import BytesIO

import pytest
from PIL import Image

from hub.intake.filetypes import CODES, KEPT, FileKind, kind_of
from hub.messages import CATALOGUE


def drawn_as(kind: str) -> bytes:
    """A small picture, as a library writes that kind."""
    out = BytesIO()
    Image.new("RGB", (4, 4), "red").save(out, kind)
    return out.getvalue()


@pytest.mark.nasty("N72")
@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (drawn_as("JPEG"), FileKind.JPEG),
        (drawn_as("PNG"), FileKind.PNG),
        (drawn_as("WEBP"), FileKind.WEBP),
        (drawn_as("GIF"), FileKind.GIF),
        (drawn_as("PDF"), FileKind.PDF),
        (drawn_as("AVIF"), FileKind.HEIC),
        (drawn_as("BMP"), FileKind.OTHER),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00", FileKind.HEIC),
        (b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00", FileKind.VIDEO),
        (b"\x00\x00\x00\x14ftypqt  ", FileKind.VIDEO),
        (b"RIFF\x00\x00\x00\x00AVI LIST", FileKind.VIDEO),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", FileKind.OTHER),
        (b"RIFF\n\n\n\nWEBPVP8 ", FileKind.WEBP),
        (b"\x1aE\xdf\xa3\x01", FileKind.VIDEO),
        (b"PK\x03\x04", FileKind.OTHER),
        (b"<!DOCTYPE html>", FileKind.OTHER),
        (b"<svg onload=alert(1)>", FileKind.OTHER),
        (b"MZ\x90\x00", FileKind.OTHER),
        (b"\x1f\x8b\x08", FileKind.OTHER),
        (b"", FileKind.EMPTY),
        (b"\xff", FileKind.OTHER),
        (b" \xff\xd8\xff", FileKind.OTHER),
    ],
)
def test_a_kind_is_told_by_content(content: bytes, expected: FileKind) -> None:
    assert expected is kind_of(content)


def test_every_kind_that_is_not_kept_has_its_words() -> None:
    assert set(FileKind) - KEPT == set(CODES)
    assert set(CODES.values()) <= set(CATALOGUE)
