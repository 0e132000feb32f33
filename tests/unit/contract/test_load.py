"""Contracts in YAML: read whole, or everything wrong at once with its line."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.contract.finding import Finding
from hub.contract.known import Known
from hub.contract.load import parse
from hub.messages import CATALOGUE
from hub.messages.text import Language
from hub.model import Channel, Condition, Contract, Duration, Role, Unit, Urgency

GOOD = """\
department: chengguan
version: 3
valid: {from: 2026-01-01, to: 2026-12-31}
title: 城管合同
legal_basis: [权责清单]
accepts:
  - clause: CG-1
    role: lead
    categories: [street_order.*, construction.dust]
    except: [street_order.fire_lane_blocked]
    areas: ['329901001']
    when: {urgency: [urgent, critical], secret: false}
    legal_basis: 第1项
  - clause: CG-2
    role: assist
    categories: [street_order.fire_lane_blocked]
deadlines:
  sign: {value: 1, unit: urgent_hour}
  finish: {value: 5, unit: work_day}
emergency_deadlines:
  sign: {value: 3, unit: urgent_minute}
channels: [kafka, webhook]
form:
  required: [outcome]
  properties:
    outcome: {type: string, enum: [done]}
returns:
  max_returns: 1
  within: {value: 4, unit: work_hour}
  reason_codes: [NOT_MY_AREA]
fields:
  - {field: resident.phone, purpose: callback, mask: phone_3_4}
examples:
  - name: 占道经营由城管主办
    category: street_order.occupy_road
    area: '329901001'
    urgency: urgent
    expect: lead
    clause: CG-1
