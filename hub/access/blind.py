"""The blind index: equal values of one kind get equal digests, under a key of its own. Pure.

For call-back and a resident's own request only; nothing lists, counts or ranks by it (invariant 5).
Phones and ids can be guessed, so a digest without a key would be no protection.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from hashlib import blake2b
from types import MappingProxyType
from typing import Final

from hub.access.names import NO_NAMES
from hub.access.phones import numbers_in

_DIGEST_BYTES: Final = 16
_NOT_ID: Final = re.compile(r"[^0-9A-Z]+")
_NOT_DIGITS: Final = re.compile(r"[^0-9]+")
_SHORTEST_NUMBER: Final = 6


def _phone(text: str) -> str:
    """Digits only; without +86 and blanks; the first of several numbers."""
    if len(text) == 11 and text.isascii() and text.isdigit():
        return text if _tells(text) else ""
    found = numbers_in(text)
    digits = found[0] if found else _NOT_DIGITS.sub("", text)
    return digits if _tells(digits) else ""


def _id_number(text: str) -> str:
    """Letters and digits, capital X."""
    number = _NOT_ID.sub("", text.upper())
    return number if _tells(number) else ""


def _name(text: str) -> str:
    name = "".join(text.split())
    return "" if name in NO_NAMES else name


def _tells(number: str) -> bool:
    """Whether a number is somebody's: `000000` is what clerks type when they have none (N54)."""
    return len(number) >= _SHORTEST_NUMBER and len(set(number)) > 1


NORMAL_FORMS: Final[Mapping[str, Callable[[str], str]]] = MappingProxyType(
    {"phone": _phone, "id_number": _id_number, "name": _name}
)
"""Kind → normal form of a value after NFKC; "" for what identifies nobody."""


def blind_digest(key: bytes, kind: str, value: str) -> bytes | None:
    """16 bytes for `value` of `kind`; None where it identifies nobody: masked (N57), absent, all zeros (N54).

    Raises KeyError for a kind that is not in `NORMAL_FORMS`.
    """
    text = unicodedata.normalize("NFKC", value).strip()
    normal = "" if "*" in text else NORMAL_FORMS[kind](text)
    if not normal:
        return None
    return blake2b(normal.encode(), key=key, person=kind.encode()[:16], digest_size=_DIGEST_BYTES).digest()
