"""What a department may ask for, how its application goes on, and by which clock."""

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import product

import pytest

from hub.access.application import (
    ANSWER,
    OPEN,
    PROVIDE,
    TABLE,
    Application,
    State,
    Step,
    advance,
    check,
    strictest,
)
from hub.errors import Refused
from hub.model import DepartmentId, Output, ShareType
from hub.model.contract import Duration, Unit

TODAY = date(2026, 3, 10)
ONE = Application(
    id="ap_1",
    department=DepartmentId("chengguan"),
    fields=("event.stage",),
    outputs=(Output.VIEW,),
    purpose="handle",
    words="核对来源办理阶段",
    legal_basis="本部门权责清单第三条",
    ends_on=date(2026, 12, 31),
    share_type=ShareType.CONDITIONAL,
    asked_by="olga",
    asked_at=datetime(2026, 3, 10, 1, tzinfo=UTC),
)
SHARES = {
    "event.stage": ShareType.UNCONDITIONAL,
    "event.source": ShareType.UNCONDITIONAL,
    "resident.phone": ShareType.CONDITIONAL,
    "resident.former": ShareType.NOT_SHARED,
}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        pytest.param({"fields": ()}, "A428", id="no field"),
        pytest.param({"fields": tuple(map(str, range(21)))}, "A428", id="too many fields"),
        pytest.param({"outputs": ()}, "A428", id="no output"),
        pytest.param({"purpose": "办理"}, "A422", id="a purpose in words"),
        pytest.param({"words": "  "}, "A422", id="no words"),
        pytest.param({"legal_basis": ""}, "A422", id="no legal basis"),
        pytest.param({"words": "长" * 301}, "A422", id="too many words"),
        pytest.param({"words": "回拨13812345678"}, "A423", id="a number of a person"),
        pytest.param({"legal_basis": "13812345678"}, "A423", id="a number as legal basis"),
        pytest.param({"ends_on": date(2026, 3, 9)}, "A426", id="over already"),
        pytest.param({"ends_on": date(2027, 3, 10)}, "A426", id="longer than a year"),
    ],
)
def test_what_is_not_right_is_refused(changes: dict[str, object], code: str) -> None:
    with pytest.raises(Refused, match=code):
        check(replace(ONE, **changes), TODAY)  # type: ignore[arg-type]


@pytest.mark.parametrize("last", [date(2026, 3, 10), date(2027, 3, 9)])
def test_it_may_be_for_a_day_or_a_year(last: date) -> None:
    check(replace(ONE, ends_on=last), TODAY)


@pytest.mark.parametrize(
    ("fields", "share_type", "days"),
    [
        (("event.stage", "event.source"), ShareType.UNCONDITIONAL, 1),
        (("event.stage", "resident.phone"), ShareType.CONDITIONAL, 10),
    ],
)
def test_one_conditional_field_makes_all_of_it_conditional(
    fields: tuple[str, ...], share_type: ShareType, days: int
) -> None:
    assert share_type is strictest(SHARES, fields)
    assert Duration(days, Unit.WORK_DAY) == ANSWER[share_type]
    assert Duration(20, Unit.WORK_DAY) == PROVIDE


@pytest.mark.parametrize("field", ["resident.former", "event.unheard_of"])
def test_what_is_not_shared_or_not_known_cannot_be_asked_for(field: str) -> None:
    with pytest.raises(Refused, match="A421"):
        strictest(SHARES, ("event.stage", field))


def test_no_step_is_taken_outside_of_the_table() -> None:
    for state, step in product(State, Step):
        if (state, step) in TABLE:
            assert TABLE[state, step] is advance(state, step)
        else:
            with pytest.raises(Refused, match="A424"):
                advance(state, step)


def test_what_is_over_stays_so() -> None:
    assert set(OPEN) == {state for state, _ in TABLE}
