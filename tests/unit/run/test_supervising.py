"""Supervision by the clock, on a hub in the hand: who is shown which card, what follows, and what takes it back."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import orjson
import pytest
from sqlalchemy import select

from hub.clock import day_of
from hub.errors import Refused
from hub.model import Duration, Mode, Move, Unit
from hub.run.exits.explaining import explain
from hub.run.supervision.appealing import Appealing, Reviewing
from hub.run.supervision.asking import Asking
from hub.run.supervision.deferring import Deferring
from hub.run.supervision.following import followed
from hub.run.supervision.proving import Proving
from hub.store import cards, facts, keys, measures, whistles
from hub.store.cards import IssuedCard
from hub.store.moments import to_us
from hub.store.tables import incident as incident_rows
from hub.whistle.cardrules import Card, Follow, Measure
from hub.whistle.supervision import State, Trigger, Turn
from tests.instruments import HubInHand
from tests.unit.run.ledgers import is_whole
from tests.unit.run.matters import findings, report, told_now
from tests.unit.run.matters import incidents as matters
from tests.unit.run.sources import pipe
from tests.unit.run.test_deciding import decide, whistle_of
from tests.unit.run.test_moving_on import tell
from tests.unit.whistle.conftest import read_calendar


@pytest.fixture
def called(hub: HubInHand) -> HubInHand:
    """A hub whose one matter, a burst pipe, has called its departments."""
    tell(hub, pipe(hub, "A1"))
    return hub


def look(hub: HubInHand, **later: float) -> None:
    """The clockwork looks, so much later, until nothing is left to do."""
    hub.clock.pause(timedelta(**later).total_seconds())
    clockwork = hub.hub.plain_clockwork()
    while clockwork.step():
        pass


def shown(hub: HubInHand, department: str = "zilai") -> list[tuple[str, str, str]]:
    """(card, step, state) of a department, as they fell due."""
    return [(one.card.value, one.step, one.state.value) for one in reversed(of_department(hub, department))]


def of_department(hub: HubInHand, department: str = "zilai") -> list[IssuedCard]:
    """Its cards, newest first."""
    with hub.hub.store.read() as conn:
        return cards.of_department(conn, department, 99)


def asked(hub: HubInHand, department: str = "zilai") -> list[tuple[str, str]]:
    """(kind, state) of what the department has to answer for."""
    rows = hub.rows("SELECT department, kind, state FROM measure ORDER BY opened_us, kind")
    return [(r[1], r[2]) for r in rows if r[0] == department]


def overdue(hub: HubInHand, department: str = "zilai") -> dict[str, str]:
    """Step → why it does not count, of what stands noted as late."""
    rows = hub.rows("SELECT whistle_id, step, excused FROM overdue")
    return {r[1]: r[2] for r in rows if r[0] == whistle_of(hub, department)}


def review(hub: HubInHand, card_id: str, verdict: Turn, by: str) -> State:
    """One account's word about an appeal."""
    with hub.hub.store.write() as conn:
        return Reviewing(conn, by=by, at=hub.clock.now()).review(card_id, verdict, "SEEN")


def appealing(hub: HubInHand) -> Appealing:
    """Takes appeals."""
    return Appealing(store=hub.hub.store, vault=hub.hub.vault, pack=hub.hub.pack)


APPEAL: dict[str, Any] = {"nonce": "1", "reason_code": "RAIN", "note": "连日暴雨，无法开挖。"}


def test_cards_come_one_after_the_other_as_the_rules_say_and_each_once(called: HubInHand) -> None:
    look(called, hours=1)
    assert [] == shown(called)
    look(called, minutes=30)
    assert [("yellow", "sign", "standing")] == shown(called)
    report(called, "zilai", "sign")
    look(called, days=1, hours=6)
    look(called, days=1)
    look(called, days=20)
    look(called)
    assert [
        ("yellow", "sign", "standing"),
        ("blue", "finish", "standing"),
        ("yellow", "finish", "standing"),
        ("red", "finish", "standing"),
    ] == shown(called)


def test_who_looks_late_issues_the_same_cards_but_warns_of_nothing_that_is_done(called: HubInHand) -> None:
    report(called, "zilai", "sign")
    called.clock.pause(timedelta(days=2, hours=3).total_seconds())
    report(called, "zilai", "result")
    look(called, days=30)
    assert [("yellow", "finish", "standing")] == shown(called)


