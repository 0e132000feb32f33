"""Two versions of a contract: what breaks, what is new, what is otherwise."""

from dataclasses import replace

import pytest

from hub.access.masks import strictness
from hub.contract.change import Change, Direction
from hub.contract.diff import diff
from hub.model import Channel, Condition, Contract, Duration, FieldOut, OnCall, ReturnRules, Role, Unit
from tests.unit.contract.building import NORTH, SOUTH, clause, contract

BEFORE = replace(
    contract("a", clause("lead", "market.*", "street_order.*", name="A-1", areas=(NORTH,)), version=1),
    form={"properties": {"outcome": {"type": "string"}, "note": {"type": "string"}}, "required": ["outcome"]},
    returns=ReturnRules(max_returns=1, reason_codes=("NOT_MY_AREA",), needs_evidence=False),
    on_call=OnCall(("sms", "voice")),
    fields=(FieldOut(field="resident.phone", purpose="callback", mask="phone_3_4"),),
)
OUTCOME, NOTE = {"type": "string"}, {"type": "string"}
LEADS = f"lead except [] {Condition()}"
ASSISTS = f"assist except [] {Condition()}"


def test_the_same_contract_under_a_new_number_changes_nothing() -> None:
    assert diff(BEFORE, replace(BEFORE, version=2)) == ()


@pytest.mark.parametrize(
    ("after", "change"),
    [
        pytest.param(
            replace(BEFORE, accepts=(clause("lead", "market.*", name="A-1", areas=(NORTH,)),)),
            Change(Direction.BREAKS, "accepts", f"A-1 street_order.* {NORTH}", before=LEADS),
            id="a category no longer comes",
        ),
        pytest.param(
            replace(
                BEFORE,
                accepts=(clause("lead", "market.*", "street_order.*", name="A-1", areas=(NORTH, SOUTH)),),
            ),
            Change(Direction.NEW, "accepts", f"A-1 market.* {SOUTH}", after=LEADS),
            id="an area more",
        ),
        pytest.param(
            replace(BEFORE, accepts=(replace(BEFORE.accepts[0], role=Role.ASSIST),)),
            Change(Direction.CHANGED, "accepts", f"A-1 market.* {NORTH}", LEADS, ASSISTS),
            id="another role",
        ),
        pytest.param(
            replace(BEFORE, on_call=OnCall(("voice",))),
            Change(Direction.BREAKS, "on_call", "sms", before="sms"),
            id="one channel fewer",
        ),
        pytest.param(
            replace(BEFORE, on_call=OnCall(("sms", "voice", "webhook"))),
            Change(Direction.NEW, "on_call", "webhook", after="webhook"),
            id="one channel more",
        ),
        pytest.param(
            replace(BEFORE, on_call=OnCall(("voice", "sms"))),
            Change(Direction.CHANGED, "on_call", "channels", "sms, voice", "voice, sms"),
            id="another order of channels",
        ),
        pytest.param(
            replace(BEFORE, on_call=OnCall(("sms", "voice"), Duration(5, Unit.URGENT_MINUTE))),
            Change(Direction.CHANGED, "on_call", "after", "3 urgent_minute", "5 urgent_minute"),
            id="another time until the next channel",
        ),
        pytest.param(
            replace(BEFORE, deadlines={**BEFORE.deadlines, "finish": Duration(3, Unit.WORK_DAY)}),
            Change(Direction.BREAKS, "deadlines", "finish", "5 work_day", "3 work_day"),
            id="less time",
        ),
        pytest.param(
            replace(BEFORE, deadlines={**BEFORE.deadlines, "finish": Duration(9, Unit.WORK_DAY)}),
            Change(Direction.HARMLESS, "deadlines", "finish", "5 work_day", "9 work_day"),
            id="more time",
        ),
        pytest.param(
            replace(BEFORE, deadlines={**BEFORE.deadlines, "finish": Duration(5, Unit.URGENT_DAY)}),
            Change(Direction.CHANGED, "deadlines", "finish", "5 work_day", "5 urgent_day"),
            id="another unit",
        ),
        pytest.param(
            replace(BEFORE, deadlines={**BEFORE.deadlines, "arrive": Duration(1, Unit.URGENT_HOUR)}),
            Change(Direction.BREAKS, "deadlines", "arrive", after="1 urgent_hour"),
            id="a deadline where there was none",
        ),
        pytest.param(
            replace(BEFORE, level_deadlines={}),
            Change(Direction.NEW, "level_deadlines.emergency", "sign", before="3 urgent_minute"),
            id="a deadline less",
        ),
        pytest.param(
            replace(BEFORE, channels=(Channel.PULL,)),
            Change(Direction.BREAKS, "channels", "kafka", before="kafka"),
            id="a channel gone",
        ),
        pytest.param(
            replace(BEFORE, form={"properties": {"outcome": OUTCOME}, "required": ["outcome"]}),
            Change(Direction.BREAKS, "form", "note", before=f"{NOTE}"),
            id="a property that is refused now",
        ),
        pytest.param(
            replace(
                BEFORE,
                form={"properties": {"outcome": OUTCOME, "note": NOTE}, "required": ["outcome", "note"]},
            ),
            Change(Direction.BREAKS, "form", "note", "optional", "required"),
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
            Change(Direction.NEW, "form", "photo", after=f"{OUTCOME}"),
            id="a property more",
        ),
        pytest.param(
            replace(BEFORE, returns=replace(BEFORE.returns, reason_codes=())),
            Change(Direction.BREAKS, "returns", "NOT_MY_AREA", before="NOT_MY_AREA"),
            id="a return reason gone",
        ),
        pytest.param(
            replace(BEFORE, returns=replace(BEFORE.returns, max_returns=0)),
            Change(Direction.BREAKS, "returns", "max_returns", "1", "0"),
            id="no return left",
        ),
        pytest.param(
            replace(
                BEFORE, accepts=(clause("lead", "market.*", name="A-1", excepted=("market.a", "market.b")),)
            ),
            Change(
                Direction.NEW,
                "accepts",
                "A-1 market.* *",
                after=f"lead except [market.a, market.b] {Condition()}",
            ),
            id="everywhere, but for two categories",
        ),
        pytest.param(
            replace(BEFORE, level_deadlines={"emergency": {"sign": Duration(2, Unit.URGENT_MINUTE)}}),
            Change(
                Direction.BREAKS, "level_deadlines.emergency", "sign", "3 urgent_minute", "2 urgent_minute"
            ),
            id="less time in an emergency",
        ),
        pytest.param(
            replace(
                BEFORE, form={**BEFORE.form, "properties": {"outcome": {"type": "number"}, "note": NOTE}}
            ),
            Change(Direction.BREAKS, "form", "outcome.type", "string", "number"),
            id="a property of another type",
        ),
        pytest.param(
            replace(BEFORE, form={}),
            Change(Direction.BREAKS, "form", "outcome", before=f"{OUTCOME}"),
            id="no form any more",
        ),
        pytest.param(
            replace(BEFORE, returns=replace(BEFORE.returns, max_returns=2)),
            Change(Direction.NEW, "returns", "max_returns", "1", "2"),
            id="a return more",
        ),
        pytest.param(
            replace(BEFORE, returns=replace(BEFORE.returns, within=Duration(1, Unit.WORK_HOUR))),
            Change(Direction.CHANGED, "returns", "within", "", "1 work_hour"),
            id="a time limit for returns",
        ),
        pytest.param(
            replace(BEFORE, returns=replace(BEFORE.returns, needs_evidence=True)),
            Change(Direction.BREAKS, "returns", "needs_evidence"),
            id="evidence asked for",
        ),
        pytest.param(
            replace(BEFORE, fields=()),
            Change(Direction.BREAKS, "fields", "resident.phone for callback", before="phone_3_4"),
            id="a field gone",
        ),
        pytest.param(
            replace(BEFORE, fields=(replace(BEFORE.fields[0], mask=""),)),
            Change(Direction.NEW, "fields", "resident.phone for callback", "phone_3_4", "full"),
            id="a mask less",
        ),
    ],
)
def test_a_change_is_told_with_its_direction(after: Contract, change: Change) -> None:
    assert change in diff(BEFORE, after, strictness)


