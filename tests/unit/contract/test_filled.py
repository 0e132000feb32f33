"""A simulated department fills in the form of any contract that a plain value fits, and never a wrong one."""

from dataclasses import replace
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.contract.filled import filled
from tests.instruments import demo_pack

CONTRACTS = {one.id: one for one in demo_pack().contracts}


@pytest.mark.parametrize("name", CONTRACTS)
def test_every_form_of_the_demo_pack_is_filled_in(name: str) -> None:
    contract = CONTRACTS[name]
    said = filled(contract)
    assert said is not None
    assert jsonschema_rs.Draft202012Validator(dict(contract.form)).is_valid(said)
    assert set(contract.form["required"]) == set(said)  # type: ignore[call-overload]


def one(schema: Any) -> dict[str, Any] | None:
    """The form with this one field, filled in."""
    form = {"type": "object", "properties": {"x": schema}, "required": ["x"], "additionalProperties": False}
    return filled(replace(CONTRACTS["sifa-v1"], form=form))


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "string", "minLength": 9}, "已现场处置。。。。"),
        ({"type": "string", "maxLength": 2}, "已现"),
        ({"type": "string", "format": "date"}, "2026-03-10"),
        ({"type": "integer", "minimum": 7}, 7),
        ({"type": "number"}, 0),
        ({"type": "boolean"}, True),
        ({"type": "null"}, None),
        ({"type": ["string", "null"]}, "已现场处置"),
        ({"type": "array", "items": {"type": "integer"}, "minItems": 2}, [0, 0]),
        ({"type": "object", "properties": {"a": {"const": 3}}, "required": ["a"]}, {"a": 3}),
        ({"enum": [4, 5]}, 4),
        ({"type": "string", "pattern": "^A", "examples": ["A1"]}, "A1"),
        (True, "已现场处置"),
    ],
)
def test_a_plain_value_fits(schema: Any, value: Any) -> None:
    assert {"x": value} == one(schema)


@pytest.mark.parametrize(
    "schema", [{"type": "string", "pattern": "^[0-9]{18}$"}, False, {"type": "string", "enum": []}]
)
def test_where_no_plain_value_fits_there_is_none(schema: Any) -> None:
    assert one(schema) is None


@given(
    st.dictionaries(st.sampled_from(["minLength", "maxLength", "minimum", "minItems"]), st.integers(0, 30))
)
def test_what_is_filled_in_fits(limits: dict[str, int]) -> None:
    for kind in ("string", "integer", "array"):
        said = one({"type": kind, **limits})
        assert said is None or jsonschema_rs.Draft202012Validator({"type": kind, **limits}).is_valid(
            said["x"]
        )
