"""A contract's form as questions, and what a person typed as its values."""

from typing import Any

import jsonschema_rs
import pytest

from hub.contract.questions import Kind, questions_of, said_in
from tests.instruments import demo_pack

FORM: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["outcome", "minutes"],
    "properties": {
        "why": {"type": "string", "title": "原因", "maxLength": 40},
        "outcome": {"type": "string", "title": "处置结果", "enum": ["done", "in_plan"]},
        "measure": {"type": "string", "maxLength": 500},
        "minutes": {"type": "integer", "minimum": 0, "maximum": 600},
        "share": {"type": "number"},
        "visited": {"type": "boolean"},
        "on": {"type": "string", "format": "date"},
        "at": {"type": "string", "format": "date-time"},
        "parts": {"type": "array", "items": {"type": "string"}, "maxItems": 9},
        "kinds": {"type": "array", "items": {"type": "string", "enum": ["a", "b"]}},
    },
}
TYPED = {
    "why": [" 老化 "],
    "outcome": ["done"],
    "measure": ["已更换"],
    "minutes": ["12"],
    "share": ["0.5"],
    "visited": ["true"],
    "on": ["2026-03-10"],
    "at": ["2026-03-10T10:00"],
    "parts": ["一\n\n 二 "],
    "kinds": ["a", "b"],
}


def test_each_property_is_asked_in_its_way_required_ones_first() -> None:
    asked = questions_of(FORM)
    assert ["outcome", "minutes"] == [one.name for one in asked[:2]]
    kinds = {one.name: one.kind for one in asked}
    assert kinds == {
        "why": Kind.LINE,
        "outcome": Kind.ONE_OF,
        "measure": Kind.TEXT,
        "minutes": Kind.NUMBER,
        "share": Kind.NUMBER,
        "visited": Kind.YES_NO,
        "on": Kind.DAY,
        "at": Kind.MOMENT,
        "parts": Kind.LINES,
        "kinds": Kind.SOME_OF,
    }
    bounds = {one.name: (one.least, one.most) for one in asked}
    assert ((0, 600), (None, 40), (None, 9)) == (bounds["minutes"], bounds["why"], bounds["parts"])


def test_what_was_typed_fits_the_form() -> None:
    said = said_in(questions_of(FORM), TYPED)
    assert {
        "why": "老化",
        "outcome": "done",
        "measure": "已更换",
        "minutes": 12,
        "share": 0.5,
        "visited": True,
        "on": "2026-03-10",
        "at": "2026-03-10T10:00:00+08:00",
        "parts": ["一", "二"],
        "kinds": ["a", "b"],
    } == said
    assert jsonschema_rs.Draft202012Validator(FORM, validate_formats=True).is_valid(said)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("minutes", "zwölf"),
        ("minutes", "1.5"),
        ("share", "viel"),
        ("share", "nan"),
        ("share", "1e999"),
        ("minutes", "9" * 30),
        ("at", "morgen"),
        ("visited", "ja"),
    ],
)
def test_what_cannot_be_read_goes_on_as_it_was_typed(name: str, text: str) -> None:
    assert {name: text} == said_in(questions_of(FORM), {name: [text]})


def test_what_is_empty_is_not_said() -> None:
    assert {} == said_in(questions_of(FORM), {"why": ["  "], "kinds": []})


def test_every_form_of_the_demo_can_be_asked() -> None:
    for contract in demo_pack().contracts:
        names = {one.name for one in questions_of(contract.form)}
        assert set(contract.form["properties"]) == names  # type: ignore[call-overload]
