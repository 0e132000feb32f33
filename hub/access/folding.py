"""One text, letter by letter in its plainest form, so that places found in the fold are places in the text.

`unicodedata.normalize("NFKC", …)` may change the length of a text; here each letter becomes one letter.
"""

import re
import unicodedata
from itertools import chain
from typing import Final

_BLOCKS: Final = (
    (0x00B2, 0x00BA),  # raised digits
    (0x0130, 0x0131),  # İ, whose small form is two letters
    (0x2070, 0x209C),  # raised and lowered digits
    (0x2460, 0x24EA),  # circled digits and letters
    (0x2F00, 0x2FD6),  # Kangxi radicals, which look like the characters
    (0x3000, 0x3001),  # the wide blank
    (0xF900, 0xFAD9),  # compatibility ideographs
    (0xFF01, 0xFF5F),  # full-width letters, digits, signs
    (0x1D400, 0x1D800),  # mathematical letters and digits
)


def _plain(code: int) -> str:
    plain = unicodedata.normalize("NFKC", chr(code))
    return plain if len(plain) == 1 else chr(code)


_TABLE: Final = {code: _plain(code) for code in chain.from_iterable(range(*block) for block in _BLOCKS)} | {
    0x0130: "i"
}
_ODD: Final = re.compile("[" + "".join(f"{chr(first)}-{chr(behind - 1)}" for first, behind in _BLOCKS) + "]")


def fold(text: str) -> str:
    """`text` in half-width small letters; as long as `text`, letter for letter."""
    return (text.translate(_TABLE) if _ODD.search(text) else text).lower()
