"""A feedback form filled in with something that fits it: what a simulated department reports. Pure.

Not every JSON Schema can be filled in by rule; what comes out is checked, and None where it does not fit.
"""

from collections.abc import Mapping
from typing import Any, Final

import jsonschema_rs

from hub.model import Contract

_WORDS: Final = "已现场处置"
_BY_FORMAT: Final[Mapping[str, str]] = {"date": "2026-03-10", "date-time": "2026-03-10T10:00:00+08:00"}


def filled(contract: Contract) -> dict[str, Any] | None:
    """The fields that the form of `contract` requires, each with a plain value; None where no plain one fits."""
    form: Mapping[str, Any] = contract.form
    said = {name: _value(form["properties"][name]) for name in form["required"]}
    fits = jsonschema_rs.Draft202012Validator(dict(form), validate_formats=True).is_valid(said)
    return said if fits else None


def _value(schema: object) -> Any:
    if not isinstance(schema, Mapping):
        return _WORDS
    for word in ("const", "default"):
        if word in schema:
            return schema[word]
    for word in ("enum", "examples"):
        if schema.get(word):
            return schema[word][0]
    kind = schema.get("type", "string")
    return _of_kind(kind if isinstance(kind, str) else kind[0], schema)


def _of_kind(kind: str, schema: Mapping[str, Any]) -> Any:
    if kind in ("integer", "number"):
        return schema.get("minimum", 0)
    if kind == "boolean":
        return True
    if kind == "null":
        return None
    if kind == "array":
        return [_value(schema.get("items"))] * schema.get("minItems", 0)
    if kind == "object":
        inner = schema.get("properties", {})
        return {name: _value(inner.get(name)) for name in schema.get("required", ())}
    words = _BY_FORMAT.get(schema.get("format", ""), _WORDS)
    return words.ljust(schema.get("minLength", 0), "。")[: schema.get("maxLength")]
