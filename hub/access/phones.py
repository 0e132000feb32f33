"""How telephone numbers are written in China, and the numbers found in a text. Pure."""

import re
import unicodedata
from typing import Final

GAP: Final = r"[ .\-‐-―·\u200b-\u200d\u2060\ufeff]{0,2}"
"""What may stand between two digits of one number: at most two blanks, dashes, dots or invisible marks."""

MOBILE: Final = rf"(?<![0-9])(?:\+?(?:00)?86{GAP}|0)?1{GAP}[3-9](?:{GAP}[0-9]){{9}}(?![0-9])"
"""`^1[3-9]` and nine digits, after +86, 0086 or 0. [0-9], not \\d: \\d also takes full-width digits."""

LANDLINE: Final = (
    rf"(?<![0-9])(?:(?:(?:\+|00)?86{GAP})?[(（]?0(?:10|2[0-9]|[3-9][0-9]{{2}})[)）]?|(?:\+|00)86{GAP}(?:10|2[0-9]|[3-9][0-9]{{2}}))"
    rf"{GAP}[2-8](?:{GAP}[0-9]){{6,7}}(?:(?:转|-|ext\.?){GAP}[0-9]{{1,5}})?(?![0-9])"
)
"""Area code and seven or eight digits, with an extension."""

_NUMBER: Final = re.compile(f"(?P<mobile>{MOBILE})|(?P<landline>{LANDLINE})")
_NOT_DIGITS: Final = re.compile(r"[^0-9]+")
_EXTENSION: Final = re.compile(r"(?:转|ext\.?).*|(?<=[0-9]{7})-[0-9]{1,5}$")


def numbers_in(text: str) -> tuple[str, ...]:
    """The telephone numbers in `text`, digits only: mobiles of 11 digits, land lines with area code."""
    found = _NUMBER.finditer(unicodedata.normalize("NFKC", text))
    return tuple(_mobile(match[0]) if match["mobile"] else _landline(match[0]) for match in found)


def _mobile(written: str) -> str:
    return _NOT_DIGITS.sub("", written)[-11:]


def _landline(written: str) -> str:
    digits = _NOT_DIGITS.sub("", _EXTENSION.sub("", written))
    for country in ("0086", "86"):
        digits = digits.removeprefix(country)
    return digits if digits.startswith("0") else "0" + digits
