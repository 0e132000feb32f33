"""Contracts in YAML: read whole, or everything wrong at once with its line."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.contract.finding import Finding
from hub.contract.known import Known
from hub.contract.load import STEPS, parse
from hub.messages import CATALOGUE
from hub.messages.text import Language
from hub.model import (
    Accept,
    AreaId,
    Channel,
    Condition,
    Contract,
    DepartmentId,
    Duration,
    Example,
    FieldOut,
    Level,
    RequestType,
    ReturnRules,
    Role,
    Unit,
    Urgency,
)

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
level_deadlines:
  emergency: {sign: {value: 3, unit: urgent_minute}}
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


EVERY_WORD = """\
department: chengguan
version: 3
valid: {from: 2026-01-01}
title: 城管合同
legal_basis: [权责清单, 条例]
accepts:
  - clause: CG-1
    role: assist
    categories: [construction.dust]
    areas: ['329901']
    legal_basis: 第1项
    when:
      urgency: [urgent]
      levels: [emergency]
      request_types: [report]
      sources: [hotline_12345]
      secret: true
deadlines:
  sign: {value: 1, unit: urgent_hour}
channels: [webhook]
form:
  properties: {outcome: {type: string}}
returns:
  max_returns: 2
  reason_codes: [NOT_MY_AREA, NOT_MY_DUTY]
  needs_evidence: false
fields:
  - {field: incident.id, purpose: handle}
examples:
  - name: 样例
    category: construction.dust
    area: '329901'
    urgency: critical
    level: hard
    request_type: complaint
    source: hotline_12345
    secret: true
    expect: none
"""
"""Every key that a contract may have says something else than it says where it is absent."""


def test_every_key_of_a_contract_is_read() -> None:
    assert read(EVERY_WORD) == Contract(
        department=DepartmentId("chengguan"),
        version=3,
        valid_from=date(2026, 1, 1),
        valid_to=None,
        title="城管合同",
        legal_basis=("权责清单", "条例"),
        accepts=(
            Accept(
                clause="CG-1",
                categories=("construction.dust",),
                areas=(AreaId("329901"),),
                role=Role.ASSIST,
                legal_basis="第1项",
                when=Condition(
                    urgency=(Urgency.URGENT,),
                    levels=(Level.EMERGENCY,),
                    request_types=(RequestType.REPORT,),
                    sources=("hotline_12345",),
                    secret=True,
                ),
            ),
        ),
        deadlines={"sign": Duration(1, Unit.URGENT_HOUR)},
        level_deadlines={},
        channels=(Channel.WEBHOOK,),
        form={
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "properties": {"outcome": {"type": "string"}},
            "required": [],
            "additionalProperties": False,
        },
        returns=ReturnRules(
            max_returns=2, within=None, reason_codes=("NOT_MY_AREA", "NOT_MY_DUTY"), needs_evidence=False
        ),
        fields=(FieldOut(field="incident.id", purpose="handle", mask=""),),
        examples=(
            Example(
                name="样例",
                category="construction.dust",
                area=AreaId("329901"),
                urgency=Urgency.CRITICAL,
                level=Level.HARD,
                request_type=RequestType.COMPLAINT,
                source="hotline_12345",
                secret=True,
                expect="none",
                clause="",
            ),
        ),
        file="contracts/chengguan.yaml",
    )


def test_what_a_contract_does_not_say_is_what_asks_for_least() -> None:
    """No return, no example's condition, no mask; and a contract without fields shows nothing."""
    start = EVERY_WORD[: EVERY_WORD.index("returns:")].replace("    legal_basis: 第1项\n", "")
    bare = read(start[: start.index("    when:")] + start[start.index("deadlines:") :])
    assert Condition() == bare.accepts[0].when
    assert "" == bare.accepts[0].legal_basis
    assert ReturnRules(max_returns=0) == bare.returns
    assert ((), (), {}) == (bare.fields, bare.examples, bare.level_deadlines)
    (example,) = read(
        start + "examples:\n  - {name: a, category: construction.dust, area: '329901', expect: lead}\n"
    ).examples
    assert Example(name="a", category="construction.dust", area=AreaId("329901"), expect="lead") == example


