"""What the hot path says of a misfit: where and which keyword, never what was sent."""

from collections.abc import Callable, Mapping
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.intake.validate import Fault, Validator
from hub.schema import schemas

EVENT: Mapping[str, Any] = schemas()["event"]["examples"][0]
PLACE: Mapping[str, Any] = EVENT["place"]
CANARY = "canary13800000000"


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        pytest.param({"source": CANARY.upper()}, Fault("/source", "pattern"), id="a pattern"),
        pytest.param({"mode": CANARY}, Fault("/mode", "enum"), id="an unknown value of a closed set"),
        pytest.param({"title": CANARY}, Fault("/title", "pattern"), id="words where a reference belongs"),
        pytest.param({"attachments": "2"}, Fault("/attachments", "type"), id="a number as text"),
        pytest.param({CANARY: 1}, Fault("", "unevaluatedProperties"), id="a field too many"),
        pytest.param(
            {"place": {**PLACE, CANARY: 1}}, Fault("/place", "unevaluatedProperties"), id="one inside"
        ),
        pytest.param({"clocks": [{"name": "city"}]}, Fault("/clocks/0/due_at", "required"), id="one missing"),
        pytest.param({"confidence": float("nan")}, Fault("/confidence", "type"), id="not a number"),
        pytest.param({"place": {**PLACE, "lon": float("inf")}}, Fault("/place/lon", "type"), id="infinity"),
        pytest.param({"place": {**PLACE, "lat": 91}}, Fault("/place/lat", "maximum"), id="beyond the pole"),
    ],
)
def test_a_fault_names_the_place_and_the_keyword(
    change: Mapping[str, Any], fault: Fault, validator_of: Callable[[str], Validator]
) -> None:
    assert (fault,) == validator_of("event").faults({**EVENT, **change})


def test_all_faults_are_named_at_once_in_order(validator_of: Callable[[str], Validator]) -> None:
    bad = {**EVENT, "source": "", "mode": "", "id": ""}
    assert tuple(one.pointer for one in validator_of("event").faults(bad)) == ("/id", "/mode", "/source")


def test_a_name_that_the_schema_does_not_know_stays_out_of_the_pointer(
    validator_of: Callable[[str], Validator],
) -> None:
    whistle = schemas()["whistle"]["examples"][0]
    told = {**whistle, "reasons": [{"rule": "x", "facts": {CANARY: ["13800000000"]}}]}
    assert (Fault("/reasons/0/facts/*", "type"),) == validator_of("whistle").faults(told)


def test_a_thing_that_is_no_json_is_a_fault_and_no_crash(validator_of: Callable[[str], Validator]) -> None:
    careless: dict[Any, Any] = {**EVENT, 1: 2}
    assert (Fault("", "type"),) == validator_of("event").faults(careless)


@settings(max_examples=200, deadline=None)
@given(
    field=st.sampled_from(sorted(EVENT)),
    junk=st.recursive(
        st.just(CANARY),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.just(CANARY), inner, min_size=1),
        max_leaves=6,
    ),
)
def test_no_fault_ever_carries_what_was_sent(
    field: str, junk: object, validator_of: Callable[[str], Validator]
) -> None:
    for fault in validator_of("event").faults({**EVENT, field: junk, CANARY: junk}):
        assert CANARY not in f"{fault}"


def test_a_reference_is_resolved_without_the_network() -> None:
    """A schema that points outside what was given cannot be compiled; nothing is fetched."""
    lone = {"$id": "https://gridplus.example/x", "$ref": "https://gridplus.example/schema/area.v1.json"}
    with pytest.raises(Exception, match=r"(?i)resol|retriev|fetch|resource"):
        Validator(lone)


def test_names_of_schemas_in_lists_are_known_too() -> None:
    listed = Validator({"allOf": [{"properties": {"deep": {"type": "string"}}}]})
    assert (Fault("/deep", "type"),) == listed.faults({"deep": 1})


def test_json_that_was_parsed_from_bytes_is_taken_as_it_is(validator_of: Callable[[str], Validator]) -> None:
    assert validator_of("event").faults(orjson.loads(orjson.dumps(EVENT))) == ()
