"""Reveals and emergencies as services: whom they refuse, what they leave in the audit and in the dossier, whom the doctor names."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from hub.access.account import Result
from hub.access.audit import AuditRow
from hub.access.beyond import Emergency, Reveal, Verdict
from hub.access.exits import Exit
from hub.clock import day_of
from hub.errors import Refused
from hub.model import DepartmentId, Move, Person, ShareType
from hub.model.account import Account, Role
from hub.run.assembly import Assembly
from hub.run.inbox.listing import Reader
from hub.run.whitelist.breaking import Alarm
from hub.run.whitelist.disclosing import Disclosed
from hub.run.whitelist.revealing import Wish
from tests.instruments import HubInHand, person
from tests.unit.run import matters
from tests.unit.run.filed import exported, file, shown
from tests.unit.run.granting import grants, restarted
from tests.unit.run.ledgers import rows
from tests.unit.run.lives import decide
from tests.unit.run.sources import pipe
from tests.unit.run.test_deciding import designate
from tests.unit.run.test_opening import born, told_by
from tests.unit.run.test_relinking import far

PHONE, HOME = "resident.phone", "杜撰里7号"
WATER = Account(name="op-1", title="自来水", role=Role.OPERATOR, organisation="zilai")
DESK = Account(name="desk-1", title="指挥中心", role=Role.DISTRICT, organisation="zhongxin")
ADMIN, OTHER_ADMIN = (
    Account(name=name, title="安全管理员", role=Role.SECURITY_ADMIN, organisation="zhongxin")
    for name in ("ann", "ben")
)
AUDITOR = replace(DESK, name="audit", role=Role.AUDITOR)
PERSON = replace(person(1), address=HOME)


@pytest.fixture
def called(hub: HubInHand, tmp_path: Path) -> HubInHand:
    """A hub in which the water company is called for what somebody told of."""
    hub.hub.settings.anchors = tmp_path / "anchors"
    told_by(hub, PERSON)
    return hub


def first(hub: HubInHand, what: str) -> str:
    """The first id."""
    query = {
        "whistle": "SELECT id FROM whistle WHERE department = 'zilai' ORDER BY blown_us, id",
        "event": "SELECT id FROM event ORDER BY id",
        "incident": "SELECT id FROM incident ORDER BY id",
    }
    return str(hub.rows(query[what])[0][0])


def ask(hub: HubInHand, who: Account = WATER, /, **changes: str) -> Reveal:
    """Somebody asks for a phone."""
    wish = Wish(
        whistle_id=first(hub, "whistle"),
        event_id=first(hub, "event"),
        field=PHONE,
        reason="门牌不清，现场找不到人",
    )
    return hub.hub.revealing.ask(replace(wish, **changes), who, hub.clock.now())


def agree(hub: HubInHand, one: Reveal, who: Account = DESK) -> None:
    """Another one agrees."""
    hub.hub.revealing.decide(one.id, Verdict.APPROVE, who, hub.clock.now())


def declare(hub: HubInHand, who: Account = DESK, **changes: str) -> Emergency:
    """Somebody proposes an emergency."""
    of = first(hub, "whistle" if who.role is Role.OPERATOR else "incident")
    alarm = Alarm(of=of, kind="life", reason="屋里有人被困")
    return hub.hub.breaking.propose(replace(alarm, **changes), who, hub.clock.now())


def opened(hub: HubInHand, one: Emergency, who: Account = ADMIN) -> None:
    """Another one agrees."""
    hub.hub.breaking.decide(one.id, Verdict.APPROVE, who, hub.clock.now())


def review(hub: HubInHand, one: Emergency, who: Account, note: str = "属实") -> None:
    """Somebody looks at it afterwards."""
    hub.hub.breaking.review(one.id, note, who, hub.clock.now())


def whistle_of(hub: HubInHand, incident: str, department: str = "zilai") -> str:
    """The whistle of a department that is at a matter."""
    query = "SELECT id, incident_id, department FROM whistle WHERE state != 'cancelled'"
    return next(str(r[0]) for r in hub.rows(query) if (r[1], r[2]) == (incident, department))


def page(
    hub: HubInHand,
    who: Account = WATER,
    through: Exit = Exit.PAGE,
    of: str = "",
    by: Assembly | None = None,
) -> Disclosed:
    """What the page of the whistle shows beyond the whitelist; `of`: of that matter's; `by`: in that process."""
    made = by or hub.hub
    return made.sheets.open(
        Reader(department=who.organisation, account=who.name),
        whistle_of(hub, of) if of else first(hub, "whistle"),
        ledger=made.ledgers.mine(),
        now=hub.clock.now(),
        through=through,
    ).beyond


