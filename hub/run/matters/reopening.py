"""重办: what was done is done once more by the same department, and its matter is open again."""

from dataclasses import replace

from sqlalchemy import Connection

from hub.errors import Refused
from hub.model import Actor, Incident, IncidentState, Move, Role, Whistle
from hub.run.exits.concern import concerns_of
from hub.run.exits.telling import Notice
from hub.run.matters.round import By, Round
from hub.whistle.retiming import clock_of

_AGAIN = frozenset({IncidentState.OPEN, IncidentState.CLOSED, IncidentState.VERIFIED})


def reopen(
    conn: Connection, round_: Round, whistle: Whistle, incident: Incident, move: Move, by: By
) -> Whistle:
    """`whistle` in its new round, by REWORK or REOPEN, at the level of its matter where that has risen meanwhile, and
    with what the sources keep now; its department and everyone who reported hear of it. A matter that is over begins
    anew with a lead: what one that assisted does again without would be nobody's to answer for.

    Raises Refused W110 where the matter has become part of another one, or its reports were withdrawn; W159 where it is
    over, and `whistle` assisted; W101 where the move is not open.
    """
    if incident.state not in _AGAIN:
        raise Refused("W110", incident=incident.id)
    if whistle.role is Role.ASSIST and round_.matter(incident).state is not IncidentState.OPEN:
        raise Refused("W159")
    kept = tuple(clock for one in concerns_of(conn, [(incident, by.at)]) for clock in one.clocks)
    moved = round_.move(whistle, move, by)
    moved = replace(moved, clock_at=clock_of(moved), source_clocks=kept)
    round_.put(whistle, moved)
    if round_.matter(incident).state is not IncidentState.OPEN:
        round_.reopen(incident, moved, move)
    round_.told.append(Notice.of_change(moved, round_.matter(incident)))
    return round_.lift(moved, round_.matter(incident), By(actor=Actor.HUB, at=by.at))
