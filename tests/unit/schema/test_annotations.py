"""Every field tells people what it is, in which unit, of which class of data; and nothing is left open."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import jsonschema_rs
import pytest

from hub.intake.validate import Validator
from hub.schema import NAMES, folder, schemas, uri

CLASSES = {"public", "internal", "personal", "sensitive"}
FREE = {
    "contract#/properties/form": "the JSON Schema of a department's form",
    "contract#/properties/deadlines": "limits by step",
    "contract#/properties/level_deadlines": "limits by level",
    "contract#/properties/level_deadlines/additionalProperties": "limits by step",
    "envelope#/properties/data": "obeys the schema that dataschema names",
    "report#/properties/form": "obeys the contract's form",
    "report_in#/properties/form": "obeys the contract's form",
    "whistle#/$defs/reason/properties/facts": "figures by name",
}
"""The only objects without a fixed list of properties, and why."""
FORMATS = {"date", "date-time", "uri", "uri-reference"}
NEVER = re.compile(
    r"face|plate|track|trajector|biometric|fingerprint|gait|watch_?list|religion|ethnic|population|\btags?\b|"
    r"人脸|面部|车牌|轨迹|指纹|布控|重点人|特殊人群|标签|民族|宗教",
    re.IGNORECASE,
)


def _fields() -> Iterator[Any]:
    for name, schema in schemas().items():
        for where, one in _walk(schema, f"{name}#"):
            if re.search(r"/properties/[a-z_]+$", where):
                yield pytest.param(where, one, id=where)


def _walk(schema: object, where: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every sub-schema with its place; examples are data and are not walked."""
    if isinstance(schema, Mapping):
        if not where.endswith(("/properties", "/$defs")):
            yield where, schema
        for key, inner in schema.items():
            if key != "examples" or where.endswith("/properties"):
                yield from _walk(inner, f"{where}/{key}")
    elif isinstance(schema, list):
        for index, inner in enumerate(schema):
            yield from _walk(inner, f"{where}/{index}")


every_field = pytest.mark.parametrize(("where", "field"), list(_fields()))
every_schema = pytest.mark.parametrize("name", NAMES)


def test_the_folder_holds_these_schemas_and_no_other_file() -> None:
    assert {f"{name}.v1.json" for name in NAMES} == {one.name for one in folder().iterdir()}


@every_schema
def test_a_schema_is_sound_and_bears_its_own_name(name: str) -> None:
    assert jsonschema_rs.meta.is_valid(dict(schemas()[name]))
    assert uri(name) == schemas()[name]["$id"]


@every_field
def test_a_field_has_chinese_title_english_description_class_and_example(
    where: str, field: Mapping[str, Any]
) -> None:
    assert re.search(r"[\u4e00-\u9fff]", field["title"])
    assert re.fullmatch(
        r"[A-Za-z0-9(][^\u4e00-\u9fff]+\.", re.sub(r" \([\u4e00-\u9fff]+\)", "", field["description"])
    )
    assert field["x-class"] in CLASSES
    assert field["examples"]


@every_field
def test_a_number_has_a_unit(where: str, field: Mapping[str, Any]) -> None:
    kinds = field.get("type", ())
    is_number = bool({"number", "integer"} & {*([kinds] if isinstance(kinds, str) else kinds)})
    assert is_number == ("x-unit" in field) or where == "grid#/properties/rings"


@every_field
def test_the_example_of_a_field_fits_the_field(where: str, field: Mapping[str, Any]) -> None:
    name, _, pointer = where.partition("#")
    registry = jsonschema_rs.Registry([(one["$id"], dict(one)) for one in schemas().values()])
    alone = jsonschema_rs.Draft202012Validator(
        {"$ref": f"{uri(name)}#{pointer}"}, validate_formats=True, registry=registry
    )
    assert [error.message for one in field["examples"] for error in alone.iter_errors(one)] == []


@every_schema
def test_the_example_fits_for_both_engines(
    name: str,
    validator_of: Callable[[str], Validator],
    oracle_of: Callable[[str], Callable[[object], bool]],
) -> None:
    for example in schemas()[name]["examples"]:
        assert validator_of(name).faults(example) == ()
        assert oracle_of(name)(example)


@every_schema
def test_every_object_is_closed_and_the_few_free_ones_are_named(name: str) -> None:
    for where, one in _walk(schemas()[name], f"{name}#"):
        if "properties" in one:
            assert one["unevaluatedProperties"] is False, where
        elif one.get("type") in ("object", ["object", "null"]):
            assert where in FREE


@every_field
def test_no_field_has_room_for_faces_plates_tracks_or_tags_on_people(
    where: str, field: Mapping[str, Any]
) -> None:
    told = f"{where.rpartition('/')[2]} {field['title']} {field['description']} {field['x-class']}"
    assert NEVER.search(told) is None


@every_schema
def test_patterns_read_the_same_in_both_regex_dialects(name: str) -> None:
    for where, one in _walk(schemas()[name], f"{name}#"):
        if isinstance(one.get("pattern"), str):
            assert re.search(r"\\[dwspDWSP]", one["pattern"]) is None, where
            assert one["pattern"].startswith("^"), where
            assert one["pattern"].endswith("$"), where
        assert not ("multipleOf" in one and "integer" not in one.get("type", ())), where
        assert one.get("format", "date") in FORMATS, where


def test_personal_values_stand_in_the_vault_and_leave_references() -> None:
    """The event is what travels and is stored: whatever is personal in it is a reference."""
    for name, field in schemas()["event"]["properties"].items():
        if field["x-class"] in ("personal", "sensitive"):
            assert field["x-vault"], name
            assert field["pattern"].startswith(("^(vault:", "^rs_")), name
