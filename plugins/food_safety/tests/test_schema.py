"""The view changes without a word (N85): reading stops by name, somebody looks at it, nothing is lost."""

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from hub.errors import SourceGone
from hub.plugin import Body

if TYPE_CHECKING:
    from plugins.food_safety.tests.conftest import Desk, Say, Start

HOUR_S = 3600.0


def stopped(start: "Start", say: "Say", failure: str, **settings: str) -> tuple["Desk", SourceGone]:
    """A desk that has read the first matter; then the second is said while the columns change."""
    desk = start(say(1), say(2, at=say().at + timedelta(hours=1)), failures=(failure,), **settings)
    assert 1 == len(desk.read())
    desk.clock.pause(HOUR_S)
    with pytest.raises(SourceGone) as caught:
        desk.read()
    assert caught.value.code == "S107"
    return desk, caught.value


@pytest.mark.nasty("N85", "added, renamed, of another type")
@pytest.mark.parametrize(
    ("failure", "told"),
    [
        pytest.param("column_added", "+remark_2", id="added"),
        pytest.param("column_renamed", "+jydz_2 -jydz", id="renamed"),
        pytest.param("column_retyped", "+jydz -jydz", id="of another type"),
    ],
)
def test_a_change_of_columns_stops_reading_and_says_which(
    start: "Start", say: "Say", failure: str, told: str
) -> None:
    desk, error = stopped(start, say, failure)
    assert told == error.facts["columns"]
    with pytest.raises(SourceGone):  # until somebody has looked: not only the first time
        desk.adapter.check()


def accepted(desk: "Desk", error: SourceGone) -> list[Body]:
    """What is read once a person has put the new fingerprint into the settings."""
    config = desk.adapter.config.model_copy(update={"fingerprint": error.facts["fingerprint"]})
    desk.adapter.close()
    desk.adapter = type(desk.adapter)(config, desk.adapter.tools)
    return desk.read()


@pytest.mark.nasty("N85", "accepted by a person")
@pytest.mark.parametrize("failure", ["column_added", "column_retyped"])
def test_once_a_person_has_accepted_it_what_was_said_meanwhile_comes(
    start: "Start", say: "Say", failure: str
) -> None:
    desk, error = stopped(start, say, failure)
    refs = {draft.source_ref for draft in desk.drafts(accepted(desk, error))}
    assert say(2).ref in refs


@pytest.mark.nasty("N85", "a column that is read has another name")
def test_a_renamed_column_cannot_be_accepted_away(start: "Start", say: "Say") -> None:
    desk, error = stopped(start, say, "column_renamed")
    with pytest.raises(SourceGone) as caught:
        accepted(desk, error)
    assert ("S107", "-jydz") == (caught.value.code, caught.value.facts["columns"])
