"""What systems of urban management share: classes, the flow of a case, time limits."""

from datetime import UTC, datetime, timedelta
from typing import Literal

import pytest

from hub.errors import HeldRecord
from hub.model import Stage
from hub.plugin.gb30428 import class_code, due_at, stage_in_flow

FROM = datetime(2026, 3, 10, 0, 0, tzinfo=UTC)


@pytest.mark.nasty("N23", "1 and 01, with a line break or as 1.0")
@pytest.mark.parametrize(
    ("big", "small", "is_component", "code"),
    [
        ("01", "10", False, "0110"),
        ("1.0", "5", False, "0105"),
        ("01", "0110", False, "0110"),
        ("1", "2", True, "B0102"),
        ("", "", True, ""),
    ],
)
def test_a_class_is_one_code_however_its_digits_were_written(
    big: str, small: str, is_component: bool, code: str
) -> None:
    assert class_code(big, small, is_component=is_component) == code


@pytest.mark.parametrize(
    ("step", "state", "before_filing", "stage"),
    [
        pytest.param("1", "核实", "核实", Stage.VERIFYING, id="核实 in 上报: before 立案"),
        pytest.param("5", "核实", "核实", Stage.DONE_BY_DEPT, id="核实 in 反馈: before 结案"),
        pytest.param("1", "核查", "核实", Stage.VERIFYING, id="核查 in 上报: before 立案"),
        pytest.param("反馈", "待核查", "核查", Stage.DONE_BY_DEPT, id="核查 in 反馈, by word"),
        pytest.param("", "核实中", "核实", Stage.VERIFYING, id="no step: the city says 核实 first"),
        pytest.param("", "核实中", "核查", Stage.DONE_BY_DEPT, id="no step: the city says 核查 first"),
        pytest.param("", "核查", "核查", Stage.VERIFYING, id="no step, the other word"),
        pytest.param("3", "returned", "核实", Stage.RETURNED, id="handed back"),
        pytest.param("4.0", "", "核实", Stage.IN_PROGRESS, id="a step as 4.0"),
        pytest.param("", "closed", "核实", Stage.CLOSED, id="an english word"),
        pytest.param("", "已办结", "核实", Stage.DONE_BY_DEPT, id="办结"),
        pytest.param("", "结案", "核实", Stage.CLOSED, id="结案"),
        pytest.param("6", "正常移交", "核实", Stage.CLOSED, id="a word nobody listed stands as its step"),
        pytest.param("", "正常移交", "核实", Stage.UNKNOWN, id="a word nobody listed, no step"),
        pytest.param("", "", "核实", Stage.RECEIVED, id="nothing said"),
        pytest.param("4", "5", "核实", Stage.SUSPENDED, id="a number the city has listed"),
    ],
)
@pytest.mark.nasty("N28", "states by word and by number")
def test_the_stage_follows_the_place_in_the_flow_and_not_the_word(
    step: str, state: str, before_filing: Literal["核实", "核查"], stage: Stage
) -> None:
    own = {"5.0": Stage.SUSPENDED}
    assert stage == stage_in_flow(step, state, own=own, before_filing=before_filing)


@pytest.mark.parametrize(
    ("limit", "unit", "hours"),
    [
        pytest.param("2紧急工作时", "", 2, id="urgent hours run on"),
        pytest.param("3 紧急工作日", "", 72, id="urgent days are natural days"),
        pytest.param("30紧急工作分钟", "", 0.5, id="urgent minutes"),
        pytest.param("4小时", "", 4, id="plain hours"),
        pytest.param("2天", "", 48, id="plain days"),
        pytest.param("2.0", "1", 2, id="value and unit apart, as 2.0"),
        pytest.param("４小时", "", 4, id="full-width digit"),
        pytest.param("4工作时", "", None, id="working hours need the calendar"),
        pytest.param("2", "2.0", None, id="working days by the vendor's number"),
        pytest.param("", "", None, id="none"),
    ],
)
@pytest.mark.nasty("N26", "a time limit as 2.0")
def test_a_limit_that_runs_on_becomes_a_moment(limit: str, unit: str, hours: float | None) -> None:
    expected = None if hours is None else FROM + timedelta(hours=hours)
    assert expected == due_at(limit, unit, FROM)


@pytest.mark.nasty("N27", "odd limits go to a person")
@pytest.mark.parametrize(
    "limit", ["1紧急工作时制止", "种植季节15工作日", "尽快", "2", "二天", "停工4工作时/处罚7工作日"]
)
def test_a_limit_in_odd_words_waits_for_a_person(limit: str) -> None:
    with pytest.raises(HeldRecord) as caught:
        due_at(limit, "", FROM)
    assert caught.value.code == "R304"
