"""Nouns to JSON and back: `dumps(noun)` writes what `contracts/schema/` describes, `loads(Type, text)` reads it.

Pure. There is no other place where a noun is turned into a dict. Read by msgspec, since a whistle's life reads its
nouns some twenty times: a fifth of what decoders of our own took (docs/measured.md, `python -m tests.bench.nouns`).
"""

from functools import cache
from typing import Any, TypeVar

import msgspec
import orjson

T = TypeVar("T")


def dumps(noun: Any) -> str:
    """JSON of a noun or of plain data; moments as RFC 3339, enums as their values."""
    return orjson.dumps(noun).decode()


def canonical(value: Any) -> bytes:
    """The bytes that are hashed and signed for plain data: whatever the order of its keys, the same ones."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def plain(noun: Any) -> Any:
    """The same as dicts, lists and strings, as a JSON reader would see it."""
    return orjson.loads(orjson.dumps(noun))


def loads(kind: type[T], text: str | bytes) -> T:
    """The noun of type `kind` that `dumps` wrote. Raises ValueError where it is none; keys that it does not know, of a
    hub that is newer, are passed over."""
    noun: T = _decoder(kind).decode(text)  # type: ignore[arg-type]  # types are hashable; mypy does not know it of type[T]
    return noun


def build(kind: type[T], data: Any) -> T:
    """The noun of type `kind` from already parsed JSON, in the same way."""
    noun: T = msgspec.convert(data, kind)
    return noun


@cache
def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind)
