"""Two versions of a contract: what breaks, what is new, what is otherwise."""

from dataclasses import replace

import pytest

from hub.access.masks import strictness
from hub.contract.change import Change, Direction
from hub.contract.diff import diff
from hub.model import (
    Channel,
    Closing,
    Condition,
    Contract,
    Duration,
    FieldOut,
    Level,
    OnCall,
    ReturnRules,
    Role,
    Unit,
    Urgency,
    WaitRules,
)
from tests.unit.contract.building import NORTH, SOUTH, clause, contract

BEFORE = replace(
    contract("a", clause("lead", "market.*", "street_order.*", name="A-1", areas=(NORTH,)), version=1),
    form={"properties": {"outcome": {"type": "string"}, "note": {"type": "string"}}, "required": ["outcome"]},
    returns=ReturnRules(max_returns=1, reason_codes=("NOT_MY_AREA",), needs_evidence=False),
    pauses=WaitRules(reason_codes=("MATERIAL",), longest=Duration(5, Unit.WORK_DAY), most=2),
    extensions=WaitRules(reason_codes=("COMPLEX",), longest=Duration(48, Unit.URGENT_HOUR)),
    on_call=OnCall(("sms", "voice")),
    fields=(FieldOut(field="resident.phone", purpose="callback", mask="phone_3_4"),),
)
OUTCOME, NOTE = {"type": "string"}, {"type": "string"}
(CLAUSE,) = BEFORE.accepts
WITHIN = replace(BEFORE, returns=replace(BEFORE.returns, within=Duration(4, Unit.WORK_HOUR)))
CLOSED = replace(BEFORE, returns=ReturnRules(max_returns=0), pauses=WaitRules(), extensions=WaitRules())
"""It can neither hand back, nor wait, nor ask for time."""


def limits(part: str, **by_step: Duration) -> Contract:
    """BEFORE, with these limits beside those of all levels (`deadlines`), or of one level."""
    if part == "deadlines":
        return replace(BEFORE, deadlines={**BEFORE.deadlines, **by_step})
    return replace(BEFORE, level_deadlines={**BEFORE.level_deadlines, part: by_step})


def when(**met: object) -> Contract:
    """BEFORE, whose clause demands that."""
    return replace(BEFORE, accepts=(replace(CLAUSE, when=Condition(**met)),))  # type: ignore[arg-type]


def test_the_same_contract_under_a_new_number_changes_nothing() -> None:
    assert diff(BEFORE, replace(BEFORE, version=2)) == ()


