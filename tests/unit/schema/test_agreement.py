"""jsonschema-rs, which the hub runs on, and jsonschema, the oracle, judge alike; known exceptions are listed."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.intake.validate import Fault, Validator
from hub.schema import NAMES, schemas

EVENT: dict[str, Any] = schemas()["event"]["examples"][0]
ODD_VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**31), 2**63),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=12),
    st.just([]),
    st.just({}),
    st.sampled_from(
        [
            "１２３",
            "2026-03-10",
            "2026-02-30T00:00:00Z",
            "2026-03-10T00:00:00",
            "2026-03-10T24:00:00Z",
            "2026-03-10t00:00:00z",
            "2026-03-10T00:00:00+08:00",
            "2026-03-10 00:00:00Z",
            "2026-03-10T00:00:00.123456789Z",
            "2026-03-10T00:00:00+8:00",
            "vault:rc_/x",
            "x" * 300,
        ]
    ),
)


@st.composite
def mutated_events(draw: st.DrawFn) -> dict[str, Any]:
    """The example event with one to three things changed, somewhere in it."""
    event = deepcopy(EVENT)
    for _ in range(draw(st.integers(1, 3))):
        holder, key = draw(st.sampled_from(list(_places(event))))
        how = draw(st.sampled_from(["replace", "drop", "add", "newline"]))
        if how == "drop":
            del holder[key]
        elif how == "add" and isinstance(holder, dict):
            holder[draw(st.text(min_size=1, max_size=8))] = draw(ODD_VALUES)
        elif how == "newline" and isinstance(holder[key], str):
            holder[key] += "\n"
        else:
            holder[key] = draw(ODD_VALUES)
    return event


def _places(thing: Any) -> Iterator[tuple[Any, Any]]:
    keys = list(thing) if isinstance(thing, dict) else range(len(thing))
    for key in keys:
        yield thing, key
        if isinstance(thing[key], (dict, list)):
            yield from _places(thing[key])


def _known_disagreement(event: dict[str, Any], pointer: str) -> bool:
    """Where jsonschema-rs is right and jsonschema lets pass: a line break after the end (libraries.md §5.2)."""
    value: Any = event
    for part in pointer.strip("/").split("/"):
        value = value[int(part)] if isinstance(value, list) else value.get(part)
    return isinstance(value, str) and value.endswith("\n")


@settings(max_examples=300, deadline=None)
@given(event=mutated_events())
def test_engines_agree_on_mutated_events(
    event: dict[str, Any],
    validator_of: Callable[[str], Validator],
    oracle_of: Callable[[str], Callable[[object], bool]],
) -> None:
    faults = validator_of("event").faults(event)
    if oracle_of("event")(event):
        assert [one for one in faults if not _known_disagreement(event, one.pointer)] == []
    else:
        assert faults != ()


@pytest.mark.parametrize(
    ("value", "ours", "oracles"),
    [
        pytest.param("2026-03-10T01:20:00Z", True, True, id="a moment with a zone"),
        pytest.param("2026-03-10T01:20:00", False, False, id="no zone"),
        pytest.param("2026-02-30T01:20:00Z", False, False, id="no such day"),
        pytest.param("２026-03-10T01:20:00Z", False, False, id="a full-width digit"),
        pytest.param("2026-03-10T01:20:00Z\n", False, True, id="known disagreement: a line break behind"),
    ],
)
def test_formats_are_on_and_a_bad_moment_fails(
    value: str,
    ours: bool,
    oracles: bool,
    validator_of: Callable[[str], Validator],
    oracle_of: Callable[[str], Callable[[object], bool]],
) -> None:
    event = {**EVENT, "occurred_at": value}
    assert ours == (validator_of("event").faults(event) == ())
    assert oracles == oracle_of("event")(event)


@pytest.mark.parametrize("name", NAMES)
def test_engines_agree_that_a_noun_lacks_each_of_its_required_fields(
    name: str,
    validator_of: Callable[[str], Validator],
    oracle_of: Callable[[str], Callable[[object], bool]],
) -> None:
    (whole,) = schemas()[name]["examples"]
    for field in schemas()[name]["required"]:
        lacking = {key: value for key, value in whole.items() if key != field}
        assert (Fault(f"/{field}", "required"),) == validator_of(name).faults(lacking)
        assert not oracle_of(name)(lacking)
