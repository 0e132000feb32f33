"""Cards in the store: issued once, found when their moment comes and not before, moved by one writer at a time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from hub.bus.message import Fenced
from hub.model import Actor, Duration, Level, Unit, WhistleId
from hub.store import cards, deferrals, measures, turns
from hub.store.cards import IssuedCard, card_id
from hub.store.deferrals import Deferral
from hub.store.engine import Store, insert
from hub.store.measures import Asked
from hub.store.tables import card as card_table
from hub.store.tables import deferral as deferral_table
from hub.store.tables import overdue
from hub.whistle.calculation import Calculation
from hub.whistle.cardrules import Card, CardRule, Measure, Timing
from hub.whistle.cards import Hold
from hub.whistle.supervision import COUNTING, State, Trigger, Turn, Waits, turned

NOW = datetime(2026, 3, 10, 1, tzinfo=UTC)
DAY = timedelta(days=1)
RULE = CardRule(name="late", card=Card.YELLOW, step="finish", timing=Timing.SHARE, share=100)


def issued(whistle: str, days: int = 0, *, card: Card = Card.YELLOW) -> IssuedCard:
    """A card of zhujian that fell due so many days from now."""
    at = NOW + days * DAY
    return IssuedCard(
        id=card_id(whistle, 0, "finish", f"late_{card}"),
        whistle_id=whistle,
        department="zhujian",
        round=0,
        step="finish",
        rule=f"late_{card}",
        card=card,
        due_at=at,
        issued_at=at,
        calculation=Calculation(
            whistle_id=WhistleId(whistle),
            version=1,
            round=0,
            steps=(),
            called_at=NOW,
            called_as=Level.ROUTINE,
            contract_id="zhujian-v1",
            calendar="2026",
            rule=RULE,
            level=Level.ROUTINE,
            step="finish",
            limit=Duration(1, Unit.URGENT_DAY),
            from_at=NOW,
            due_at=at,
            counts_at=at,
            holds=(Hold(NOW, NOW + DAY),),
            moment=at,
            card=card,
        ),
    )


def test_a_whistle_is_found_when_its_moment_has_come_earliest_first(store: Store) -> None:
    with store.write() as conn:
        cards.expect(conn, [("wh_a", NOW + DAY), ("wh_b", NOW), ("wh_c", NOW + 2 * DAY)])
    with store.write() as conn:
        assert ["wh_b"] == cards.to_look_at(conn, NOW, 10)
        assert ["wh_b", "wh_a"] == cards.to_look_at(conn, NOW + DAY, 10)
        assert ["wh_b"] == cards.to_look_at(conn, NOW + DAY, 1)


def test_a_moment_moves_to_an_earlier_one_and_not_to_a_later_one_until_it_was_looked_at(store: Store) -> None:
    with store.write() as conn:
        cards.expect(conn, [("wh_a", NOW)])
        cards.expect(conn, [("wh_a", NOW + DAY)])
        assert ["wh_a"] == cards.to_look_at(conn, NOW, 10)
        cards.looked_at(conn, {"wh_a": NOW + DAY})
        assert [] == cards.to_look_at(conn, NOW, 10)
        cards.expect(conn, [("wh_a", NOW - DAY)])
        assert ["wh_a"] == cards.to_look_at(conn, NOW, 10)
        cards.looked_at(conn, {"wh_a": None})
        assert [] == cards.to_look_at(conn, NOW + 99 * DAY, 10)
        cards.look_again(conn, ["wh_a"])
        assert ["wh_a"] == cards.to_look_at(conn, NOW - 99 * DAY, 10)


def test_under_other_rules_all_that_waits_is_looked_at(store: Store) -> None:
    with store.write() as conn:
        cards.expect(conn, [("wh_a", NOW + DAY)])
        assert not cards.is_due(conn, NOW)
        cards.look_at_all(conn)
        assert cards.is_due(conn, NOW)
        assert ["wh_a"] == cards.to_look_at(conn, NOW, 10)


@pytest.mark.nasty("N41")
def test_an_overdue_step_is_excused_and_stays(store: Store) -> None:
    one, fact = issued("wh_a"), {"step": "finish", "due_us": 1, "noted_us": 2, "excused": ""}
    with store.write() as conn:
        insert(conn, overdue, [fact | {"whistle_id": "wh_a", "round": number} for number in (0, 1)])
        assert {} == cards.excused(conn, ["wh_a"])
        cards.excuse(conn, one, "appealed")
        assert {("wh_a", 0): {"finish": "appealed"}} == cards.excused(conn, ["wh_a"])
        assert [(0, 1), (1, 1)] == [
            (r.round, r.due_us) for r in conn.execute(select(overdue).order_by(overdue.c.round))
        ]


def test_a_card_from_before_the_deadline_excuses_nothing_and_no_excuse_takes_anothers_place(
    store: Store,
) -> None:
    warned, late = issued("wh_a"), issued("wh_b")
    warned = replace(warned, calculation=replace(warned.calculation, counts_at=NOW + DAY))
    fact = {"step": "finish", "round": 0, "due_us": 1, "noted_us": 2}
    with store.write() as conn:
        insert(
            conn,
            overdue,
            [
                fact | {"whistle_id": "wh_a", "excused": ""},
                fact | {"whistle_id": "wh_b", "excused": "extended"},
            ],
        )
        cards.excuse(conn, warned, "appealed")
        cards.excuse(conn, late, "appealed")
        assert {("wh_b", 0): {"finish": "extended"}} == cards.excused(conn, ["wh_a", "wh_b"])


def test_what_is_stored_comes_back_and_a_second_one_is_not_issued(store: Store) -> None:
    one = issued("wh_a")
    with store.write() as conn:
        assert (1, 0) == (cards.add(conn, [one]), cards.add(conn, [replace(one, issued_at=NOW + DAY)]))
        assert {one.id: one} == cards.load(conn, [one.id])
        assert {"wh_a": [one]} == cards.of_whistles(conn, ["wh_a", "wh_b"])


def test_cards_of_a_department_newest_first_and_those_that_count(store: Store) -> None:
    old, new = issued("wh_a"), issued("wh_b", 3)
    gone = replace(issued("wh_c", 2), state=State.WITHDRAWN)
    with store.write() as conn:
        cards.add(conn, [old, new, gone])
        assert [new.id, gone.id, old.id] == [one.id for one in cards.of_department(conn, "zhujian", 9)]
        assert [old.id, new.id] == [one.id for one in cards.counting(conn, "zhujian", NOW)]
        assert [new.id] == [one.id for one in cards.counting(conn, "zhujian", NOW + DAY)]
        assert [] == cards.counting(conn, "chengguan", NOW)
        stands = cards.in_states(conn, COUNTING, 9)
        assert sorted([old.id, new.id]) == [one.id for one in stands]
        assert [stands[1]] == cards.in_states(conn, COUNTING, 9, behind=stands[0].id)


def test_of_two_who_move_a_card_the_slower_is_told_and_every_turn_stands(store: Store, other: Store) -> None:
    one = issued("wh_a")
    appeal = turned(
        one.id, one.state, one.version, Turn.APPEAL, actor=Actor.DEPARTMENT, by="zhujian", at=NOW, nonce="n"
    )
    with store.write() as conn:
        cards.add(conn, [one])
        turns.make(conn, card_table, appeal, sealed=b"x")
    with pytest.raises(Fenced), other.write() as conn:
        turns.make(conn, card_table, replace(appeal, by="another"))
    with other.read() as conn:
        assert {one.id: [appeal]} == turns.of_subjects(conn, [one.id])
        assert State.APPEALED is cards.load(conn, [one.id])[one.id].state


def test_measures_are_found_by_what_they_rest_on_and_by_when_they_are_due(store: Store) -> None:
    first, second = issued("wh_a"), issued("wh_b")
    asked = Asked(
        id="sv_1",
        kind=Measure.LETTER,
        department="zhujian",
        whistle_id="wh_b",
        why=Trigger.CARDS,
        cards=(first.id, second.id),
        opened_at=NOW,
        due_at=NOW + DAY,
    )
    with store.write() as conn:
        assert (1, 0) == (measures.add(conn, [asked]), measures.add(conn, [asked]))
        assert [asked] == measures.lasting(conn, "zhujian", NOW) == measures.waiting(conn, 9)
        assert [asked] == measures.resting_on(conn, "zhujian", second.id)
        assert [] == measures.resting_on(conn, "zhujian", "cd_%")
        assert [asked] == measures.of_whistles(conn, ["wh_b"])
        assert ((0, ""), (1, "sv_1")) == (
            measures.unanswered(conn, NOW + DAY),
            measures.unanswered(conn, NOW + 2 * DAY),
        )


def test_a_matter_waits_from_the_word_of_the_second_one_to_the_day_of_review(store: Store) -> None:
    one = Deferral(
        id="df_1",
        incident_id="in_1",
        reason_code="HARD",
        proposed_by="a",
        proposed_at=NOW,
        review_at=NOW + 9 * DAY,
    )
    agreed = turned(
        one.id, one.state, 1, Turn.AGREE, actor=Actor.CENTRE, by="b", at=NOW + DAY, until=one.review_at
    )
    with store.write() as conn:
        deferrals.add(conn, one)
        assert {"in_1": Waits()} == deferrals.waits(conn, ["in_1", "in_2"])
        turns.make(conn, deferral_table, agreed)
        assert {"in_1": Waits((Hold(NOW + DAY, NOW + 9 * DAY),))} == deferrals.waits(conn, ["in_1"])
        assert [State.AGREED] == [each.state for each in deferrals.waiting(conn, 9)]
        assert ((0, ""), (1, "df_1")) == (
            deferrals.unreviewed(conn, NOW + 9 * DAY),
            deferrals.unreviewed(conn, NOW + 10 * DAY),
        )