@pytest.mark.parametrize(
    ("after", "change"),
    [
        pytest.param(
            replace(BEFORE, accepts=(clause("lead", "market.*", name="A-1", areas=(NORTH,)),)),
            Change(Direction.BREAKS, "accepts", f"A-1 street_order.* {NORTH}", before="lead"),
            id="a category no longer comes",
        ),
        pytest.param(
            replace(
                BEFORE,
                accepts=(clause("lead", "market.*", "street_order.*", name="A-1", areas=(NORTH, SOUTH)),),
            ),
            Change(Direction.NEW, "accepts", f"A-1 market.* {SOUTH}", after="lead"),
            id="an area more",
        ),
        pytest.param(
            replace(BEFORE, accepts=(replace(BEFORE.accepts[0], role=Role.ASSIST),)),
            Change(Direction.BREAKS, "accepts", "A-1 role", "lead", "assist"),
            id="no lead any more",
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
            Change(Direction.BREAKS, "deadlines", "finish", "5 work_day", "5 urgent_day"),
            id="a unit that is not sure to be longer",
        ),
        pytest.param(
            replace(BEFORE, deadlines={**BEFORE.deadlines, "arrive": Duration(1, Unit.URGENT_HOUR)}),
            Change(Direction.BREAKS, "deadlines", "arrive", after="1 urgent_hour"),
            id="a deadline where there was none",
        ),
        pytest.param(
            replace(BEFORE, level_deadlines={}),
            Change(
                Direction.HARMLESS, "level_deadlines.emergency", "sign", "3 urgent_minute", "1 urgent_hour"
            ),
            id="an emergency is like any other",
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
            Change(Direction.BREAKS, "accepts", "A-1 except", after="market.b"),
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
            Change(Direction.BREAKS, "returns", "within", "", "1 work_hour"),
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


D, H, M = Unit.WORK_DAY, Unit.URGENT_HOUR, Unit.URGENT_MINUTE
BREAKS, NEW, HARMLESS = Direction.BREAKS, Direction.NEW, Direction.HARMLESS


@pytest.mark.parametrize(
    ("before", "after", "forth", "back", "what"),
    [
        pytest.param(
            limits("hard", finish=Duration(10, D)),
            BEFORE,
            BREAKS,
            HARMLESS,
            ("level_deadlines.hard", "finish", "10 work_day", "5 work_day"),
            id="a level loses the longer time that it had",
        ),
        pytest.param(
            BEFORE,
            limits("emergency", sign=Duration(3, M), finish=Duration(30, D)),
            HARMLESS,
            BREAKS,
            ("level_deadlines.emergency", "finish", "5 work_day", "30 work_day"),
            id="a level gets longer than all others",
        ),
        pytest.param(
            BEFORE,
            limits("key", arrive=Duration(2, H)),
            BREAKS,
            NEW,
            ("level_deadlines.key", "arrive", "", "2 urgent_hour"),
            id="a step that only one level has",
        ),
        pytest.param(
            BEFORE,
            limits("deadlines", sign=Duration(30, M)),
            BREAKS,
            HARMLESS,
            ("deadlines", "sign", "1 urgent_hour", "30 urgent_minute"),
            id="less time in another unit",
        ),
        pytest.param(
            limits("deadlines", finish=Duration(0, D)),
            limits("deadlines", finish=Duration(1, H)),
            BREAKS,
            BREAKS,
            ("deadlines", "finish", "0 work_day", "1 urgent_hour"),
            id="from today to within the hour, which is longer in the evening",
        ),
        pytest.param(
            limits("deadlines", finish=Duration(48, H)),
            limits("deadlines", finish=Duration(3, D)),
            HARMLESS,
            BREAKS,
            ("deadlines", "finish", "48 urgent_hour", "3 work_day"),
            id="working days that are longer under any calendar",
        ),
        pytest.param(
            limits("deadlines", sign=Duration(60, M)),
            limits("deadlines", sign=Duration(1, H)),
            HARMLESS,
            HARMLESS,
            ("deadlines", "sign", "60 urgent_minute", "1 urgent_hour"),
            id="as long in other words",
        ),
        pytest.param(
            BEFORE,
            replace(BEFORE, accepts=(replace(CLAUSE, except_categories=("market.a",)),)),
            BREAKS,
            NEW,
            ("accepts", "A-1 except", "", "market.a"),
            id="a category is excepted",
        ),
        pytest.param(
            BEFORE,
            replace(BEFORE, accepts=(replace(CLAUSE, role=Role.ASSIST),)),
            BREAKS,
            NEW,
            ("accepts", "A-1 role", "lead", "assist"),
            id="it assists where it led",
        ),
        pytest.param(
            when(levels=(Level.ROUTINE, Level.KEY)),
            when(levels=(Level.KEY,)),
            BREAKS,
            NEW,
            ("accepts", "A-1 when levels", "key, routine", "key"),
            id="a level that no longer comes",
        ),
        pytest.param(
            BEFORE,
            when(urgency=(Urgency.URGENT,)),
            BREAKS,
            NEW,
            ("accepts", "A-1 when urgency", "critical, routine, urgent", "urgent"),
            id="a demand where there was none",
        ),
        pytest.param(
            when(sources=("police_grid",)),
            when(sources=("hotline_12345",)),
            BREAKS,
            BREAKS,
            ("accepts", "A-1 when sources", "police_grid", "hotline_12345"),
            id="another source",
        ),
        pytest.param(
            BEFORE,
            when(secret=False),
            BREAKS,
            NEW,
            ("accepts", "A-1 when secret", "false, true", "false"),
            id="nothing secret any more",
        ),
        pytest.param(
            WITHIN,
            replace(WITHIN, returns=replace(WITHIN.returns, within=Duration(1, M))),
            BREAKS,
            HARMLESS,
            ("returns", "within", "4 work_hour", "1 urgent_minute"),
            id="hardly any time to hand back",
        ),
        pytest.param(
            BEFORE,
            replace(BEFORE, pauses=replace(BEFORE.pauses, reason_codes=("MATERIAL", "WEATHER"))),
            NEW,
            BREAKS,
            ("pauses", "WEATHER", "", "WEATHER"),
            id="a further reason to wait",
        ),
        pytest.param(
            BEFORE,
            replace(BEFORE, pauses=replace(BEFORE.pauses, most=1)),
            BREAKS,
            NEW,
            ("pauses", "most", "2", "1"),
            id="fewer waits",
        ),
        pytest.param(
            BEFORE,
            replace(BEFORE, extensions=replace(BEFORE.extensions, longest=Duration(24, H))),
            BREAKS,
            HARMLESS,
            ("extensions", "longest", "48 urgent_hour", "24 urgent_hour"),
            id="shorter extensions",
        ),
        pytest.param(
            BEFORE,
            replace(BEFORE, extensions=replace(BEFORE.extensions, longest=None)),
            NEW,
            BREAKS,
            ("extensions", "longest", "48 urgent_hour", ""),
            id="extensions as long as may be",
        ),
        pytest.param(
            BEFORE,
            replace(BEFORE, closing=Closing.EVERYONE),
            BREAKS,
            NEW,
            ("closing", "closing", "leads", "everyone"),
            id="it waits for those who assist",
        ),
        pytest.param(
            BEFORE,
            replace(BEFORE, title="b"),
            HARMLESS,
            HARMLESS,
            ("title", "title", "a", "b"),
            id="another title",
        ),
    ],
)
def test_a_change_is_told_alone_and_the_other_way_round_on_the_way_back(
    before: Contract, after: Contract, forth: Direction, back: Direction, what: tuple[str, str, str, str]
) -> None:
    part, name, old, new = what
    assert (Change(forth, part, name, old, new),) == diff(before, after)
    assert (Change(back, part, name, new, old),) == diff(after, before)


def test_what_it_may_do_for_the_first_time_is_new_with_all_its_limits_and_gone_breaks() -> None:
    assert {Direction.NEW} == {change.direction for change in diff(CLOSED, WITHIN)}
    parts = [
        ("extensions", "COMPLEX"),
        ("pauses", "MATERIAL"),
        ("returns", "NOT_MY_AREA"),
        ("returns", "max_returns"),
    ]
    assert parts == sorted((change.part, change.name) for change in diff(WITHIN, CLOSED))
    assert {Direction.BREAKS} == {change.direction for change in diff(WITHIN, CLOSED)}


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
