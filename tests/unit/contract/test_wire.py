"""The closed schema of what a department is sent: its own fields, and no place for any other."""

from dataclasses import replace
from typing import Any

import pytest

from hub.contract.wire import ended_data_schema, whistle_data_schema
from hub.intake.validate import Validator
from hub.model import Ending, FieldOut
from tests.unit.contract.building import contract

FIELDS: dict[str, dict[str, Any]] = {
    "whistle.id": {"type": "string", "pattern": "^wh_"},
    "whistle.role": {"enum": ["lead", "assist"]},
    "incident.category": {"type": "string"},
    "event.content": {"type": "string"},
}
ASKS = replace(
    contract("chengguan"),
    fields=(
        FieldOut(field="whistle.id", purpose="handle"),
        FieldOut(field="incident.category", purpose="handle"),
        FieldOut(field="whistle.role", purpose="archive"),  # when it is opened, not in the message
        FieldOut(field="event.content", purpose="handle"),  # words are in no message
        FieldOut(field="incident.unheard_of", purpose="handle"),
    ),
)
HREF = f"/departments/me/whistles/wh_{'0' * 32}"
SENT: dict[str, Any] = {
    "department": "chengguan",
    "href": HREF,
    "whistle": {"id": "wh_1"},
    "incident": {"category": "market.food_safety"},
}
ENDED: dict[str, Any] = {
    "department": "chengguan",
    "href": HREF,
    "reason": "withdrawn",
    "whistle": {"id": "wh_1"},
}


def _faults(schema: dict[str, Any], sent: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one.pointer, one.keyword) for one in Validator(schema).faults(sent)]


@pytest.mark.parametrize(
    ("change", "faults"),
    [
        pytest.param({}, [], id="what the contract asks for"),
        pytest.param({"whistle": {}, "incident": {}}, [], id="less, where a grant is missing"),
        pytest.param({"department": "gongan"}, [("/department", "const")], id="another department's"),
        pytest.param({"href": "/departments/gongan/whistles/1"}, [("/href", "pattern")], id="another door"),
        pytest.param({"event": {"content": "x"}}, [("", "additionalProperties")], id="words"),
        pytest.param({"reason": "withdrawn"}, [("", "additionalProperties")], id="a reason to call off"),
        pytest.param(
            {"whistle": {"role": "lead"}}, [("/whistle", "additionalProperties")], id="for another purpose"
        ),
        pytest.param({"whistle": {"id": "in_1"}}, [("/whistle/id", "pattern")], id="not in its form"),
        pytest.param({"whistle": []}, [("/whistle", "type")], id="no fields at all"),
        pytest.param(
            {"incident": {"unheard_of": 1}}, [("/incident", "additionalProperties")], id="unheard of"
        ),
    ],
)
def test_a_whistle_s_message_holds_its_contract_s_fields_and_nothing_beside_them(
    change: dict[str, Any], faults: list[tuple[str, str]]
) -> None:
    assert faults == _faults(whistle_data_schema(ASKS, FIELDS), {**SENT, **change})


@pytest.mark.parametrize("lacking", ["department", "href"])
def test_a_message_says_for_whom_it_is_and_where_more_is(lacking: str) -> None:
    sent = {name: value for name, value in SENT.items() if name != lacking}
    assert [(f"/{lacking}", "required")] == _faults(whistle_data_schema(ASKS, FIELDS), sent)


@pytest.mark.parametrize(
    ("change", "faults"),
    [
        *(pytest.param({"reason": reason.value}, [], id=reason.value) for reason in Ending),
        pytest.param({"reason": "because"}, [("/reason", "enum")], id="another reason"),
        pytest.param({"incident": {}}, [("", "additionalProperties")], id="what the matter was"),
        pytest.param(
            {"whistle": {"role": "lead"}}, [("/whistle", "additionalProperties")], id="more than which"
        ),
    ],
)
def test_a_whistle_that_was_called_off_says_which_and_why_alone(
    change: dict[str, Any], faults: list[tuple[str, str]]
) -> None:
    assert faults == _faults(ended_data_schema(ASKS, FIELDS), {**ENDED, **change})
    without = {name: value for name, value in ENDED.items() if name != "reason"}
    assert [("/reason", "required")] == _faults(ended_data_schema(ASKS, FIELDS), without)


def test_a_whistle_without_a_form_of_its_id_names_none() -> None:
    sent = {**ENDED, "whistle": {"id": "wh_1"}}
    assert [("/whistle", "additionalProperties")] == _faults(ended_data_schema(ASKS, {}), sent)


def test_the_schemas_are_of_json_schema_2020_12() -> None:
    for schema in (whistle_data_schema(ASKS, FIELDS), ended_data_schema(ASKS, FIELDS)):
        assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
