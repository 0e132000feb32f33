"""JSON as sources send it: parsed without losing digits, and cut into records byte for byte.

Pure. Rules: domain.md N29 (BOM, NaN, broken documents), N44 (digits after the point are information, so
a number with a fraction stays text). Nothing about any one source may live here.
"""

import json
from collections.abc import Sequence
from typing import Final, NoReturn

from hub.errors import BadRecord
from hub.plugin.text import decode_unproved

DEEPEST: Final = 64
"""Objects and lists inside each other; a deeper document is an attack or a mistake."""


def _refuse_constant(_: str) -> NoReturn:
    raise ValueError


# strict=False: real systems leave line breaks inside strings unescaped
_DECODER: Final = json.JSONDecoder(parse_float=str, parse_constant=_refuse_constant, strict=False)
_SPACE: Final = " \t\r\n"


def read_json(raw: bytes, *, declared: str = "") -> object:
    """The document in `raw`; numbers with a fraction or exponent come as text, exactly as sent.

    Raises BadRecord R102 where it is no JSON (NaN and Infinity are none), R101 where it is in no known
    charset. Mojibake inside passes: `hub.plugin.fields.Fields` finds it and names the field.
    """
    try:
        return parse_json(decode_unproved(raw, declared=declared))
    except ValueError:
        raise BadRecord("R102") from None  # the cause would quote the body


def read_page(raw: bytes) -> object:
    """The document that frames a page of rows; raises ValueError where it is no JSON.

    Bytes that are no UTF-8 survive as lone surrogates: one bad row must not stop its page, and
    `cut_rows` gives its bytes back as they were.
    """
    try:
        return parse_json(raw.decode("utf-8-sig", "surrogateescape"))
    except ValueError:
        return parse_json(_in_gb(raw))


def parse_json(text: str) -> object:
    """As `read_json`, of words that are decoded already; raises ValueError where it is no JSON."""
    if too_deep(text):
        raise ValueError("too deep")
    return _DECODER.decode(text)


def too_deep(text: str) -> bool:
    """True where brackets open more than `DEEPEST` levels, counted without looking at strings."""
    if text.count("[") + text.count("{") <= DEEPEST:
        return False
    depth = 0
    for character in text:
        if character in "[{":
            depth += 1
            if depth > DEEPEST:
                return True
        elif character in "]}":
            depth -= 1
    return False


def cut_rows(raw: bytes, *path: str) -> tuple[bytes, ...]:
    """The elements of the list at `path`, each byte for byte as it stands in `raw`; in UTF-8 where `raw` is in GB18030 with a
    character that holds the byte of a backslash (誠).

    `()` where the path leads nowhere or to null. Raises ValueError where `raw` is no JSON or the path
    leads to something else than a list: the caller knows whether that is a record's fault or a source's.
    """
    try:
        return _cut(raw.decode("utf-8-sig", "surrogateescape"), path)
    except ValueError:
        return _cut(_in_gb(raw), path)


def _in_gb(raw: bytes) -> str:
    """Words in GB18030; raises ValueError for UTF-8, and for what is neither."""
    try:
        raw.decode()
    except UnicodeDecodeError:
        return raw.decode("gb18030")
    raise ValueError("UTF-8")


def _cut(text: str, path: Sequence[str]) -> tuple[bytes, ...]:
    if too_deep(text):
        raise ValueError("too deep")
    at = _skip(text, 0)
    for name in path:
        found = _value_of(text, at, name)
        if found is None:
            return ()
        at = found
    if text.startswith("null", at):
        return ()
    return tuple(piece.encode("utf-8", "surrogateescape") for piece in _elements(text, at))


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in _SPACE:
        at += 1
    return at


def _value_of(text: str, at: int, name: str) -> int | None:
    """Where the value of `name` begins in the object at `at`."""
    if text[at : at + 1] != "{":
        raise ValueError("not an object")
    at = _skip(text, at + 1)
    while text[at : at + 1] == '"':
        key, at = _DECODER.raw_decode(text, at)
        at = _skip(text, at)
        if text[at : at + 1] != ":":
            raise ValueError("no colon")
        at = _skip(text, at + 1)
        if key == name:
            return at
        _, at = _DECODER.raw_decode(text, at)
        at = _skip(text, at)
        if text[at : at + 1] != ",":
            break
        at = _skip(text, at + 1)
    if text[at : at + 1] != "}":
        raise ValueError("object not closed")
    return None


def _elements(text: str, at: int) -> list[str]:
    if text[at : at + 1] != "[":
        raise ValueError("not a list")
    pieces: list[str] = []
    at = _skip(text, at + 1)
    while text[at : at + 1] != "]":
        _, end = _DECODER.raw_decode(text, at)
        pieces.append(text[at:end])
        at = _skip(text, end)
        if text[at : at + 1] == ",":
            at = _skip(text, at + 1)
        elif text[at : at + 1] != "]":
            raise ValueError("list not closed")
    return pieces