def test_who_does_it_in_time_is_shown_nothing(called: HubInHand) -> None:
    report(called, "zilai", "sign", "result")
    look(called, days=30)
    assert [] == shown(called)
    assert [] == called.rows(
        f"SELECT * FROM card_due WHERE whistle_id = '{whistle_of(called, 'zilai')}'"  # noqa: S608 an id of ours
    )


def test_two_yellow_cards_lead_to_a_letter_and_a_red_one_to_an_interview(called: HubInHand) -> None:
    look(called, days=20)
    assert [("interview", "open"), ("letter", "open")] == asked(called)
    look(called, days=20)
    assert 2 == len(asked(called))


def test_the_department_hears_of_each_card_by_reference_only(called: HubInHand) -> None:
    look(called, hours=2)
    (card,) = of_department(called)
    words = [one for one in told_now(called, "zilai") if one["type"] == "grid.card.v1"]
    (one,) = words
    assert (card.id, card.whistle_id) == (one["id"], one["subject"])
    assert {"department", "href", "card", "whistle"} >= one["data"].keys()
    assert {"id": card.id, "kind": "yellow", "step": "sign"} == {
        name: value for name, value in one["data"]["card"].items() if name != "due_at"
    }
    is_whole(called)


def test_a_department_on_the_bus_hears_of_it_there(called: HubInHand) -> None:
    look(called, hours=30)
    look(called, hours=1)
    values = [
        orjson.loads(r[0])
        for r in called.rows("SELECT value FROM message WHERE topic = 'grid.whistles.jiedao_12'")
    ]
    ids = [one["id"] for one in values if one["type"] == "grid.card.v1"]
    assert sorted(one.id for one in of_department(called, "jiedao_12")) == sorted(ids) != []


def test_who_is_called_after_the_first_look_is_looked_at_when_the_moment_comes_and_not_before(
    hub: HubInHand,
) -> None:
    look(hub)
    tell(hub, pipe(hub, "A1"))
    moments = {r[0] for r in hub.rows("SELECT at_us FROM card_due")}
    assert len(moments) > 1
    assert min(moments) > to_us(hub.clock.now())
    look(hub, hours=2)
    assert [("yellow", "sign", "standing")] == shown(hub)


def test_a_crash_between_two_looks_leaves_every_card_once(called: HubInHand, other: HubInHand) -> None:
    called.clock.pause(timedelta(days=20).total_seconds())
    first = called.hub.plain_clockwork()
    broken = called.hub.supervising()
    with called.hub.store.write() as conn:
        assert broken.note(conn, called.clock.now())
        conn.rollback()
    assert [] == shown(called)
    while first.step():
        pass
    before = shown(called)
    other.clock.pause(timedelta(days=30).total_seconds())
    second = other.hub.plain_clockwork()
    while second.step():
        pass
    assert before == shown(called) != []


# -- what earns none --------------------------------------------------------------------------------


@pytest.mark.nasty("N79")
def test_what_came_late_itself_earns_no_card(hub: HubInHand) -> None:
    tell(hub, pipe(hub, "A1"), mode=Mode.LIVE)
    hub_rows = hub.rows("SELECT id FROM whistle")
    assert hub_rows
    with hub.hub.store.write() as conn:
        conn.exec_driver_sql("""UPDATE event SET body = replace(body, '"mode":"live"', '"mode":"late"')""")
    look(hub, days=20)
    assert [] == shown(hub)
    assert overdue(hub)  # the fact stays


def test_while_a_return_waits_no_card_is_issued_and_one_that_is_upheld_earns_none(called: HubInHand) -> None:
    report(called, "zilai", "sign", "return")
    look(called, days=20)
    assert [] == shown(called)
    decide(called, "zilai", Move.UPHOLD)
    look(called, days=20)
    assert [] == shown(called)


def test_a_return_that_is_dismissed_has_cost_its_department_the_time(called: HubInHand) -> None:
    report(called, "zilai", "sign", "return")
    look(called, days=20)
    decide(called, "zilai", Move.DISMISS)
    look(called, days=2)
    assert ["yellow", "red"] == [
        card for card, step, _ in shown(called) if step == "finish" and card != "blue"
    ]


