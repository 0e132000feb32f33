"""Two pictures of one thing are known as such, and found among many; two of different things are not."""

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageEnhance

from hub.run.ground.pictures import grey
from hub.whistle.likeness import HEIGHT, NEAR, WIDTH, bands, is_near, likeness, probes
from tests.photos import scene

bits = st.integers(0, 2**64 - 1)


def seen(content: bytes) -> int:
    """The 64 bits of a photo that shows something."""
    found = likeness(grey(content, WIDTH, HEIGHT))
    assert found is not None
    return found


def brightened(content: bytes) -> bytes:
    """The same photo, a good deal brighter, as PNG."""
    out = BytesIO()
    ImageEnhance.Brightness(Image.open(BytesIO(content))).enhance(1.15).save(out, "PNG")
    return out.getvalue()


@pytest.mark.nasty("N80")
@pytest.mark.parametrize("seed", range(8))
def test_the_same_photo_scaled_compressed_or_brightened_looks_alike(seed: int) -> None:
    one = seen(scene(seed))
    assert is_near(one, seen(scene(seed, size=(160, 120))))
    assert is_near(one, seen(scene(seed, quality=30)))
    assert is_near(one, seen(brightened(scene(seed))))


def test_photos_of_other_things_do_not_look_alike() -> None:
    all_ = [seen(scene(seed)) for seed in range(40)]
    assert not any(is_near(a, b) for at, a in enumerate(all_) for b in all_[:at])


@pytest.mark.parametrize("brightness", [0, 128, 255])
def test_a_picture_of_nothing_looks_like_none(brightness: int) -> None:
    assert likeness(bytes([brightness]) * (WIDTH * HEIGHT)) is None


@given(bits, st.sets(st.integers(0, 63), max_size=NEAR))
def test_whatever_is_near_is_found_by_its_bands(one: int, flipped: set[int]) -> None:
    other = one
    for bit in flipped:
        other ^= 1 << bit
    assert is_near(one, other)
    assert set(probes(one)) & set(bands(other))


@given(bits, st.sets(st.integers(0, 63), min_size=NEAR + 1))
def test_what_differs_in_more_bits_is_not_near(one: int, flipped: set[int]) -> None:
    other = one
    for bit in flipped:
        other ^= 1 << bit
    assert not is_near(one, other)
