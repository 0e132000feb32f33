"""The frozen types of `hub.model` and the schema files say the same."""

import types
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest

from hub import jsonform, model
from hub.pack.organisations import Organisation
from hub.schema import schemas
from hub.whistle.lifecycle import moves_of

NOUNS: Mapping[str, type] = {
    "area": model.Area,
    "grid": model.Grid,
    "place": model.Place,
    "organisation": Organisation,
    "resident": model.Resident,
    "event": model.Event,
    "incident": model.Incident,
    "whistle": model.Whistle,
    "report": model.Report,
    "contract": model.Contract,
    "grant": model.Grant,
}
nouns = pytest.mark.parametrize(("name", "kind"), NOUNS.items(), ids=list(NOUNS))


@nouns
def test_each_field_of_a_noun_has_its_property_and_no_property_stands_alone(name: str, kind: type) -> None:
    assert [one.name for one in fields(kind)] == list(schemas()[name]["properties"])


@nouns
def test_a_field_without_a_default_is_required(name: str, kind: type) -> None:
    assert [one.name for one in fields(kind) if _has_no_default(one)] == schemas()[name]["required"]


@nouns
def test_types_agree_down_to_the_last_nested_field(name: str, kind: type) -> None:
    assert list(_differences(kind, schemas()[name], schemas()[name], name)) == []


@nouns
def test_the_example_is_what_the_hub_writes_of_the_noun_that_it_reads(name: str, kind: type) -> None:
    (example,) = schemas()[name]["examples"]
    assert example == jsonform.plain(jsonform.build(kind, example))


def test_a_changed_type_would_be_noticed() -> None:
    grown = {**schemas()["place"]["properties"], "lon": {"type": "string"}}
    assert list(_differences(model.Place, {"type": "object", "properties": grown}, {}, "place")) == [
        "place/lon"
    ]


def _has_no_default(one: Field[Any]) -> bool:
    return one.default is MISSING and one.default_factory is MISSING


def _differences(hint: Any, schema: Mapping[str, Any], whole: Mapping[str, Any], where: str) -> list[str]:
    """Paths at which the type `hint` and `schema` differ; `whole` is the file that `#` points into."""
    if "$ref" in schema:
        return _differences(hint, *_resolved(schema["$ref"], whole), where)
    origin, args = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType) and type(None) in args:
        (inner,) = [one for one in args if one is not type(None)]
        without = _without_null(schema)
        return [where] if without is None else _differences(inner, without, whole, where)
    if hasattr(hint, "__supertype__"):
        return _differences(hint.__supertype__, schema, whole, where)
    if isinstance(hint, type) and is_dataclass(hint):
        return _of_noun(hint, schema, whole, where)
    if origin is tuple and args[-1] is Ellipsis:
        ok = schema.get("type") == "array"
        return _differences(args[0], schema["items"], whole, f"{where}/*") if ok else [where]
    if origin is tuple:
        ok = len(schema.get("prefixItems", ())) == len(args) == schema.get("minItems")
        return [] if ok and schema["items"] is False else [where]
    if origin in (dict, Mapping):
        return _of_map(args[1], schema, whole, where)
    return [] if _same_plain(hint, schema) else [where]


def _of_noun(kind: type, schema: Mapping[str, Any], whole: Mapping[str, Any], where: str) -> list[str]:
    hints, properties = get_type_hints(kind), schema.get("properties", {})
    names = [one.name for one in fields(kind)]
    if names != list(properties):
        return [where]
    return [
        path
        for name in names
        for path in _differences(hints[name], properties[name], whole, f"{where}/{name}")
    ]


def _of_map(value: Any, schema: Mapping[str, Any], whole: Mapping[str, Any], where: str) -> list[str]:
    if value is object:  # free: a department's form, or the JSON Schema of one
        return [] if "$schema" in schema or schema.get("type") == "object" else [where]
    return _differences(value, schema["additionalProperties"], whole, f"{where}/*")


def _resolved(ref: str, whole: Mapping[str, Any]) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    file, _, pointer = ref.partition("#")
    if file.startswith("https://json-schema.org/"):
        return {"$schema": file}, {}
    found = whole = schemas()[file.removesuffix(".v1.json")] if file else whole
    for part in pointer.strip("/").split("/") if pointer else ():
        found = found[part]
    return found, whole


def _without_null(schema: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """`schema` for the case that there is something; None where it does not allow null."""
    if "anyOf" in schema:
        inner = [one for one in schema["anyOf"] if one != {"type": "null"}]
        return inner[0] if len(inner) == len(schema["anyOf"]) - 1 == 1 else None
    kinds = schema.get("type")
    if not isinstance(kinds, list) or "null" not in kinds:
        return None
    rest = [one for one in kinds if one != "null"]
    return {**schema, "type": rest[0] if len(rest) == 1 else rest}


def _same_plain(hint: Any, schema: Mapping[str, Any]) -> bool:
    kind, form = schema.get("type"), schema.get("format")
    if hint is model.Move:  # a report is a department's, and so are its moves
        return tuple(schema.get("enum", ())) == moves_of(model.Actor.DEPARTMENT)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return set(schema.get("enum", ())) == {one.value for one in hint}
    if hint in (datetime, date):
        return kind == "string" and form == ("date-time" if hint is datetime else "date")
    if hint is str:
        return kind == "string" and form not in ("date", "date-time")
    if get_origin(hint) in (Union, types.UnionType):
        return {"string", "number", "boolean"} == set(kind or ())
    return kind == {bool: "boolean", int: "integer", float: "number"}.get(hint)