def test_a_matter_that_is_agreed_to_wait_is_shown_no_card_and_its_overdue_step_stays(
    called: HubInHand,
) -> None:
    def defer(by: str) -> Deferring:
        return Deferring(conn, by=by, at=called.clock.now())

    report(called, "zilai", "sign")
    (matter,) = matters(called)
    with called.hub.store.write() as conn:
        one = defer("a").propose(matter, "PIPES", date(2026, 3, 31))
        with pytest.raises(Refused, match="W138"):
            defer("a").agree(one.id)
        with pytest.raises(Refused, match="W137"):
            defer("c").propose(matter, "PIPES", date(2026, 3, 31))
        assert State.AGREED is defer("b").agree(one.id)
    look(called, days=10)
    assert [] == shown(called)
    assert "" == overdue(called)["finish"]
    assert [] == findings(called, "D159")
    with called.hub.store.write() as conn:
        assert State.RENEWING is defer("c").renew(one.id, date(2026, 4, 30))
        with pytest.raises(Refused, match="W138"):
            defer("c").agree(one.id)
        assert State.AGREED is defer("a").agree(one.id)
    look(called, days=20)
    assert [] == shown(called)
    with called.hub.store.write() as conn:
        assert State.ENDED is defer("c").end(one.id, "DONE")
    look(called)
    assert [("red", "finish", "standing"), ("yellow", "finish", "standing")] == sorted(shown(called))


def test_a_review_day_that_passes_is_named(called: HubInHand) -> None:
    (matter,) = matters(called)
    with called.hub.store.write() as conn:
        now = called.clock.now()
        one = Deferring(conn, by="a", at=now).propose(matter, "PIPES", date(2026, 3, 12))
        Deferring(conn, by="b", at=now).agree(one.id)
        with pytest.raises(Refused, match="W139"):
            Deferring(conn, by="b", at=now).renew(one.id, date(2026, 3, 10))
    called.clock.pause(timedelta(days=3).total_seconds())
    assert [{"count": 1, "first": one.id}] == findings(called, "D159")


# -- appeals ----------------------------------------------------------------------------------------


@pytest.mark.nasty("N41")
def test_an_appeal_that_two_accounts_uphold_changes_what_counts_and_never_the_fact(called: HubInHand) -> None:
    look(called, days=20)
    facts_before = called.rows("SELECT whistle_id, step, round, due_us FROM overdue ORDER BY 1, 2")
    letter = next(one for one in of_department(called) if one.step == "finish" and one.card.value == "yellow")
    done = appealing(called).take("zilai", letter.id, APPEAL, called.clock.now())
    assert (State.APPEALED, False) == (done.state, done.repeated)
    assert appealing(called).take("zilai", letter.id, APPEAL, called.clock.now()).repeated
    assert State.REVIEWED is review(called, letter.id, Turn.WITHDRAW, "first")
    with pytest.raises(Refused, match="W134"):
        review(called, letter.id, Turn.WITHDRAW, "first")
    assert "" == overdue(called)["finish"]
    assert State.WITHDRAWN is review(called, letter.id, Turn.WITHDRAW, "second")
    assert "appealed" == overdue(called)["finish"]
    assert facts_before == called.rows("SELECT whistle_id, step, round, due_us FROM overdue ORDER BY 1, 2")
    assert [("interview", "open"), ("letter", "dropped")] == asked(called)
    with pytest.raises(Refused, match="W132"):
        appealing(called).take("zilai", letter.id, APPEAL | {"nonce": "2"}, called.clock.now())


@pytest.mark.nasty("N41")
def test_a_warning_that_is_taken_back_leaves_what_was_late_afterwards_late(called: HubInHand) -> None:
    report(called, "zilai", "sign")
    look(called, days=1, hours=6)
    (warning,) = of_department(called)
    look(called, days=1)
    appealing(called).take("zilai", warning.id, APPEAL, called.clock.now())
    for account in ("first", "second"):
        review(called, warning.id, Turn.WITHDRAW, account)
    assert "" == overdue(called)["finish"]
    look(called, days=20)
    assert [("blue", "withdrawn"), ("yellow", "standing"), ("red", "standing")] == [
        (card, state) for card, _, state in shown(called)
    ]


def test_a_time_that_ends_beyond_the_calendar_has_not_ended_for_who_appeals(called: HubInHand) -> None:
    look(called, hours=2)
    (card,) = of_department(called)
    pack = called.hub.pack
    short = replace(pack, calendar=read_calendar(until=day_of(called.clock.now())))
    late = called.clock.now() + timedelta(days=30)
    with pytest.raises(Refused, match="W133"):
        appealing(called).take("zilai", card.id, APPEAL, late)
    done = Appealing(store=called.hub.store, vault=called.hub.vault, pack=short).take(
        "zilai", card.id, APPEAL, late
    )
    assert State.APPEALED is done.state


