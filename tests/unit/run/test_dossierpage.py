"""The page of a dossier, for people: every field has a label, every code its word, every moment one form."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from html import unescape
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from hub.access.account import Result
from hub.access.exits import Exit
from hub.incident.decide import TIED
from hub.incident.flood import FOLDED
from hub.incident.merge import MERGED
from hub.jsonform import plain
from hub.messages.entries import CODES, FIELDS, GROUNDS, KINDS, STEPS
from hub.model import (
    Actor,
    Channel,
    Ending,
    IncidentState,
    Level,
    Move,
    Role,
    Satisfaction,
    Urgency,
    Verdict,
    WhistleState,
)
from hub.model.contract import Unit
from hub.run.dossier import dossierpage, occurrences
from hub.run.dossier.dossierwords import _WORDS, Words
from hub.run.dossier.occurrences import SOURCES, Occurrence, Source
from hub.store import dossiers
from hub.store.dossiers import Filed
from hub.whistle.cardrules import Card, Measure
from hub.whistle.follow import BLOWN_BY, DESIGNATED
from hub.whistle.reached import REVIEW, SOURCE
from hub.whistle.supervision import State, Trigger, Turn
from tests.instruments import MORNING, HubInHand
from tests.unit.run import matters
from tests.unit.run.filed import call, exported, file, granted
from tests.unit.run.sources import pipe
from tests.unit.run.test_deciding import decide
from tests.unit.run.test_lives import send
from tests.unit.run.test_supervising import APPEAL, appealing, look, of_department, review
from tests.unit.run.test_why import reasons


def told(source: Source) -> Iterator[Occurrence]:
    """What rows of a table become, with every column filled."""
    columns = {one.name: "1" if one.type.python_type is str else 1 for one in source.table.c}
    columns |= dict.fromkeys(("reasons", "calculation", "cards"), "{}")
    for actor in (Actor.DEPARTMENT, Actor.CENTRE):
        for filed in (0, 1):
            yield source.tell(SimpleNamespace(**{**columns, "actor": actor, "filed": filed}), "wh_1")  # type: ignore[arg-type]


def everything() -> Iterator[Occurrence]:
    """What is told of rows of every table, of looks, and of what departments wrote."""
    for source in SOURCES:
        yield from told(source)
    yield occurrences.look({"matter": "wh_1"}, "chain 1", 0, 0)
    yield occurrences.with_words(next(one for s in SOURCES for one in told(s) if one.kind == "contact"), "…")
    row = SimpleNamespace(
        id="rp_1", whistle_id="wh_1", move="sign", reason_code="", department="", reported_us=0
    )
    yield occurrences.reported(row, {"note": "…", "form": {}})  # type: ignore[arg-type]


@pytest.fixture
def lived(hub: HubInHand, tmp_path: Path) -> str:
    """A whistle to which nearly everything happened."""
    called = call(hub, tmp_path)
    look(hub, hours=2)
    (card,) = of_department(hub)
    appealing(hub).take("zilai", card.id, APPEAL, hub.clock.now())
    review(hub, card.id, Turn.WITHDRAW, "wang.reviewer")
    review(hub, card.id, Turn.KEEP, "li.reviewer")
    for _ in range(2):
        hub.hub.opening.open(
            "zilai", called, purpose="handle", ledger=hub.hub.ledgers.mine(), now=hub.clock.now()
        )
    matters.report(hub, "zilai", "sign", "return")
    decide(hub, "zilai", Move.DISMISS, "DUTY")
    file(hub)
    hub.clock.pause(2 * 86_400)
    look(hub, hours=1)
    matters.report(hub, "zilai", "sign", "contact", "result")
    hub.clock.pause(60)
    later = hub.clock.now().isoformat()
    hub.tell(replace(pipe(hub, "A1"), satisfaction=Satisfaction.DISSATISFIED, version=later))
    hub.settle()
    matters.unlink(hub, "A2")
    file(hub)
    return called


def page_of(hub: HubInHand, whistle: str) -> str:
    """What a reader of the page sees, a field or a cell a line."""
    with granted(hub, "event.title", "event.content", "report.note", "report.form") as made:
        data = exported(hub, whistle, by=made).data
    page = dossierpage.page(data, hub.hub.pack).decode()
    body = page.partition("<body>")[2]
    return unescape(re.sub(r"<[^>]+>", "\n", re.sub(r"<code>.*?</code>", "", body)))


def test_every_field_that_an_entry_can_have_has_a_label(hub: HubInHand, lived: str) -> None:
    words = Words(hub.hub.pack, [])
    with hub.hub.store.read() as conn:
        filed = dossiers.entries(conn, lived)
    stands: list[Occurrence | Filed] = [*everything(), *filed]
    names = {name for one in stands for name in (*one.said, *one.sealed)}
    names |= {name.partition("/")[0] for name in names}
    assert [] == sorted(name for name in names if words.label(name) == name)
    assert set() == set(FIELDS) - names - {"event.address", "dossier.blown_by", "incident.subdistrict_id"}
    assert set() == {"matter", *(one.kind for one in stands)} ^ KINDS.keys()


ALL: Mapping[str, Any] = {
    "whistle.role": Role,
    "whistle.level": Level,
    "incident.urgency": Urgency,
    "dossier.links/verdict": Verdict,
    "dossier.deliveries/channel": Channel,
    "dossier.looks/exit": Exit,
    "dossier.looks/result": Result,
    "dossier.moves/move": Move,
    "dossier.moves/actor": Actor,
    "dossier.moves/before": WhistleState,
    "dossier.cards/card": Card,
    "dossier.cards/kind": Measure,
    "dossier.cards/turn": Turn,
    "dossier.cards/after": State,
    "dossier.cards/why": Trigger,
}


@pytest.mark.parametrize("name", ALL)
def test_every_code_of_a_closed_set_has_its_word(name: str) -> None:
    assert {one.value for one in ALL[name]} <= set(map(str, _WORDS[name]))


def test_no_moment_in_another_form_no_code_and_no_json_stands_on_the_page(hub: HubInHand, lived: str) -> None:
    text = page_of(hub, lived)
    assert [] == re.findall(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T\S+", text)
    assert not any(one in text for one in ('{"', '["', "null", "T0"))
    codes = {code for known in CODES.values() for code in known} | {*STEPS} - {"rule"}
    codes |= {str(one) for of in (WhistleState, Move, Actor, Level, Turn, State, Unit) for one in of}
    lines = {line.strip() for line in text.splitlines()}
    assert set() == lines & {code for code in codes if code.isalpha() or "_" in code}
    assert not any(unit in text for unit in map(str, Unit))


SAID = (
    "签收 2026-03-10 09:35:00",
    "2026-03-10 09:35:00 前，限 30 分钟（连续）",
    "自 2026-03-10 09:05:00 起计 30 分钟（连续）",
    "到场时限",
    "合同 zilai-v1 条款 ZL-2",
    "供水管破裂",
    "云江青澜自来水有限公司",
    "青澜区网格化管理服务中心",
    "政务服务便民热线 12345",
    "同一事项",
    "黄牌",
    "没有凭证",
    "满意评分",
    "处置措施：已更换管段",
)


def test_it_says_what_people_say(hub: HubInHand, lived: str) -> None:
    assert [] == [said for said in SAID if said not in page_of(hub, lived).splitlines()]


def test_looks_stand_behind_all_else(hub: HubInHand, lived: str) -> None:
    told, _, looks = page_of(hub, lived).partition("附：查看记录")
    assert (0, True) == (told.count("\n查看\n"), looks.count("\n查看\n") >= 2)
    assert "\n打开哨\n" in looks
    assert not {"吹哨", "来件", "时限"} & {*looks.splitlines()}


def test_a_clock_is_told_with_every_ground_it_can_have(hub: HubInHand) -> None:
    words = Words(hub.hub.pack, [])
    for reason in reasons():
        deadline = {
            "due_at": MORNING.isoformat(),
            "managed_at": MORNING.isoformat(),
            "limit": "2 work_hour",
            "provisional": True,
            "derivation": [plain(reason)],
        }
        due, managed, provisional, why = words.said("dossier.clocks/finish", deadline)
        assert ("2026-03-10 09:00:00 前，限 2 工作时", "准予延至 2026-03-10 09:00:00") == (due, managed)
        assert provisional.startswith("暂定")
        assert reason.rule not in why
        assert not re.search(r"[0-9]T[0-9]", why)
    assert ("来源自带时限", "审核时限") == tuple(
        words.label(f"dossier.clocks/{one}") for one in (SOURCE, REVIEW)
    )


def test_every_ground_of_a_call_and_of_a_link_has_words() -> None:
    rules = re.compile(
        r"""(?:evidence\.(?:add|cap)|Reason|ruled|Ground)\((?:Verdict\.[A-Z]+, )?"([a-z_]+)\""""
    )
    files = [
        *Path("hub/incident").glob("*.py"),
        Path("hub/contract/clauses.py"),
        Path("hub/run/matters/relinking.py"),
    ]
    named = {rule for one in files for rule in rules.findall(one.read_text(encoding="utf-8"))}
    named |= {*(f"incident_{one}" for one in IncidentState)} | {
        TIED,
        FOLDED,
        MERGED,
        DESIGNATED,
        BLOWN_BY,
        *(one.value for one in Ending),
    }
    assert len(named) > 25
    never_stored = {"secret", "merged_or_cancelled", "nothing_shared", "incident_"}
    assert set() == named - GROUNDS.keys() - never_stored


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("whistle.role", "somebody", ["somebody"]),
        ("dossier.moves/by", "wang", ["wang"]),
        ("event.source", "gone", ["gone"]),
        ("dossier.cards/calculation", {"of": "before"}, ['{"of":"before"}']),
        ("dossier.reasons", [{"rule": "unheard_of", "facts": {"at": "x"}}], ["unheard_of"]),
        ("dossier.looks/masks", [["event.title", "text_scan"]], ["标题 text_scan"]),
        ("dossier.looks/fields", ["whistle.id", "incident.lat"], ["哨编号、incident.lat"]),
        ("dossier.looks/fields", [], ["—"]),
        ("dossier.clocks/x", "***", ["***"]),
        ("report.note", "2026-02-30T10:00:00Z", ["2026-02-30T10:00:00Z"]),
        ("report.note", "2026-03-10T10:00:00+99:99", ["2026-03-10T10:00:00+99:99"]),
        ("report.note", "0001-01-01T00:00:00+14:00", ["0001-01-01T00:00:00+14:00"]),
        ("report.form", {"at": "2026-99-99T10:00:00Z"}, ["at：2026-99-99T10:00:00Z"]),
        ("dossier.reasons", [{"rule": "a {", "facts": {}}], ["a {"]),
    ],
)
def test_what_has_no_word_stays_as_it_is(hub: HubInHand, name: str, value: object, said: list[str]) -> None:
    assert said == Words(hub.hub.pack, []).said(name, value)


