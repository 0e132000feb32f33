"""Do two pictures look alike? 64 bits of each, by which the same photo is known after it was scaled, compressed or
brightened; and how to find one among a million.

Pure. Bits say where a small grey version gets darker from left to right. Two that differ in at most NEAR of 64 bits
share one of four 16-bit bands but for at most one bit: whoever looks up all such bands misses none.
"""

from collections.abc import Iterator
from typing import Final

WIDTH: Final = 9
HEIGHT: Final = 8
"""Of the small grey version, pixels: each row gives one bit less than it has pixels."""
NEAR: Final = 6
"""Pictures that differ in no more bits are taken for one."""
_BANDS: Final = 4
_BAND_BITS: Final = 16
_MASK: Final = (1 << _BAND_BITS) - 1
_STEP: Final = 2
"""Steps of 256 that neighbours must differ by: less is noise."""
_LEAST: Final = 8
"""Pairs of neighbours that must differ: a wall or a black picture looks like every other one."""


def likeness(grey: bytes) -> int | None:
    """64 bits of a picture, from its WIDTH × HEIGHT brightnesses row by row; None where there is nothing in it."""
    bits = steps = 0
    for at in range(WIDTH * HEIGHT):
        if at % WIDTH == WIDTH - 1:
            continue
        darker = grey[at] - grey[at + 1]
        bits = bits << 1 | (darker > _STEP)
        steps += abs(darker) > _STEP
    return bits if steps >= _LEAST else None


def is_near(one: int, other: int) -> bool:
    """Whether the two are taken for one picture."""
    return (one ^ other).bit_count() <= NEAR


def bands(of: int) -> tuple[int, ...]:
    """The codes under which a picture is kept: each of its four bands with its place."""
    return tuple(at << _BAND_BITS | of >> at * _BAND_BITS & _MASK for at in range(_BANDS))


def probes(of: int) -> Iterator[int]:
    """The codes under which every picture that is near it is found."""
    for code in bands(of):
        yield code
        for bit in range(_BAND_BITS):
            yield code ^ 1 << bit
