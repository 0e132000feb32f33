"""Nouns to JSON and back: `dumps(noun)` writes what `contracts/schema/` describes, `loads(Type, text)` reads it.

Pure. Decoders are built once a type from its annotations; there is no other place where a noun is
turned into a dict.
"""

import types
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

import orjson

T = TypeVar("T")
Decoder = Callable[[Any], Any]


def dumps(noun: Any) -> str:
    """JSON of a noun or of plain data; moments as RFC 3339, enums as their values."""
    return orjson.dumps(noun).decode()


def plain(noun: Any) -> Any:
    """The same as dicts, lists and strings, as a JSON reader would see it."""
    return orjson.loads(orjson.dumps(noun))


def loads(kind: type[T], text: str | bytes) -> T:
    """The noun of type `kind` that `dumps` wrote. Keys that it does not know are an error."""
    return build(kind, orjson.loads(text))


def build(kind: type[T], data: Any) -> T:
    """The noun of type `kind` from already parsed JSON."""
    noun: T = _decoder(kind)(data)  # type: ignore[arg-type]  # types are hashable; mypy does not know it of type[T]
    return noun


@cache
def _decoder(kind: Any) -> Decoder:
    origin, args = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return _optional(args)
    if origin is tuple:
        inner = _decoder(args[0])
        return lambda data: tuple([inner(one) for one in data])
    if origin in (dict, Mapping):
        return _mapping(_decoder(args[1]))
    if hasattr(kind, "__supertype__"):
        return _decoder(kind.__supertype__)
    if isinstance(kind, type) and is_dataclass(kind):
        return _noun(kind)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind
    if kind is datetime:
        return datetime.fromisoformat
    if kind is date:
        return date.fromisoformat
    return _same


def _optional(args: tuple[Any, ...]) -> Decoder:
    real = [a for a in args if a is not type(None)]
    inner = _decoder(real[0]) if len(real) == 1 else _same
    return inner if inner is _same else lambda data: None if data is None else inner(data)


def _mapping(inner: Decoder) -> Decoder:
    return dict if inner is _same else lambda data: {key: inner(value) for key, value in data.items()}


def _noun(kind: type[Any]) -> Decoder:
    hints = get_type_hints(kind)
    decoders = {f.name: _decoder(hints[f.name]) for f in fields(kind)}
    turned = [(name, decoder) for name, decoder in decoders.items() if decoder is not _same]

    def decode(data: Mapping[str, Any]) -> Any:
        told = dict(data)
        for name, decoder in turned:
            if name in told:
                told[name] = decoder(told[name])
        return kind(**told)

    return decode


def _same(data: Any) -> Any:
    return data