def test_a_clock_whose_ground_had_other_facts_is_told_by_its_rule(hub: HubInHand) -> None:
    clock = {"due_at": MORNING.isoformat(), "limit": "2 work_hour"}
    told = {**clock, "derivation": [{"rule": "counted", "facts": {"value": 2}}]}
    assert "counted" == Words(hub.hub.pack, []).said("dossier.clocks/finish", told)[-1]


def test_what_a_department_wrote_that_looks_like_a_moment_keeps_no_dossier_back(
    hub: HubInHand, tmp_path: Path
) -> None:
    called = call(hub, tmp_path)
    send(hub, "zilai", move="sign", note="2026-02-30T10:00:00Z")
    file(hub)
    assert "2026-02-30T10:00:00Z" in page_of(hub, called).splitlines()


def test_a_form_that_takes_anything_for_a_field_has_no_title_for_it(hub: HubInHand) -> None:
    (zilai,) = (one for one in hub.hub.pack.contracts if one.department == "zilai")
    free = replace(hub.hub.pack, contracts=(replace(zilai, form={"properties": {"measure": True}}),))
    words = Words(free, [{"shown": {"whistle.contract_id": {"value": zilai.id}}}])
    assert ["measure：已更换管段"] == words.said("report.form", {"measure": "已更换管段"})


def test_what_is_not_filed_yet_stands_at_its_head(hub: HubInHand, lived: str) -> None:
    data = exported(hub, lived).data
    assert "未入档" not in dossierpage.page(data, hub.hub.pack).decode()
    assert "另有 3 项已发生而未入档" in dossierpage.page({**data, "unfiled": 3}, hub.hub.pack).decode()