def test_a_deadline_may_be_the_same_working_day_and_no_other_time_may_be_nothing() -> None:
    same_day = read(changed("value: 5, unit: work_day", "value: 0, unit: work_day"))
    assert Duration(0, Unit.WORK_DAY) == same_day.deadlines["finish"]
    (found,) = findings(changed("within: {value: 4, unit: work_hour}", "within: {value: 0, unit: work_day}"))
    assert "K207" == found.code


def test_a_contract_is_read_whole() -> None:
    contract = read(GOOD)
    first, second = contract.accepts
    assert (contract.id, contract.file) == ("chengguan-v3", "contracts/chengguan.yaml")
    assert (contract.valid_from, contract.valid_to) == (date(2026, 1, 1), date(2026, 12, 31))
    assert (first.role, second.role) == (Role.LEAD, Role.ASSIST)
    assert first.when == Condition(urgency=(Urgency.URGENT, Urgency.CRITICAL), secret=False)
    assert first.except_categories == ("street_order.fire_lane_blocked",)
    assert contract.deadlines["finish"] == Duration(5, Unit.WORK_DAY)
    assert contract.level_deadlines == {"emergency": {"sign": Duration(3, Unit.URGENT_MINUTE)}}
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
        pytest.param(
            "value: 5, unit: work_day", "value: 0, unit: work_hour", "K207", 19, "value", id="no time at all"
        ),
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


@pytest.mark.parametrize(
    ("before", "after", "code", "facts"),
    [
        pytest.param(
            "value: 5,",
            "value: 1001,",
            "K207",
            {"name": "value", "least": 0, "most": 1000},
            id="more than a limit can be",
        ),
        pytest.param(
            "version: 3",
            "version: 10001",
            "K207",
            {"name": "version", "least": 1, "most": 10000},
            id="a version",
        ),
        pytest.param(
            "max_returns: 1",
            "max_returns: 10",
            "K207",
            {"name": "max_returns", "least": 0, "most": 9},
            id="returns",
        ),
        pytest.param(
            "title: 城管合同", "title: 5", "K205", {"name": "title", "kind": "text"}, id="a number for words"
        ),
        pytest.param(
            "secret: false",
            "secret: 5",
            "K205",
            {"name": "secret", "kind": "true or false"},
            id="a number for a truth",
        ),
        pytest.param(
            "version: 3", "version: 1.5", "K205", {"name": "version", "kind": "whole number"}, id="a half"
        ),
        pytest.param(
            "from: 2026-01-01",
            "from: 2026-01-01 08:00:00",
            "K205",
            {"name": "from", "kind": "day (YYYY-MM-DD)"},
            id="a moment",
        ),
        pytest.param(
            "areas: ['329901001']",
            "areas: here",
            "K205",
            {"name": "areas", "kind": "list"},
            id="a word for a list",
        ),
        pytest.param(
            "legal_basis: [权责清单]",
            "legal_basis: [null]",
            "K205",
            {"name": "legal_basis", "kind": "value"},
            id="a null",
        ),
        pytest.param(
            "valid: {from: 2026-01-01, to: 2026-12-31}",
            "valid: always",
            "K205",
            {"name": "valid", "kind": "mapping"},
            id="a word for keys",
        ),
        pytest.param(
            "level_deadlines:\n  emergency: {sign: {value: 3, unit: urgent_minute}}",
            "level_deadlines: [1]",
            "K205",
            {"name": "level_deadlines", "kind": "mapping"},
            id="a list for keys",
        ),
        pytest.param(
            "role: assist",
            "role: help",
            "K208",
            {"name": "help", "allowed": "lead, assist"},
            id="an unknown word, and all that are known",
        ),
        pytest.param(
            "department: chengguan",
            "department: fire",
            "K212",
            {"name": "fire", "allowed": "chengguan, xiaofang"},
            id="an unknown name of few",
        ),
        pytest.param(
            "    when: {urgency: [urgent, critical], secret: false}",
            "    when: {sources: [hotline]}",
            "K214",
            {"name": "hotline", "allowed": "hotline_12345"},
            id="an unknown source",
        ),
        pytest.param(
            "    urgency: urgent\n",
            "    source: hotline\n",
            "K214",
            {"name": "hotline", "allowed": "hotline_12345"},
            id="an example's source",
        ),
        pytest.param(
            "  finish:", "  end:", "K203", {"name": "end", "allowed": ", ".join(STEPS)}, id="a step"
        ),
        pytest.param(
            "value: 5, unit",
            "value: 5, of: 1, unit",
            "K203",
            {"name": "of", "allowed": "value, unit"},
            id="a key, and those that are known",
        ),
        pytest.param(
            "type: string, enum", "type: strnig, enum", "K217", {"what": "properties"}, id="no JSON Schema"
        ),
        pytest.param(
            "enum: [done]", "anyOf: [{$ref: x}]", "K217", {"what": "$ref"}, id="a reference deep inside"
        ),
    ],
)
def test_a_fault_says_what_would_have_been_right(
    before: str, after: str, code: str, facts: dict[str, str | int]
) -> None:
    found = parse(changed(before, after), "contracts/chengguan.yaml", KNOWN)
    assert isinstance(found, tuple)
    assert (code, facts) in [(each.code, dict(each.facts)) for each in found]
    assert {"contracts/chengguan.yaml"} == {each.file for each in found}


