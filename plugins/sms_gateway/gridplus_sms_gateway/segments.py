"""How long a short message is: segments of Chinese text (UCS-2), as the operators count them.

One segment holds 70 characters; of several each holds 67, since a header takes the rest (GSM 03.40, 6 octets).
"""

from typing import Final

ALONE: Final = 70
OF_MANY: Final = 67


def units_of(text: str) -> int:
    """UCS-2 units: a character beyond the basic plane counts two."""
    return len(text.encode("utf-16-be")) // 2


def segments_of(text: str) -> int:
    """How many segments the text takes; an empty one takes one."""
    units = units_of(text)
    return 1 if units <= ALONE else -(-units // OF_MANY)
