"""Any two versions of a contract: what the department can notice is told, nothing else is, and the way back is the
way there turned round."""

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import datetime, timedelta
from typing import Any, Final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hub.access.masks import strictness
from hub.contract.change import Change, Direction
from hub.contract.diff import diff
from hub.contract.load import STEPS
from hub.contract.spans import is_no_shorter
from hub.model import (
    Channel,
    Closing,
    Condition,
    Contract,
    Duration,
    FieldOut,
    Level,
    OnCall,
    RequestType,
    ReturnRules,
    Role,
    Unit,
    Urgency,
    WaitRules,
)
from hub.whistle.calendar import Calendar
from hub.whistle.clocks import deadline
from tests.instruments import MORNING, demo_pack
from tests.unit.contract.building import NORTH, SOUTH, clause, contract

FEW: Final = 2
LATE: Final = 15 * 60 - 1
"""Minutes from MORNING to the last one of its day."""
BARE: Final = replace(contract("a", clause("lead", "market.*")), form={})
NOTICED: Final = (
    "title",
    "accepts",
    "deadlines",
    "level_deadlines",
    "channels",
    "form",
    "returns",
    "pauses",
    "extensions",
    "closing",
    "on_call",
    "fields",
)
"""What of a contract reaches its department, one way or another."""
UNNOTICED: Final = ("department", "version", "valid_from", "valid_to", "legal_basis", "examples", "file")
"""Whose it is and when it holds, which `packs` tells of; what is for those who write it."""

some = st.lists
limits = st.builds(Duration, st.sampled_from([1, 2, 24, 60]), st.sampled_from(Unit)) | st.just(
    Duration(0, Unit.WORK_DAY)
)
steps = st.dictionaries(st.sampled_from(STEPS), limits, max_size=FEW)
codes = some(st.sampled_from(["A", "B"]), unique=True).map(tuple)


def any_of(values: Any, least: int = 0) -> st.SearchStrategy[tuple[Any, ...]]:
    """Some of them, each once, in any order."""
    return some(st.sampled_from(list(values)), unique=True, min_size=least, max_size=FEW).map(tuple)


conditions = st.builds(
    Condition,
    urgency=any_of(Urgency),
    levels=any_of(Level),
    request_types=any_of(RequestType),
    sources=any_of(["hotline_12345", "police_grid"]),
    secret=st.sampled_from([None, True, False]),
)
clauses = some(
    st.builds(
        lambda name, role, categories, excepted, areas, when: clause(
            role, *categories, name=name, excepted=excepted, areas=areas, when=when
        ),
        st.sampled_from(["A-1", "A-2"]),
        st.sampled_from(Role),
        any_of(["market.*", "street_order.*"], 1),
        any_of(["market.a", "market.b"]),
        any_of([NORTH, SOUTH]),
        conditions,
    ),
    min_size=1,
    max_size=FEW,
    unique_by=lambda one: one.clause,
).map(tuple)
waits = st.builds(WaitRules, reason_codes=codes, longest=st.none() | limits, most=st.integers(1, 2))
contracts = st.builds(
    replace,
    st.just(BARE),
    title=st.sampled_from(["a", "b"]),
    accepts=clauses,
    deadlines=steps,
    level_deadlines=st.dictionaries(st.sampled_from(Level), steps, max_size=FEW),
    channels=any_of(Channel, 1),
    form=st.sampled_from([{}, {"properties": {"note": {"type": "string"}}}]),
    returns=st.builds(
        ReturnRules,
        max_returns=st.integers(0, 2),
        within=st.none() | limits,
        reason_codes=codes,
        needs_evidence=st.booleans(),
    ),
    pauses=waits,
    extensions=waits,
    closing=st.sampled_from(Closing),
    on_call=st.builds(
        OnCall,
        any_of(["sms", "voice"]),
        st.sampled_from([Duration(3, Unit.URGENT_MINUTE), Duration(5, Unit.URGENT_MINUTE)]),
    ),
    fields=st.sampled_from(["", "phone_3_4"]).map(
        lambda mask: (FieldOut(field="resident.phone", purpose="callback", mask=mask),)
    )
    | st.just(()),
)


