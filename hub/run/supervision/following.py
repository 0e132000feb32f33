"""What follows from a department's cards (督办函, 约谈): opened once its cards are enough, dropped where one of them is
taken back."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from hub.clock import day_of
from hub.model import Actor
from hub.pack import Pack
from hub.store import cards, measures, turns
from hub.store.cards import IssuedCard
from hub.store.measures import Asked, measure_id
from hub.store.tables import measure
from hub.whistle.cardrules import Follow, Measure
from hub.whistle.cards import before
from hub.whistle.clocks import deadline
from hub.whistle.supervision import Grounds, Held, Trigger, Turn, follows_due, turned

_LAG: Final = timedelta(days=31)
"""How much later than it fell due a card may be issued, and still lead to something."""
_NOT_OVER: Final = datetime.max.replace(tzinfo=UTC)
"""The end of a time that the calendar does not reach yet: what is computed of it is the earliest end possible."""


def followed(conn: Connection, pack: Pack, departments: Iterable[str], now: datetime) -> list[Asked]:
    """Opens what the cards of these departments lead to, by the rules of today; gives back what is new."""
    follows = pack.rules_on(day_of(now)).cards.follows
    if not follows:
        return []
    since = min(before(now, one.within, pack.calendar) for one in follows) - _LAG
    return [
        one
        for department in sorted(departments)
        for one in _of_department(conn, pack, follows, department, since, now)
        if measures.add(conn, [one])
    ]


def _of_department(
    conn: Connection,
    pack: Pack,
    follows: tuple[Follow, ...],
    department: str,
    since: datetime,
    now: datetime,
) -> Iterator[Asked]:
    held = cards.counting(conn, department, since)
    used: dict[Measure, set[str]] = {}
    for one in measures.lasting(conn, department, since):
        used.setdefault(one.kind, set()).update(one.cards)

    def until(follow: Follow, at: datetime) -> datetime:
        ends = deadline("within", follow.within, at, pack.calendar)
        return _NOT_OVER if ends.provisional else ends.due_at

    known = {one.id: one for one in held}
    for grounds in follows_due((Held(one.id, one.card, one.due_at) for one in held), follows, used, until):
        yield _asked(grounds, known, pack, now)


def _asked(grounds: Grounds, known: dict[str, IssuedCard], pack: Pack, now: datetime) -> Asked:
    last, kind = known[grounds.cards[-1]], grounds.follow.then
    return Asked(
        id=measure_id(kind, last.whistle_id, Trigger.CARDS, *grounds.cards),
        kind=kind,
        department=last.department,
        whistle_id=last.whistle_id,
        why=Trigger.CARDS,
        cards=grounds.cards,
        opened_at=now,
        due_at=deadline("answer", grounds.follow.answer_within, now, pack.calendar).due_at,
    )


def unfollowed(conn: Connection, card: IssuedCard, *, by: str, at: datetime) -> None:
    """What rests on `card`, which was taken back, is dropped; its other cards count anew."""
    for one in measures.resting_on(conn, card.department, card.id):
        turns.make(
            conn,
            measure,
            turned(
                one.id, one.state, one.version, Turn.DROP, actor=Actor.HUB, by=by, at=at, reason_code="CARD"
            ),
        )