def looks(hub: HubInHand, purpose: str) -> list[AuditRow]:
    """What the audit says under a purpose."""
    return [row for row in rows(hub) if row.purpose == purpose]


def code_of(act: Callable[[], object]) -> str:
    """The code with which it is refused; "" where it is not."""
    try:
        act()
    except Refused as refused:
        return refused.code
    return ""


# -- reveals ---------------------------------------------------------------------------------------


def test_a_field_is_shown_to_who_asked_alone_and_each_look_is_counted_and_audited(called: HubInHand) -> None:
    one = ask(called)
    assert () == tuple(page(called).revealed)
    assert 1 == called.hub.revealing.waiting(called.clock.now())
    agree(called, one)
    assert 0 == called.hub.revealing.waiting(called.clock.now())
    for _ in range(2):
        (told,) = page(called).revealed
        assert {"resident": {"phone": PERSON.phone}} == told.values
    assert () == tuple(page(called, replace(WATER, name="op-2")).revealed)
    assert () == tuple(page(called, through=Exit.PRINT).revealed)
    assert [2] == [each.looks for each in called.hub.revealing.listed()]
    row, _ = looks(called, "reveal")
    assert ("op-1", "zilai", one.whistle_id, (PHONE,), ((one.id, 1),), (first(called, "event"),)) == (
        row.who,
        row.on_behalf_of,
        row.matter,
        row.fields,
        row.grants,
        row.rows,
    )
    called.clock.pause(30 * 60)
    assert () == tuple(page(called).revealed)
    assert 2 == len(looks(called, "reveal"))


def test_of_two_reports_only_the_one_that_was_asked_for_is_shown(hub: HubInHand) -> None:
    told_by(hub, PERSON, person(2))
    agree(hub, ask(hub))
    (told,) = page(hub).revealed
    assert first(hub, "event") == told.event_id


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        pytest.param({"whistle_id": "wh_x"}, "W103", id="no whistle"),
        pytest.param({"event_id": "ev_x"}, "A443", id="another matter's report"),
        pytest.param({"field": "resident.id_number"}, "A443", id="a field that the pack does not name"),
        pytest.param({"field": "incident.lon"}, "A443", id="no personal field"),
        pytest.param({"reason": " "}, "A204", id="no reason"),
        pytest.param({"reason": "打13800000001没人接"}, "A213", id="a number in the reason"),
    ],
)
def test_what_cannot_be_revealed_is_refused(called: HubInHand, changes: dict[str, str], code: str) -> None:
    assert code == code_of(lambda: ask(called, WATER, **changes))
    assert [] == called.rows("SELECT id FROM reveal")
    denied = [row.reason for row in looks(called, "reveal") if row.result is Result.DENY]
    assert ["A443"] * (code == "A443") == denied


def test_another_departments_whistle_looks_as_if_it_was_not_there(called: HubInHand) -> None:
    assert "W103" == code_of(lambda: ask(called, replace(WATER, organisation="ranqi")))


@pytest.mark.nasty("N58")
@pytest.mark.parametrize(
    ("secret", "who"),
    [
        pytest.param(True, PERSON, id="a secret report"),
        pytest.param(False, born(date(2026, 1, 1)), id="a child's"),
    ],
)
def test_nothing_of_a_secret_report_or_a_child_is_revealed(hub: HubInHand, secret: bool, who: Person) -> None:
    hub.tell(replace(pipe(hub, "A1"), requester=who, secret=secret))
    hub.settle()
    assert "A443" == code_of(lambda: ask(hub))


def test_what_becomes_secret_while_it_is_shown_is_shown_no_more(called: HubInHand) -> None:
    agree(called, ask(called))
    told = replace(pipe(called, "A0"), requester=PERSON, content="水管爆了。", secret=True)
    called.tell(told)
    called.settle()
    assert () == tuple(page(called).revealed)


def test_the_same_is_not_asked_twice_at_a_time(called: HubInHand) -> None:
    one = ask(called)
    assert "A444" == code_of(lambda: ask(called))
    agree(called, one)
    assert "A444" == code_of(lambda: ask(called))
    called.clock.pause(31 * 60)
    assert "" == code_of(lambda: ask(called))


def test_only_the_centre_and_the_security_administration_agree_and_once(called: HubInHand) -> None:
    one = ask(called)
    colleague = replace(WATER, name="op-2")
    assert ["A303", "A303"] == [code_of(lambda w=w: agree(called, one, w)) for w in (colleague, AUDITOR)]  # type: ignore[misc]
    agree(called, one, ADMIN)
    assert "A442" == code_of(lambda: agree(called, one))
    assert "A440" == code_of(lambda: agree(called, replace(one, id="rv_x")))