def noticed(one: Contract) -> Mapping[str, object]:
    """What a department meets under it, told without the words of the diff."""
    returns = one.returns if one.returns.max_returns and one.returns.reason_codes else None
    return {
        "title": one.title,
        "called": {
            (each.clause, category, area)
            for each in one.accepts
            for category in each.categories
            for area in each.areas or ("",)
        },
        "clauses": {
            each.clause: (each.role, set(each.except_categories), met(each.when)) for each in one.accepts
        },
        "limits": {level: one.limits_at(level) for level in Level},
        "channels": set(one.channels),
        "form": one.form,
        "returns": (one.returns.max_returns, set(one.returns.reason_codes)),
        "returned": returns and (returns.within, returns.needs_evidence),
        "waits": [
            (set(rules.reason_codes), rules.reason_codes and (rules.longest, rules.most))
            for rules in (one.pauses, one.extensions)
        ],
        "closing": one.closing,
        "on_call": one.on_call if one.on_call.channels else None,
        "fields": set(one.fields),
    }


def met(when: Condition) -> tuple[object, ...]:
    """Which matters it lets pass."""
    return (
        set(when.urgency or Urgency),
        set(when.levels or Level),
        set(when.request_types or RequestType),
        set(when.sources),
        when.secret,
    )


def test_every_value_of_a_contract_is_noticed_or_known_not_to_be() -> None:
    assert {one.name for one in fields(Contract)} == {*NOTICED, *UNNOTICED}


@given(contracts)
def test_a_contract_and_itself_have_no_difference(one: Contract) -> None:
    assert () == diff(one, replace(one, version=2), strictness)


@pytest.mark.parametrize("part", NOTICED)
@given(one=contracts, other=contracts)
def test_each_single_value_that_is_another_is_told_if_it_is_noticed(
    part: str, one: Contract, other: Contract
) -> None:
    after = replace(one, **{part: getattr(other, part)})
    assert (noticed(one) != noticed(after)) == bool(diff(one, after, strictness))


@given(contracts, contracts)
def test_back_everything_is_told_once_more_and_what_broke_does_no_longer(
    one: Contract, other: Contract
) -> None:
    there, back = diff(one, other, strictness), diff(other, one, strictness)
    turned = {(each.part, each.name, each.after, each.before): each for each in back}
    assert len(there) == len(back) == len(turned)
    for each in there:
        opposite = turned[each.part, each.name, each.before, each.after].direction
        if each.direction is Direction.CHANGED:
            assert opposite is Direction.CHANGED
        elif opposite is each.direction:
            assert has_no_direction(each)
        else:
            assert Direction.BREAKS in (each.direction, opposite)


def has_no_direction(change: Change) -> bool:
    """Whether some is gained by it and some is lost, or nothing is either way."""
    if " when " in change.name:
        before, after = (set(words.split(", ")) for words in (change.before, change.after))
        return bool(before - after) and bool(after - before)
    return change.part == "title" or change.before.split()[1:] != change.after.split()[1:]


@given(limits, limits, st.integers(0, 60 * 24 * 40))
@example(Duration(1, Unit.WORK_HOUR), Duration(2, Unit.URGENT_HOUR), 0)
@example(Duration(1, Unit.WORK_DAY), Duration(1, Unit.URGENT_DAY), LATE)
@example(Duration(2, Unit.WORK_DAY), Duration(24, Unit.URGENT_HOUR), LATE)
def test_what_is_called_no_shorter_is_due_no_earlier_whenever_it_begins(
    one: Duration, other: Duration, minutes: int
) -> None:
    if not is_no_shorter(one, other):
        return
    calendar: Calendar = demo_pack().calendar
    from_at: datetime = MORNING + timedelta(minutes=minutes)
    assert due(other, from_at, calendar) <= due(one, from_at, calendar)


def due(limit: Duration, from_at: datetime, calendar: Calendar) -> datetime:
    return deadline("finish", limit, from_at, calendar).due_at


@pytest.mark.parametrize(
    ("one", "other", "sure"),
    [
        (Duration(1, Unit.WORK_HOUR), Duration(60, Unit.URGENT_MINUTE), True),
        (Duration(60, Unit.URGENT_MINUTE), Duration(1, Unit.WORK_HOUR), False),
        (Duration(2, Unit.WORK_DAY), Duration(24, Unit.URGENT_HOUR), True),
        (Duration(2, Unit.WORK_DAY), Duration(25, Unit.URGENT_HOUR), False),
        (Duration(1, Unit.WORK_DAY), Duration(1, Unit.WORK_HOUR), False),
    ],
)
def test_a_limit_is_sure_to_be_no_shorter_where_no_calendar_can_make_it_so(
    one: Duration, other: Duration, sure: bool
) -> None:
    assert sure is is_no_shorter(one, other)