def test_going_back_turns_what_is_new_into_what_breaks() -> None:
    after = replace(BEFORE, channels=(Channel.KAFKA, Channel.PULL))
    assert diff(BEFORE, after) == (Change(Direction.NEW, "channels", "pull", after="pull"),)
    assert diff(after, BEFORE) == (Change(Direction.BREAKS, "channels", "pull", before="pull"),)


def test_a_field_that_is_masked_more_breaks_and_two_masks_without_an_order_are_for_a_person() -> None:
    plain = replace(BEFORE, fields=(replace(BEFORE.fields[0], mask=""),))
    name, told = "resident.phone for callback", ("fields", "resident.phone for callback", "full", "phone_3_4")
    assert diff(plain, BEFORE, strictness) == (Change(Direction.BREAKS, *told),)
    assert diff(plain, BEFORE) == (Change(Direction.CHANGED, "fields", name, "full", "phone_3_4"),)


def test_what_was_required_already_is_no_news() -> None:
    """And evidence that is no longer asked for is less work."""
    after = replace(
        BEFORE,
        form={"properties": {"outcome": OUTCOME, "note": NOTE}, "required": ["outcome"]},
        returns=replace(BEFORE.returns, needs_evidence=False),
    )
    assert diff(BEFORE, after) == ()
    free = replace(after, form={**after.form, "required": []})
    assert diff(after, free) == (Change(Direction.HARMLESS, "form", "outcome", "required", "optional"),)
    asks = replace(BEFORE, returns=replace(BEFORE.returns, needs_evidence=True))
    assert diff(asks, BEFORE) == (Change(Direction.NEW, "returns", "needs_evidence"),)


def test_breaks_come_first() -> None:
    after = replace(BEFORE, channels=(Channel.PULL,), deadlines={"sign": Duration(2, Unit.URGENT_HOUR)})
    directions = [change.direction for change in diff(BEFORE, after)]
    assert directions == sorted(directions, key=list(Direction).index)
    assert {Direction.BREAKS, Direction.NEW} <= set(directions)