def test_who_asked_who_agreed_and_each_look_stand_in_the_dossier_for_the_centre(called: HubInHand) -> None:
    one = ask(called)
    file(called)
    agree(called, one)
    page(called)
    file(called)
    export = exported(called, one.whistle_id)
    asked, agreed = shown(export, "reveal")
    assert ("ask", PHONE, one.reason, "op-1") == (
        asked["dossier.reveals/turn"],
        asked["dossier.reveals/field"],
        asked["dossier.accounts/reason"],
        asked["dossier.accounts/by"],
    )
    assert ("approve", "desk-1") == (agreed["dossier.reveals/turn"], agreed["dossier.accounts/by"])
    seen = [each for each in shown(export, "look") if each["dossier.looks/purpose"] == "reveal"]
    assert [("op-1", [PHONE])] == [(e["dossier.looks/who"], e["dossier.looks/fields"]) for e in seen]
    own = exported(called, one.whistle_id, "zilai")
    assert ["ask", "approve"] == [e["dossier.reveals/turn"] for e in shown(own, "reveal")]
    assert [] == [text for text in ("desk-1", one.reason) if text in str(own.data)]
    assert PERSON.phone not in str(export.data)


def test_a_reason_keeps_no_name_of_the_matter_and_who_wrote_it_is_not_told(called: HubInHand) -> None:
    named, guessed = f"{PERSON.name}家里没人", "赵不在家里没人"
    asked = ask(called, reason=named)
    agree(called, asked)
    called.clock.pause(31 * 60)
    ask(called, reason=guessed)
    declared = declare(called, reason=f"救{PERSON.name}")
    opened(called, declared)
    review(called, declared, OTHER_ADMIN, f"与{PERSON.name}核实")
    assert {"[姓名]家里没人", guessed} == {one.reason for one in called.hub.revealing.listed()}
    (one,) = called.hub.breaking.listed()
    assert one.reviewed is not None
    assert ("救[姓名]", "与[姓名]核实") == (one.reason, one.reviewed.note)
    file(called)
    own = exported(called, asked.whistle_id, "zilai")
    assert [] == [text for text in ("[姓名]", "家里没人") if text in str(own.data)]


# -- emergencies -----------------------------------------------------------------------------------


def test_an_emergency_gives_its_set_to_the_department_for_a_day_and_no_longer(called: HubInHand) -> None:
    one = declare(called)
    assert () == tuple(page(called).opened)
    opened(called, one)
    (told,) = page(called, replace(WATER, name="op-2")).opened
    assert (PERSON.name, PERSON.phone, HOME) == tuple(
        told.values["resident"][name] for name in ("name", "phone", "address")
    )
    (row,) = looks(called, "emergency")
    assert (("op-2", "zilai", ((one.id, 1),)), one.incident_id) == (
        (row.who, row.on_behalf_of, row.grants),
        first(called, "incident"),
    )
    called.clock.pause(timedelta(hours=24).total_seconds())
    assert () == tuple(page(called).opened)


def test_a_department_that_is_relieved_is_shown_nothing_more(called: HubInHand) -> None:
    opened(called, declare(called))
    agree(called, ask(called))
    before = page(called)
    assert (1, 1) == (len(before.opened), len(before.revealed))
    assert 1 == len(called.hub.breaking.listed(department=DepartmentId("zilai")))
    matters.report(called, "zilai", "return")
    decide(called, "zilai", Move.UPHOLD, "NOT_MY_DUTY")
    after = page(called)
    assert ((), ()) == (tuple(after.opened), tuple(after.revealed))
    assert [] == list(called.hub.breaking.listed(department=DepartmentId("zilai")))
    file(called)
    assert [] == shown(exported(called, first(called, "whistle"), "zilai"), "emergency")
    assert 2 == len(shown(exported(called, first(called, "whistle")), "emergency"))


def test_what_is_not_shared_with_anybody_is_not_shown_beyond_the_whitelist_either(called: HubInHand) -> None:
    agree(called, ask(called))
    opened(called, declare(called))
    closed = grants(lambda one: replace(one, share_type=ShareType.NOT_SHARED) if one.field == PHONE else one)
    with restarted(called, grants=closed) as made:
        after = page(called, by=made)
    assert () == tuple(after.revealed)
    (told,) = after.opened
    assert {"name", "address"} == set(told.values["resident"])


