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
    (0xFF0B, 0xFF0C),  # ＋
    (0xFF0D, 0xFF0F),  # － ．
    (0xFF10, 0xFF1A),  # full-width digits
    (0xFF20, 0xFF3B),  # ＠, full-width capitals
    (0xFF3F, 0xFF40),  # ＿
    (0xFF41, 0xFF5B),  # full-width small letters
)


def _plain(code: int) -> str:
    plain = unicodedata.normalize("NFKC", chr(code))
    return plain if len(plain) == 1 else chr(code)


_TABLE: Final = {code: _plain(code) for code in chain.from_iterable(range(*block) for block in _BLOCKS)} | {
    0x0130: "i"
}
_ODD: Final = re.compile("[" + "".join(f"{chr(first)}-{chr(behind - 1)}" for first, behind in _BLOCKS) + "]+")


def fold(text: str) -> str:
    """`text` in half-width small letters; as long as `text`, letter for letter.

    Chinese punctuation stays as it is: it is in every text, and what reads the fold knows both forms.
    """
    return text.lower() if text.isascii() else _ODD.sub(_in_plain_letters, text).lower()


def _in_plain_letters(odd: re.Match[str]) -> str:
    return odd[0].translate(_TABLE)