def test_a_fault_stands_at_a_line_or_at_the_nearest_above_it() -> None:
    (finding,) = findings(
        changed(
            "level_deadlines:\n  emergency: {sign: {value: 3, unit: urgent_minute}}",
            "level_deadlines: [1]",
        )
    )
    assert ("K205", 20) == (finding.code, finding.line)
    assert ("K205", {"name": "file", "kind": "mapping"}) in [
        (e.code, e.facts) for e in findings("- a\n- b\n")
    ]


def test_of_many_names_those_are_told_that_look_alike() -> None:
    many = replace(KNOWN, categories=[f"class_{n}.kind" for n in range(20)] + ["construction.dust"])
    text = EVERY_WORD.replace("categories: [construction.dust]", "categories: [construction.dusk]")
    far = EVERY_WORD.replace("categories: [construction.dust]", "categories: [zzz]")
    for written, allowed in ((text, "construction.dust"), (far, "-")):
        found = parse(written, "x.yaml", many)
        assert isinstance(found, tuple)
        assert [allowed] == [each.facts["allowed"] for each in found if each.code == "K210"]


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        pytest.param("", 0, "empty", id="nothing"),
        pytest.param("~", 1, "empty", id="null"),
        pytest.param("a: ]", 1, "did not find expected node content", id="broken"),
        pytest.param("day: 2026-02-30", 0, "ValueError", id="no such day"),
        pytest.param("\n" + "[" * 40, 2, "nested deeper than 30", id="too deep"),
    ],
)
def test_what_is_no_yaml_says_what_it_is(text: str, line: int, what: str) -> None:
    (finding,) = findings(text)
    assert ("K201", line, {"what": what}) == (finding.code, finding.line, finding.facts)


def test_thirty_levels_are_not_too_deep() -> None:
    assert "K201" not in {each.code for each in findings("a: " + "[" * 29 + "]" * 29)}
    assert ["K201"] == [each.code for each in findings("a: " + "[" * 30 + "]" * 30)]


def test_a_finding_is_told_in_the_words_of_its_language_and_with_its_place() -> None:
    (finding,) = findings(changed("version: 3", "version: three"))
    assert "contracts/chengguan.yaml:2" == finding.where == finding.told(Language.EN).pointer
    assert finding.told(Language.EN).cause.isascii()
    assert finding.told() == finding.told(Language.ZH) != finding.told(Language.EN)


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
