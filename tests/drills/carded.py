"""What the clock made of lives in a drill, beside what the pure rules make of their histories: late steps and cards."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, select

from hub.clock import day_of
from hub.run.assembly import Assembly
from hub.store import cards, lateness, measures
from hub.store.moments import from_us
from hub.store.tables import card_due, measure
from hub.whistle.calculation import Past, called_at, reproduce
from hub.whistle.cards import Course, cards_due, is_unsettled, reached_in
from hub.whistle.lifecycle import RELIEVED
from hub.whistle.ticking import tick
from tests.drills.life import Life, Wrong


def late(conn: Connection, hub: Assembly, one: Life, now: datetime) -> Wrong:
    """Late steps are noted exactly as the rules tell them from the history."""
    told = tick(one.whistle, one.history, hub.pack.rules_on, hub.pack.calendar, now)
    due = {each.step for each in told.late}
    noted = {step for _, step, _ in lateness.of_whistles(conn, [one.id])}
    return (
        [f"late {step} of {one.id}" for step in due - noted],
        [f"late {step} of {one.id}" for step in noted - due],
    )


def carded(conn: Connection, hub: Assembly, one: Life, there: Mapping[str, int], now: datetime) -> Wrong:
    """Each card that the rules give by now stands once and was told; every one that stands comes out the same when it
    is computed again. `there`: message id → how often a department was told.

    A warning whose step was done before anybody looked may stand or not.
    """
    rules, calendar = hub.pack.rules_on(day_of(called_at(one.whistle))).cards, hub.pack.calendar
    standing = cards.of_whistles(conn, [one.id]).get(one.id, [])
    contract, past = hub.contracts.of(conn, one.whistle.contract_id), Past(one.history)
    due = {(x.deadline.step, x.rule.name) for x in cards_due(_course(conn, one), rules, now, calendar)}
    issued = Counter((card.step, card.rule) for card in standing)
    lacking = due - issued.keys()
    missing = [f"card {key} of {one.id}" for key in lacking if not _may_still_come(conn, one, now)]
    missing += [f"word of card {card.id}" for card in standing if not there.get(card.id)]
    double = [f"card {key} of {one.id}" for key, number in issued.items() if number > 1]
    double += [
        f"card {card.rule} of {one.id} that does not come out"
        for card in standing
        if not reproduce(card.calculation, past, contract, calendar, rules)
    ]
    return missing, double


def _course(conn: Connection, one: Life) -> Course:
    return Course(
        level=one.whistle.level,
        deadlines=one.whistle.deadlines,
        reached=reached_in(one.whistle, one.history),
        excused=cards.excused(conn, [one.id]).get((one.id, one.whistle.round), {}),
        unsettled=is_unsettled(one.whistle.state),
    )


def _may_still_come(conn: Connection, one: Life, now: datetime) -> bool:
    """Whether the whistle, looked at while its return waited, ended by that: it is looked at again the next day."""
    if not any(is_unsettled(step.before) and step.after in RELIEVED for step in one.history):
        return False
    at_us = conn.execute(select(card_due.c.at_us).where(card_due.c.whistle_id == one.id)).scalar()
    return at_us is not None and from_us(at_us) > now


def followed(conn: Connection, there: Mapping[str, int]) -> Wrong:
    """Every letter and interview was told; no card serves twice for measures of one kind."""
    asked = measures.load(conn, conn.execute(select(measure.c.id)).scalars().all()).values()
    used = Counter((one.kind, card) for one in asked for card in one.cards)
    missing = [f"word of measure {one.id}" for one in asked if not there.get(one.id)]
    return missing, [f"{kind} for card {card}" for (kind, card), number in used.items() if number > 1]
