"""A picture is drawn anew: its pixels stay, everything else that the file carried is gone."""

import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image, ImageCms, PngImagePlugin

from hub.errors import Refused
from hub.run.ground.pictures import Part, drawn
from tests.photos import CANARY, photo


def opened(content: bytes) -> Image.Image:
    """As whoever gets it sees it."""
    return Image.open(BytesIO(content))


@pytest.mark.nasty("N58")
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_nothing_that_the_file_said_about_itself_is_left(kind: str) -> None:
    sent = photo(kind)
    assert CANARY in sent
    shown = drawn(sent)
    assert CANARY not in shown.content
    image = opened(shown.content)
    assert ("JPEG", (shown.width, shown.height)) == (image.format, image.size)
    assert {"jfif", "jfif_version", "jfif_unit", "jfif_density"} == set(image.info)
    assert {} == dict(image.getexif())


def test_bytes_behind_the_end_and_a_profile_are_gone() -> None:
    out = BytesIO()
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    Image.new("RGB", (8, 8)).save(out, "JPEG", icc_profile=profile, comment=CANARY)
    shown = drawn(out.getvalue() + b"PK\x03\x04" + CANARY)
    assert CANARY not in shown.content
    assert b"PK\x03\x04" not in shown.content
    assert "icc_profile" not in opened(shown.content).info


def test_text_in_a_png_is_gone() -> None:
    out, note = BytesIO(), PngImagePlugin.PngInfo()
    note.add_text("Author", CANARY.decode(), zip=False)
    Image.new("RGB", (8, 8)).save(out, "PNG", pnginfo=note)
    assert CANARY in out.getvalue()
    assert CANARY not in drawn(out.getvalue()).content


def test_a_picture_is_turned_as_it_was_held() -> None:
    out, turned = BytesIO(), Image.Exif()
    turned[0x0112] = 6
    Image.new("RGB", (40, 20)).save(out, "JPEG", exif=turned)
    shown = drawn(out.getvalue())
    assert (20, 40) == (shown.width, shown.height)


def test_a_large_picture_comes_no_larger_than_a_screen() -> None:
    out = BytesIO()
    Image.new("RGB", (5000, 2500), "green").save(out, "JPEG")
    shown = drawn(out.getvalue())
    assert 2048 == max(shown.width, shown.height)


def test_of_a_film_of_pictures_the_first_is_drawn() -> None:
    out = BytesIO()
    first, second = Image.new("RGB", (8, 8), "red"), Image.new("RGB", (8, 8), "blue")
    first.save(out, "GIF", save_all=True, append_images=[second])
    red, _, blue = opened(drawn(out.getvalue()).content).convert("RGB").getpixel((4, 4))  # type: ignore[misc]  # three bands
    assert red > 200 > 50 > blue


def test_what_is_clear_becomes_white() -> None:
    out = BytesIO()
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(out, "PNG")
    assert (255, 255, 255) == opened(drawn(out.getvalue()).content).getpixel((4, 4))


@pytest.mark.nasty("N63")
def test_a_covered_part_is_black_and_the_rest_is_as_it_was() -> None:
    out = BytesIO()
    Image.new("RGB", (64, 64), "white").save(out, "PNG")
    shown = opened(drawn(out.getvalue(), [Part(8, 16, 24, 16)]).content).convert("L")
    inside = shown.crop((8, 16, 32, 32)).tobytes()
    outside = [*shown.crop((0, 0, 64, 15)).tobytes(), *shown.crop((33, 0, 64, 64)).tobytes()]
    assert max(inside) < 10
    assert min(outside) > 240


@pytest.mark.parametrize(
    "part", [Part(0, 0, 0, 5), Part(-1, 0, 5, 5), Part(60, 0, 5, 5), Part(0, 60, 5, 5), Part(0, 0, 65, 1)]
)
def test_a_part_outside_of_the_picture_is_refused_and_covers_nothing_else(part: Part) -> None:
    out = BytesIO()
    Image.new("RGB", (64, 64)).save(out, "PNG")
    with pytest.raises(Refused) as refused:
        drawn(out.getvalue(), [part])
    assert ("F134", {"width": 64, "height": 64}) == (refused.value.code, refused.value.facts)


def claims(width: int, height: int) -> bytes:
    """A PNG of a hundred bytes that claims to be so large."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    )


@pytest.mark.nasty("N72")
@pytest.mark.parametrize(
    "content",
    [
        pytest.param(claims(30_000, 30_000), id="a bomb"),
        pytest.param(claims(2**31 - 1, 2**31 - 1), id="a larger one"),
        pytest.param(claims(8, 8), id="no pixels"),
        pytest.param(photo("JPEG")[:200], id="cut off"),
        pytest.param(b"\xff\xd8\xff" + bytes(100), id="a head and nothing else"),
        pytest.param(b"GIF89a", id="six bytes"),
    ],
)
def test_what_cannot_be_drawn_is_refused_by_code(content: bytes) -> None:
    with pytest.raises(Refused) as refused:
        drawn(content)
    assert ("F131", {}) == (refused.value.code, refused.value.facts)


@pytest.mark.nasty("N72")
def test_a_picture_that_could_be_drawn_but_would_fill_the_memory_is_not() -> None:
    out = BytesIO()
    Image.new("1", (9000, 9000)).save(out, "PNG")
    assert len(out.getvalue()) < 100_000
    with pytest.raises(Refused) as refused:
        drawn(out.getvalue())
    assert "F131" == refused.value.code


@pytest.mark.parametrize("content", [b"%PDF-1.7", b"<html>", b""])
def test_what_is_no_picture_is_refused_by_its_kind(content: bytes) -> None:
    with pytest.raises(Refused) as refused:
        drawn(content)
    assert "F133" == refused.value.code