@pytest.mark.nasty("N12")
def test_an_emergency_holds_on_where_its_matter_is_merged_and_comes_back(called: HubInHand) -> None:
    called.tell(far(called))
    called.settle()
    one, other = matters.matter(called, "A0"), matters.matter(called, "B1")
    declared = declare(called, of=one)
    opened(called, declared)
    matters.link(called, one, other)
    assert {declared.id} == {told.of.id for told in page(called, of=other).opened}
    assert "A446" == code_of(lambda: declare(called, of=one))
    assert "A446" == code_of(lambda: declare(called, of=other))
    review(called, declared, OTHER_ADMIN, f"与{PERSON.name}核实")
    file(called)
    turns = shown(exported(called, whistle_of(called, other)), "emergency")
    assert ["ask", "approve", "review"] == [each["dossier.emergencies/turn"] for each in turns]
    (listed,) = called.hub.breaking.listed()
    assert listed.reviewed is not None
    assert "与[姓名]核实" == listed.reviewed.note
    matters.part(called, one, other)
    assert [True, False] == [bool(page(called, of=each).opened) for each in (one, other)]


def test_the_dossier_of_who_is_called_late_tells_of_the_emergency(called: HubInHand) -> None:
    one = declare(called)
    opened(called, one)
    file(called)
    incident = first(called, "incident")
    designate(called, "ranqi", incident)
    file(called)
    turns = shown(exported(called, whistle_of(called, incident, "ranqi")), "emergency")
    assert ["ask", "approve"] == [each["dossier.emergencies/turn"] for each in turns]


@pytest.mark.nasty("N59")
def test_an_accused_department_reads_of_no_emergency(called: HubInHand) -> None:
    declare(called)
    water = called.hub.pack.organisations[DepartmentId("zilai")].name
    called.tell(replace(pipe(called, "A0"), requester=PERSON, accused_name=water))
    called.settle()
    with called.hub.store.write() as conn:  # as if nobody had called it off
        conn.exec_driver_sql("UPDATE whistle SET state = 'blown' WHERE department = 'zilai'")
    assert [] == list(called.hub.breaking.listed(department=DepartmentId("zilai")))


@pytest.mark.parametrize(
    ("who", "changes", "code"),
    [
        pytest.param(DESK, {"of": "in_x"}, "A445", id="no matter"),
        pytest.param(replace(WATER, organisation="ranqi"), {}, "A445", id="not called for it"),
        pytest.param(DESK, {"kind": "fire"}, "A447", id="no such set"),
        pytest.param(DESK, {"reason": ""}, "A204", id="no reason"),
        pytest.param(DESK, {"reason": "打13800000001没人接"}, "A213", id="a number in the reason"),
        pytest.param(ADMIN, {}, "A303", id="a security administrator opens none"),
    ],
)
def test_what_is_no_emergency_is_refused(
    called: HubInHand, who: Account, changes: dict[str, str], code: str
) -> None:
    assert code == code_of(lambda: declare(called, who, **changes))


def test_nobody_agrees_to_their_own_emergency(called: HubInHand) -> None:
    one = declare(called)
    assert "A441" == code_of(lambda: opened(called, one, DESK))
    opened(called, one, replace(DESK, name="desk-2"))


def test_two_persons_open_it_and_a_third_reviews_it_in_five_working_days(called: HubInHand) -> None:
    one = declare(called, WATER)
    assert [1, 0] == [
        called.hub.breaking.waiting(called.clock.now() + later) for later in (timedelta(0), timedelta(days=1))
    ]
    assert "A446" == code_of(lambda: declare(called))
    assert "A303" == code_of(lambda: opened(called, one, replace(WATER, name="op-2")))
    opened(called, one)
    (due,) = called.hub.breaking.unreviewed()
    assert due.due_at is not None
    assert date(2026, 3, 17) == day_of(due.due_at)
    assert [] == matters.findings(called, "A449")
    called.clock.pause(timedelta(days=8).total_seconds())
    assert [{"count": 1, "first": one.id}] == matters.findings(called, "A449")
    assert "A441" == code_of(lambda: review(called, one, ADMIN))
    assert "A303" == code_of(lambda: review(called, one, DESK))
    assert "A213" == code_of(lambda: review(called, one, OTHER_ADMIN, "与13800000001核实"))
    review(called, one, OTHER_ADMIN)
    assert ([], []) == (list(called.hub.breaking.unreviewed()), matters.findings(called, "A449"))
    file(called)
    turns = [
        each["dossier.emergencies/turn"]
        for each in shown(exported(called, first(called, "whistle")), "emergency")
    ]
    assert ["ask", "approve", "review"] == turns