def test_cards_count_together_as_long_as_nobody_knows_when_their_time_ends(called: HubInHand) -> None:
    report(called, "zilai", "sign")
    look(called, days=20)
    pack, today = called.hub.pack, day_of(called.clock.now())
    follow = Follow(
        card=Card.YELLOW,
        count=2,
        within=Duration(1, Unit.WORK_DAY),
        then=Measure.LETTER,
        answer_within=Duration(1, Unit.URGENT_DAY),
    )
    with called.hub.store.write() as conn:
        (first,) = [one for one in of_department(called) if one.card is Card.YELLOW]
        cards.add(conn, [replace(first, id="cd_0", due_at=first.due_at + timedelta(days=5))])
        rules = [replace(one, cards=replace(one.cards, follows=(follow,))) for one in pack.whistles]
        for covers_to, letters in ((today, []), (day_of(first.due_at), ["letter"])):
            other = replace(pack, calendar=read_calendar(until=covers_to), whistles=tuple(rules))
            assert letters == [one.kind for one in followed(conn, other, {"zilai"}, called.clock.now())]


def test_an_appeal_that_is_not_upheld_leaves_everything_as_it_was(called: HubInHand) -> None:
    look(called, hours=2)
    (card,) = of_department(called)
    appealing(called).take("zilai", card.id, APPEAL, called.clock.now())
    review(called, card.id, Turn.WITHDRAW, "first")
    assert State.KEPT is review(called, card.id, Turn.KEEP, "second")
    assert "" == overdue(called)["sign"]


def test_an_appeal_is_sealed_and_refused_where_it_is_anothers_too_late_or_in_words(called: HubInHand) -> None:
    look(called, hours=2)
    (card,) = of_department(called)
    with pytest.raises(Refused, match="W130"):
        appealing(called).take("chengguan", card.id, APPEAL, called.clock.now())
    with pytest.raises(Refused, match="W114"):
        appealing(called).take("zilai", card.id, APPEAL | {"reason_code": "连日暴雨"}, called.clock.now())
    with pytest.raises(Refused, match="W133"):
        appealing(called).take("zilai", card.id, APPEAL, called.clock.now() + timedelta(days=30))
    appealing(called).take("zilai", card.id, APPEAL, called.clock.now())
    ((sealed,),) = called.rows(f"SELECT sealed FROM card WHERE id = '{card.id}'")  # noqa: S608 an id of ours
    with called.hub.store.read() as conn:
        key = keys.of(conn, [card.id])[card.id]
    assert APPEAL["note"] == called.hub.vault.open(key, "card.sealed", bytes(sealed)).decode()


# -- what does not come out the same ------------------------------------------------------------------


def test_a_card_that_does_not_come_out_the_same_is_void_and_doctor_says_so(called: HubInHand) -> None:
    report(called, "zilai", "sign")
    look(called, days=20)
    proving = Proving(called.hub.pack, called.hub.contracts)
    with called.hub.store.write() as conn:
        assert [] == proving.check(conn, proving.portion(conn), called.clock.now())
        # The signature's moment is put forward behind the hub's back.
        conn.exec_driver_sql("UPDATE step SET made_us = made_us + 3600000000 WHERE move = 'sign'")
        found = proving.check(conn, proving.portion(conn), called.clock.now())
    mine = [one for one in found if one.card.department == "zilai"]
    assert {("HISTORY",)} == {one.differs for one in mine}
    assert {"void"} == {state for _, _, state in shown(called)}
    assert all(state == "dropped" for _, state in asked(called))
    ((count),) = [one["count"] for one in findings(called, "D158")]
    assert len(found) == count
    with called.hub.store.write() as conn:
        assert [] == proving.check(conn, proving.portion(conn), called.clock.now())


def test_every_night_all_cards_are_computed_again(called: HubInHand) -> None:
    report(called, "zilai", "sign")
    look(called, days=4)
    assert shown(called)
    with called.hub.store.write() as conn:
        conn.exec_driver_sql("UPDATE step SET made_us = made_us + 3600000000 WHERE move = 'sign'")
    look(called, days=1)
    assert {"void"} == {state for _, _, state in shown(called)}


def test_explain_tells_the_calculation_in_words_and_with_every_input(called: HubInHand) -> None:
    look(called, hours=2)
    with called.hub.store.read() as conn:
        told = explain(conn, whistle_of(called, "zilai"))
    (card,) = told["cards"]
    assert card["words"]["zh"].startswith("黄牌：签收时限 30 分钟（连续）（合同 zilai-v1）")
    assert "sign within 30 minutes without a break" in card["words"]["en"]
    assert {"rule", "steps", "from_at", "due_at", "moment", "calendar"} <= card["calculation"].keys()


# -- other rules, another calendar -------------------------------------------------------------------


