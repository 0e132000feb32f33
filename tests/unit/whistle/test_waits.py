"""Whether a clock may wait, or run longer: by the contract's reasons, length and number."""

from dataclasses import replace
from datetime import datetime

import pytest

from hub.errors import Refused
from hub.model import Duration, Move, Report, ReportId, Unit, WaitRules
from hub.whistle.waits import check_wait
from tests.unit.whistle.histories import BLOWN, CALENDAR, at, due, told, with_deadlines

RULES = WaitRules(reason_codes=("WAIT_MATERIAL", "WEATHER"), longest=Duration(2, Unit.WORK_DAY), most=2)
NOW = at("12 9")
WAIT = Report(
    id=ReportId("rp_1"),
    whistle_id=BLOWN.id,
    department=BLOWN.department,
    move=Move.PAUSE,
    reported_at=NOW,
    reason_code="WEATHER",
    until=at("16 18"),
)
ASK = replace(WAIT, move=Move.ASK, until=at("19 18"))
STANDING = with_deadlines(BLOWN, tuple(due(()).values()))
"""To be finished on the 17th."""
GRANTED = with_deadlines(BLOWN, tuple(due(told("sign 10 9:10", "ask 10 10 > 19 18", "grant 10 11")).values()))
LONG = replace(RULES, longest=Duration(10, Unit.WORK_DAY))


@pytest.mark.parametrize(
    ("report", "used"),
    [
        pytest.param(WAIT, 0, id="up to the very end that the contract allows, over a weekend"),
        pytest.param(replace(WAIT, until=at("12 9:01")), 0, id="a minute"),
        pytest.param(WAIT, 1, id="the last one"),
    ],
)
def test_a_pause_within_its_contract_is_taken(report: Report, used: int) -> None:
    check_wait(report, STANDING, RULES, used, CALENDAR, NOW)


def test_without_a_longest_it_may_be_as_long_as_it_is_said_to_be() -> None:
    check_wait(replace(WAIT, until=at("31 18")), STANDING, replace(RULES, longest=None), 0, CALENDAR, NOW)


@pytest.mark.parametrize(
    ("report", "rules", "used", "code", "facts"),
    [
        pytest.param(
            replace(WAIT, reason_code="BUSY"),
            RULES,
            0,
            "W116",
            {"allowed": "WAIT_MATERIAL, WEATHER"},
            id="a reason",
        ),
        pytest.param(WAIT, WaitRules(), 0, "W116", {"allowed": "-"}, id="a contract that allows none"),
        pytest.param(WAIT, RULES, 2, "W118", {"most": 2}, id="none left"),
        pytest.param(replace(WAIT, until=None), RULES, 0, "W119", {}, id="no moment"),
        pytest.param(replace(WAIT, until=NOW), RULES, 0, "W119", {}, id="this very moment"),
        pytest.param(replace(WAIT, until=at("11 9")), RULES, 0, "W119", {}, id="the past"),
        pytest.param(
            replace(WAIT, until=at("16 18:01")),
            RULES,
            0,
            "W117",
            {"latest": "2026-03-16T18:00+08:00"},
            id="a minute too long",
        ),
        pytest.param(
            replace(ASK, until=at("17 18")), LONG, 0, "W119", {}, id="no later than it is due anyway"
        ),
    ],
)
def test_what_the_contract_does_not_allow_is_refused(
    report: Report, rules: WaitRules, used: int, code: str, facts: dict[str, object]
) -> None:
    with pytest.raises(Refused) as refusal:
        check_wait(report, STANDING, rules, used, CALENDAR, NOW)
    assert (code, facts) == (refusal.value.code, refusal.value.facts)


def test_more_time_goes_beyond_what_is_due_and_what_was_granted() -> None:
    check_wait(ASK, STANDING, LONG, 0, CALENDAR, NOW)
    with pytest.raises(Refused):
        check_wait(ASK, GRANTED, LONG, 0, CALENDAR, NOW)
    check_wait(replace(ASK, until=at("20 18")), GRANTED, LONG, 0, CALENDAR, NOW)


def test_a_latest_moment_beyond_the_calendar_is_the_earliest_that_it_can_be() -> None:
    eve = datetime(2026, 12, 31, 9, 0, tzinfo=NOW.tzinfo)
    with pytest.raises(Refused) as refusal:
        check_wait(replace(WAIT, until=eve.replace(year=2027)), BLOWN, RULES, 0, CALENDAR, eve)
    assert {"latest": "2027-01-02T18:00+08:00"} == refusal.value.facts
