"""Two versions of a contract: what breaks, what is new, what is otherwise."""

from dataclasses import replace

import pytest

from hub.contract.diff import Change, Direction, diff
from hub.model import Channel, Contract, Duration, FieldOut, ReturnRules, Role, Unit
from tests.unit.contract.building import NORTH, SOUTH, clause, contract

BEFORE = replace(
    contract("a", clause("lead", "market.*", "street_order.*", name="A-1", areas=(NORTH,)), version=1),
    form={"properties": {"outcome": {"type": "string"}, "note": {"type": "string"}}, "required": ["outcome"]},
    returns=ReturnRules(max_returns=1, reason_codes=("NOT_MY_AREA",), needs_evidence=False),
    fields=(FieldOut(field="resident.phone", purpose="callback", mask="phone_3_4"),),
)
OUTCOME, NOTE = {"type": "string"}, {"type": "string"}


def test_the_same_contract_under_a_new_number_changes_nothing() -> None:
    assert diff(BEFORE, replace(BEFORE, version=2)) == ()


@pytest.mark.parametrize(
    ("after", "direction", "part", "name"),
    [
        pytest.param(
            replace(BEFORE, accepts=(clause("lead", "market.*", name="A-1", areas=(NORTH,)),)),
            Direction.BREAKS,
            "accepts",
            f"A-1 street_order.* {NORTH}",
            id="a category no longer comes",
        ),
        pytest.param(
            replace(
                BEFORE,
                accepts=(clause("lead", "market.*", "street_order.*", name="A-1", areas=(NORTH, SOUTH)),),
            ),
            Direction.NEW,
            "accepts",
            f"A-1 market.* {SOUTH}",
            id="an area more",
        ),
        pytest.param(
            replace(BEFORE, accepts=(replace(BEFORE.accepts[0], role=Role.ASSIST),)),
            Direction.CHANGED,
            "accepts",
            f"A-1 market.* {NORTH}",
            id="another role",
        ),
        pytest.param(
            replace(BEFORE, deadlines={**BEFORE.deadlines, "finish": Duration(3, Unit.WORK_DAY)}),
            Direction.BREAKS,
            "deadlines",
            "finish",
            id="less time",
        ),
        pytest.param(
            replace(BEFORE, deadlines={**BEFORE.deadlines, "finish": Duration(9, Unit.WORK_DAY)}),
            Direction.CHANGED,
            "deadlines",
            "finish",
            id="more time",
        ),
        pytest.param(
            replace(BEFORE, deadlines={**BEFORE.deadlines, "finish": Duration(5, Unit.URGENT_DAY)}),
            Direction.CHANGED,
            "deadlines",
            "finish",
            id="another unit",
        ),
        pytest.param(
            replace(BEFORE, deadlines={**BEFORE.deadlines, "arrive": Duration(1, Unit.URGENT_HOUR)}),
            Direction.BREAKS,
            "deadlines",
            "arrive",
            id="a deadline where there was none",
        ),
        pytest.param(
            replace(BEFORE, emergency_deadlines={}),
            Direction.NEW,
            "emergency_deadlines",
            "sign",
            id="a deadline less",
        ),
        pytest.param(
            replace(BEFORE, channels=(Channel.PULL,)),
            Direction.BREAKS,
            "channels",
            "kafka",
            id="a channel gone",
        ),
        pytest.param(
            replace(BEFORE, form={"properties": {"outcome": OUTCOME}, "required": ["outcome"]}),
            Direction.BREAKS,
            "form",
            "note",
            id="a property that is refused now",
        ),
        pytest.param(
            replace(
                BEFORE,
                form={"properties": {"outcome": OUTCOME, "note": NOTE}, "required": ["outcome", "note"]},
            ),
            Direction.BREAKS,
            "form",
            "note",
            id="a property that is required now",
        ),
        pytest.param(
            replace(
                BEFORE,
                form={
                    "properties": {"outcome": OUTCOME, "note": NOTE, "photo": OUTCOME},
                    "required": ["outcome"],
                },
            ),
            Direction.NEW,
            "form",
            "photo",
            id="a property more",
        ),
        pytest.param(
            replace(BEFORE, returns=replace(BEFORE.returns, reason_codes=())),
            Direction.BREAKS,
            "returns",
            "NOT_MY_AREA",
            id="a return reason gone",
        ),
        pytest.param(
            replace(BEFORE, returns=replace(BEFORE.returns, max_returns=0)),
            Direction.BREAKS,
            "returns",
            "max_returns",
            id="no return left",
        ),
        pytest.param(
            replace(BEFORE, returns=replace(BEFORE.returns, needs_evidence=True)),
            Direction.BREAKS,
            "returns",
            "needs_evidence",
            id="evidence asked for",
        ),
        pytest.param(
            replace(BEFORE, fields=()),
            Direction.BREAKS,
            "fields",
            "resident.phone for callback",
            id="a field gone",
        ),
        pytest.param(
            replace(BEFORE, fields=(replace(BEFORE.fields[0], mask=""),)),
            Direction.CHANGED,
            "fields",
            "resident.phone for callback",
            id="another mask",
        ),
    ],
)
def test_a_change_is_told_with_its_direction(
    after: Contract, direction: Direction, part: str, name: str
) -> None:
    found = diff(BEFORE, after)
    assert (direction, part, name) in {(each.direction, each.part, each.name) for each in found}


def test_going_back_turns_what_is_new_into_what_breaks() -> None:
    after = replace(BEFORE, channels=(Channel.KAFKA, Channel.PULL))
    assert diff(BEFORE, after) == (Change(Direction.NEW, "channels", "pull", after="pull"),)
    assert diff(after, BEFORE) == (Change(Direction.BREAKS, "channels", "pull", before="pull"),)


def test_breaks_come_first() -> None:
    after = replace(BEFORE, channels=(Channel.PULL,), deadlines={"sign": Duration(2, Unit.URGENT_HOUR)})
    directions = [change.direction for change in diff(BEFORE, after)]
    assert directions == sorted(directions, key=list(Direction).index)
    assert {Direction.BREAKS, Direction.NEW, Direction.CHANGED} == set(directions)
