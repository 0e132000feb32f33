"""Bodies in the kit's hand: what form one has, where its values stand, and the same body with another value. Pure.

Bytes are read as Latin-1 here: each is one character and comes back as it was, whatever charset was meant.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from random import Random
from typing import Final

from hub.plugin import Body

_JSON_VALUE: Final = re.compile(
    r'"(?:[^"\\]|\\.)*"(?P<key>\s*:)?|-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|\btrue\b|\bfalse\b|\bnull\b'
)
_XML_VALUE: Final = re.compile(r"(?<=<!\[CDATA\[).+?(?=\]\]>)|(?<=>)[^<>]*[^<>\s][^<>]*(?=<)", re.DOTALL)
_CELL: Final = re.compile(r"[^,;\t\r\n|]+")
_SEED: Final = 20260310


class Form(StrEnum):
    """What a body is written in, as far as its bytes tell."""

    JSON = "json"
    XML = "xml"
    ARCHIVE = "archive"
    """A zip archive: a workbook is one."""
    TABLE = "table"
    """Anything else with letters: a line of a table, mostly."""


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a body, by the places of its first byte and of the byte behind it."""

    begin: int
    end: int


def form_of(content: bytes) -> Form:
    """JSON, XML, archive or table."""
    head = content.removeprefix(b"\xef\xbb\xbf").lstrip()[:2]
    if head.startswith(b"PK"):
        return Form.ARCHIVE
    if head[:1] in (b"{", b"["):
        return Form.JSON
    return Form.XML if head[:1] == b"<" else Form.TABLE


def values_in(content: bytes) -> tuple[Value, ...]:
    """All values, in order; none in an archive. A JSON string's value lies within its quotes."""
    text = content.decode("latin-1")
    match form_of(content):
        case Form.JSON:
            found = (one for one in _JSON_VALUE.finditer(text) if not one["key"])
            return tuple(Value(one.start(), one.end()) for one in found)
        case Form.XML:
            return tuple(Value(one.start(), one.end()) for one in _XML_VALUE.finditer(text))
        case Form.TABLE:
            return tuple(Value(one.start(), one.end()) for one in _CELL.finditer(text))
        case Form.ARCHIVE:
            return ()


def with_value(body: Body, value: Value, words: bytes) -> Body:
    """The body with other bytes in the place of one value."""
    content = body.content
    return replace(body, content=content[: value.begin] + words + content[value.end :])


def replaced(body: Body, words: str, by: str) -> Body | None:
    """The body with other words in the place of the first value that is made of `words`, in the charset that it is in;
    None where none is. A number may have zeros behind it.
    """
    charset = charset_of(body.content)
    sought = _made_of(words, charset)
    for value in values_in(body.content):
        found = sought.fullmatch(body.content[value.begin : value.end])
        if found is not None:
            place = Value(value.begin + found.start("words"), value.begin + found.end("words"))
            return with_value(body, place, by.encode(charset))
    return None


def charset_of(content: bytes) -> str:
    """UTF-8 where it can be, else GB18030."""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8"


def _made_of(words: str, charset: str) -> re.Pattern[bytes]:
    zeros = rb"0*" if re.fullmatch(r"-?[0-9]+\.[0-9]*", words) else b""
    plain = re.escape(words.encode(charset, "replace"))
    return re.compile(rb'\s*"?\s*(?P<words>' + plain + zeros + rb')\s*"?\s*')


def cut(content: bytes, places: int = 24) -> Iterator[bytes]:
    """The body's beginning, cut off at so many places all over it."""
    for place in sorted({len(content) * at // places for at in range(places)}):
        yield content[:place]


def noisy(content: bytes, times: int = 24) -> Iterator[bytes]:
    """The body with some of its bytes changed, and noise alone. The same each time."""
    dice = Random(_SEED)  # noqa: S311  the same noise for everybody
    for _ in range(times):
        spoilt = bytearray(content)
        for _ in range(1 + len(spoilt) // 40):
            spoilt[dice.randrange(len(spoilt))] = dice.randrange(256)
        yield bytes(spoilt)
    yield dice.randbytes(len(content))
    yield bytes(len(content))
