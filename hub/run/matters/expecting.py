"""When the cards of whistles that were just stored may fall due first: noted with them, in their transaction.

Whoever blows or moves whistles says so here; `hub.run.supervision.supervising` looks when that moment has come.
"""

from collections.abc import Iterable

from sqlalchemy import Connection

from hub.clock import day_of
from hub.model import Whistle
from hub.pack import Pack
from hub.store import cards
from hub.whistle.calculation import called_at
from hub.whistle.cards import earliest_instant


def expect(conn: Connection, pack: Pack, moved: Iterable[Whistle]) -> None:
    """Notes the moment before which no card of each falls due; costs nothing where the pack has no cards."""
    if not any(rules.cards.rules for rules in pack.whistles):
        return
    moments = (
        (one.id, earliest_instant(one, pack.rules_on(day_of(called_at(one))).cards, pack.calendar))
        for one in moved
    )
    cards.expect(conn, [(id_, at) for id_, at in moments if at is not None])