def test_under_other_rules_every_open_whistle_is_looked_at_once(called: HubInHand) -> None:
    look(called, hours=2)
    with called.hub.store.write() as conn:
        conn.exec_driver_sql("DELETE FROM card_due")
        facts.put(conn, "cards:rules", "others")
    look(called, days=20)
    assert [("yellow", "sign"), ("yellow", "finish"), ("red", "finish")] == [
        (card, step) for card, step, _ in shown(called) if card != "blue"
    ]


def test_a_pack_without_cards_writes_nothing(called: HubInHand) -> None:
    pack = called.hub.pack
    bare = replace(pack, whistles=tuple(replace(one, cards=type(one.cards)()) for one in pack.whistles))
    called.hub._pack = bare
    called.hub.__dict__.pop("pack")
    assert not called.hub.plain_clockwork()._supervising


# -- 督办 ---------------------------------------------------------------------------------------------


def test_an_order_is_answered_under_seal_and_closed(called: HubInHand) -> None:
    whistle = whistle_of(called, "zilai")
    with called.hub.store.write() as conn:
        desk = Asking(conn, called.hub.vault, by="zhongxin01", at=called.clock.now())
        one = desk.open(whistle, Trigger.POOR, date(2026, 3, 13))
        with pytest.raises(Refused, match="W131"):
            desk.close(one.id, "ENOUGH")
        with pytest.raises(Refused, match="W140"):
            desk.answer(one.id, " \n")
        with pytest.raises(Refused, match="W135"):
            desk.answer("sv_0", "已整改")
        with pytest.raises(Refused, match="W103"):
            desk.open("wh_0", Trigger.POOR, date(2026, 3, 13))
    called.clock.pause(timedelta(days=4).total_seconds())
    assert [{"count": 1, "first": one.id}] == findings(called, "D159")
    with called.hub.store.write() as conn:
        desk = Asking(conn, called.hub.vault, by="zhongxin01", at=called.clock.now())
        assert State.ANSWERED is desk.answer(one.id, "已整改")
        assert State.ANSWERED is desk.answer(one.id, "已整改，附照片")
        ((sealed,),) = conn.exec_driver_sql("SELECT sealed FROM measure").all()
        key = keys.of(conn, [one.id])[one.id]
        assert "已整改，附照片" == called.hub.vault.open(key, "measure.sealed", bytes(sealed)).decode()
        assert State.CLOSED is desk.close(one.id, "ENOUGH")
        assert [] == measures.waiting(conn, 9)
    assert [] == findings(called, "D159")


def test_what_was_said_is_let_go_with_the_reports_of_its_whistle(called: HubInHand) -> None:
    look(called, hours=2)
    (card,) = of_department(called)
    appealing(called).take("zilai", card.id, APPEAL, called.clock.now())
    report(called, "zilai", "sign", "result")
    look(called, days=5000)
    assert [(b"",)] == called.rows(f"SELECT sealed FROM card WHERE id = '{card.id}'")  # noqa: S608 an id of ours
    with called.hub.store.read() as conn:
        assert {} == keys.of(conn, [card.id])
        assert whistles.load(conn, [card.whistle_id])


def test_a_matter_that_cannot_be_read_stops_neither_cards_nor_moves_of_others(called: HubInHand) -> None:
    tell(called, pipe(called, "B1", 1))
    bad, good = matters(called)
    whole = stored_as(called, bad, "{}")
    look(called, days=12)
    assert {good} == with_cards(called) == raised(called)
    stored_as(called, bad, whole)
    look(called, minutes=20)
    assert {good, bad} == with_cards(called) == raised(called)


def stored_as(hub: HubInHand, incident: str, body: str) -> str:
    """From now on the matter is stored so; gives back how it was."""
    one = incident_rows.c.id == incident
    with hub.hub.store.write() as conn:
        before: str = conn.execute(select(incident_rows.c.body).where(one)).scalar_one()
        conn.execute(incident_rows.update().where(one).values(body=body))
    return before


def with_cards(hub: HubInHand) -> set[str]:
    """Matters whose departments were shown cards."""
    rows = hub.rows("SELECT w.incident_id FROM card c JOIN whistle w ON w.id = c.whistle_id")
    return {r[0] for r in rows}


def raised(hub: HubInHand) -> set[str]:
    """Matters that the clock has raised."""
    rows = hub.rows(
        "SELECT w.incident_id FROM step s JOIN whistle w ON w.id = s.whistle_id WHERE move = 'upgrade'"
    )
    return {r[0] for r in rows}
