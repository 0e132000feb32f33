"""A form's new version: which results that were taken are refused now, and whether the table says so."""

from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.contract.change import Change, Direction
from hub.contract.forms import form_changes


def form(required: tuple[str, ...] = (), **properties: dict[str, Any]) -> dict[str, object]:
    """A closed form."""
    return {"required": list(required), "properties": properties}


def changes(before: dict[str, Any], after: dict[str, Any]) -> list[Change]:
    """What one property comes to."""
    return list(form_changes(form(a=before), form(a=after)))


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        pytest.param(
            {"enum": ["x", "y"]},
            {"enum": ["x"]},
            Change(Direction.BREAKS, "form", "a.enum", before="y"),
            id="a word gone",
        ),
        pytest.param(
            {"enum": ["x"]},
            {"enum": ["x", "y"]},
            Change(Direction.NEW, "form", "a.enum", after="y"),
            id="a word more",
        ),
        pytest.param(
            {"maxLength": 9},
            {"maxLength": 5},
            Change(Direction.BREAKS, "form", "a.maxLength", "9", "5"),
            id="shorter",
        ),
        pytest.param(
            {"maxLength": 5},
            {"maxLength": 9},
            Change(Direction.HARMLESS, "form", "a.maxLength", "5", "9"),
            id="longer",
        ),
        pytest.param(
            {"minLength": 1},
            {"minLength": 2},
            Change(Direction.BREAKS, "form", "a.minLength", "1", "2"),
            id="more to say",
        ),
        pytest.param(
            {"minLength": 2},
            {"minLength": 1},
            Change(Direction.HARMLESS, "form", "a.minLength", "2", "1"),
            id="less to say",
        ),
        pytest.param(
            {},
            {"pattern": "^x"},
            Change(Direction.BREAKS, "form", "a.pattern", after="^x"),
            id="a new demand",
        ),
        pytest.param(
            {"pattern": "^x"}, {}, Change(Direction.HARMLESS, "form", "a.pattern", before="^x"), id="none now"
        ),
        pytest.param(
            {"title": "甲"},
            {"title": "乙"},
            Change(Direction.HARMLESS, "form", "a.title", "甲", "乙"),
            id="another title",
        ),
        pytest.param(
            {"items": {"maxLength": 9}},
            {"items": {"maxLength": 5}},
            Change(Direction.BREAKS, "form", "a.items.maxLength", "9", "5"),
            id="shorter inside a list",
        ),
        pytest.param(
            {"properties": {"b": {}}, "additionalProperties": False},
            {"additionalProperties": False},
            Change(Direction.BREAKS, "form", "a.properties", "{'b': {}}"),
            id="closed, and nothing left that it takes",
        ),
        pytest.param(
            {"contains": {"const": "x"}, "minContains": 0},
            {"contains": {"const": "x"}},
            Change(Direction.BREAKS, "form", "a.minContains", "0"),
            id="one at least, where nothing says so",
        ),
    ],
)
def test_a_property_is_told_by_what_it_refuses_now(before: Any, after: Any, change: Change) -> None:
    assert [change] == changes(before, after)


def test_a_new_property_that_is_required_breaks_and_is_told_once() -> None:
    found = list(form_changes(form(), form(("a",), a={"type": "string"})))
    assert [Change(Direction.BREAKS, "form", "a", "optional", "required")] == found


WORDS = st.sampled_from(["x", "yy", "zzz"])
SCHEMAS = st.fixed_dictionaries(
    {},
    optional={
        "enum": st.lists(WORDS, min_size=1, unique=True),
        "minLength": st.integers(0, 3),
        "maxLength": st.integers(0, 3),
    },
)


@given(SCHEMAS, SCHEMAS, st.booleans(), st.booleans(), st.dictionaries(st.just("a"), WORDS))
def test_a_result_that_was_taken_and_is_refused_now_is_never_called_harmless(
    before: dict[str, Any], after: dict[str, Any], was: bool, is_: bool, result: dict[str, str]
) -> None:
    old, new = form(("a",) if was else (), a=before), form(("a",) if is_ else (), a=after)
    taken_before, taken_now = (jsonschema_rs.is_valid(one, result) for one in (old, new))
    if taken_before and not taken_now:
        assert Direction.BREAKS in {one.direction for one in form_changes(old, new)}