"""
KNOWN = Known(
    categories=("street_order.occupy_road", "street_order.fire_lane_blocked", "construction.dust"),
    areas=("329901", "329901001"),
    departments=("chengguan", "xiaofang"),
    sources=("hotline_12345",),
    fields=("resident.phone", "incident.id"),
    masks=("phone_3_4", "text_scan"),
)


def read(text: str) -> Contract:
    """The contract; fails with the findings where there are some."""
    found = parse(text, "contracts/chengguan.yaml", KNOWN)
    assert isinstance(found, Contract), found
    return found


def findings(text: str) -> tuple[Finding, ...]:
    """The findings; fails where there are none."""
    found = parse(text, "contracts/chengguan.yaml", KNOWN)
    assert isinstance(found, tuple)
    return found


def changed(before: str, after: str) -> str:
    """GOOD with one place changed."""
    assert before in GOOD
    return GOOD.replace(before, after)


def test_a_contract_is_read_whole() -> None:
    contract = read(GOOD)
    first, second = contract.accepts
    assert (contract.id, contract.file) == ("chengguan-v3", "contracts/chengguan.yaml")
    assert (contract.valid_from, contract.valid_to) == (date(2026, 1, 1), date(2026, 12, 31))
    assert (first.role, second.role) == (Role.LEAD, Role.ASSIST)
    assert first.when == Condition(urgency=(Urgency.URGENT, Urgency.CRITICAL), secret=False)
    assert first.except_categories == ("street_order.fire_lane_blocked",)
    assert contract.deadlines["finish"] == Duration(5, Unit.WORK_DAY)
    assert contract.emergency_deadlines == {"sign": Duration(3, Unit.URGENT_MINUTE)}
    assert contract.channels == (Channel.KAFKA, Channel.WEBHOOK)
    assert contract.returns.within == Duration(4, Unit.WORK_HOUR)
    assert contract.returns.needs_evidence
    assert contract.form["additionalProperties"] is False
    assert contract.examples[0].clause == "CG-1"


@pytest.mark.parametrize(
    ("before", "after", "code", "line", "named"),
    [
        pytest.param("title: 城管合同\n", "", "K204", 1, "title", id="a missing key"),
        pytest.param("version: 3", "version: 3\nextra: 1", "K203", 3, "extra", id="an unknown key"),
        pytest.param(
            "    role: assist", "    role: assist\n    note: x", "K203", 16, "note", id="a key in a clause"
        ),
        pytest.param("version: 3", "version: three", "K205", 2, "version", id="a word for a number"),
        pytest.param("version: 3", "version: true", "K205", 2, "version", id="a truth for a number"),
        pytest.param("version: 3", "version: 0", "K207", 2, "version", id="a number out of range"),
        pytest.param("to: 2026-12-31", "to: soon", "K205", 3, "to", id="a word for a day"),
        pytest.param("to: 2026-12-31", "to: 2025-12-31", "K213", 3, "", id="an end before the beginning"),
        pytest.param(
            "street_order.*, con", "street_odrer.*, con", "K210", 9, "street_odrer.*", id="unknown class"
        ),
        pytest.param(
            "construction.dust]", "construction.dusk]", "K210", 9, "construction.dusk", id="category"
        ),
        pytest.param(
            "areas: ['329901001']", "areas: ['329901999']", "K211", 11, "329901999", id="unknown area"
        ),
        pytest.param("department: chengguan", "department: chenguan", "K212", 1, "chenguan", id="department"),
        pytest.param("unit: work_day", "unit: workday", "K208", 19, "workday", id="unknown unit"),
        pytest.param("value: 5,", "value: 0,", "K207", 19, "value", id="no time at all"),
        pytest.param("  finish:", "  finnish:", "K203", 19, "finnish", id="unknown step"),
        pytest.param("role: assist", "role: help", "K208", 15, "help", id="unknown role"),
        pytest.param("[urgent, critical]", "[urgent, red]", "K208", 12, "red", id="unknown urgency"),
        pytest.param("mask: phone_3_4", "mask: phone_4_3", "K215", 32, "phone_4_3", id="unknown mask"),
        pytest.param("resident.phone", "resident.fone", "K218", 32, "resident.fone", id="unknown field"),
        pytest.param("[kafka, webhook]", "[kafka, pigeon]", "K208", 22, "pigeon", id="unknown channel"),
        pytest.param("[kafka, webhook]", "[]", "K204", 22, "channels", id="no channel"),
        pytest.param("clause: CG-2\n", "clause: CG-1\n", "K219", 14, "CG-1", id="a clause twice"),
        pytest.param(
            "    clause: CG-1\n", "    clause: CG-7\n", "K220", 39, "CG-7", id="an example's clause"
        ),
        pytest.param(
            "required: [outcome]", "required: [result]", "K216", 24, "result", id="required of nothing"
        ),
        pytest.param("type: string, enum", "type: strnig, enum", "K217", 23, "", id="no JSON Schema"),
        pytest.param("enum: [done]", "$ref: 'https://x.example/a'", "K217", 23, "", id="a reference outside"),
        pytest.param("expect: lead", "expect: leads", "K208", 38, "leads", id="unknown expectation"),
        pytest.param("version: 3", "version: 3\nversion: 4", "K202", 3, "version", id="a key twice"),
        pytest.param("[NOT_MY_AREA]", "[NOT_MY_AREA", "K201", 31, "", id="broken YAML"),
        pytest.param("to: 2026-12-31", "to: 2026-02-30", "K201", 0, "", id="a day that does not exist"),
        pytest.param("[权责清单]", "[null]", "K205", 5, "legal_basis", id="a null in a list"),
    ],
)
def test_a_fault_is_told_with_code_line_and_name(
    before: str, after: str, code: str, line: int, named: str
) -> None:
    found = findings(changed(before, after))
    assert [(code, line)] == [(finding.code, finding.line) for finding in found]
    assert named in ("", found[0].facts.get("name"))


def test_a_slip_in_a_key_is_told_as_a_key_too_many_and_one_missing() -> None:
    found = findings(changed("title: 城管合同", "titel: 城管合同"))
    assert [(each.code, each.facts["name"]) for each in found] == [("K204", "title"), ("K203", "titel")]


def test_all_faults_are_told_at_once_and_in_order() -> None:
    text = changed("version: 3", "version: none").replace("work_day", "workday").replace("phone_3_4", "phone")
    assert [(each.code, each.line) for each in findings(text)] == [("K205", 2), ("K208", 19), ("K215", 32)]


def test_a_slip_of_the_pen_is_answered_with_what_was_probably_meant() -> None:
    (finding,) = findings(changed("construction.dust]", "construction.dusk]"))
    assert "construction.dust" in str(finding.facts["allowed"])


def test_every_finding_has_words_in_both_languages() -> None:
    for finding in findings("department: nobody\nextra: 1\n"):
        assert finding.code in CATALOGUE
        assert "uncatalogued" not in finding.told(Language.EN).cause
        assert finding.told(Language.ZH).next_step


def test_without_known_names_only_the_shape_is_looked_at() -> None:
    assert isinstance(parse(changed("construction.dust]", "construction.dusk]"), "x.yaml"), Contract)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("- a\n- b\n", id="a list"),
        pytest.param("chengguan", id="a word"),
        pytest.param("[" * 200_000, id="brackets without end"),
        pytest.param("[" * 200_000 + "]" * 200_000, id="brackets two hundred thousand deep"),
        pytest.param("a: &x [1, 1]\nb: [*x, *x]\n", id="aliases"),
        pytest.param("a: !!python/object/apply:os.system ['true']\n", id="a tag that would run something"),
        pytest.param("version: !!bool maybe\n", id="a tag that does not fit"),
        pytest.param("? [a, b]\n: c\n", id="a list for a key"),
        pytest.param("version: " + "9" * 5000 + "\n", id="a number of five thousand digits"),
        pytest.param("~", id="null"),
        pytest.param("a: \x00\n", id="a control character"),
    ],
)
def test_what_is_no_contract_is_a_finding_and_nothing_else(text: str) -> None:
    assert findings(text)


@given(st.text(max_size=200))
def test_any_text_is_a_contract_or_findings(text: str) -> None:
    found = parse(text, "x.yaml", KNOWN)
    assert isinstance(found, Contract) or len(found) > 0


@given(st.integers(0, len(GOOD) - 1), st.characters(codec="utf-8"))
def test_any_letter_changed_is_a_contract_or_findings(index: int, letter: str) -> None:
    found = parse(GOOD[:index] + letter + GOOD[index + 1 :], "x.yaml", KNOWN)
    assert isinstance(found, Contract) or len(found) > 0
