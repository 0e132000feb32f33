"""Whoever is called anew, or stays where another whistle of theirs ends, goes on with the clocks of before: read,
applied and put into the round. The rules are `hub.whistle.carrying`'s."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import structlog
from sqlalchemy import Connection

from hub.errors import Refused
from hub.model import Whistle
from hub.run.ground.contractbook import ContractBook
from hub.run.matters.round import Round
from hub.store import steps
from hub.whistle.calendar import Calendar
from hub.whistle.carrying import Ended, carry
from hub.whistle.lifecycle import Step

log = structlog.get_logger()


def carry_on(
    conn: Connection, round_: Round, contracts: ContractBook, calendar: Calendar, now: datetime
) -> None:
    """Each whistle of the round that goes on for others takes over what they left open; where that makes a deadline
    earlier it is counted anew, and who had the whistle already is told."""
    if not round_.heirs:
        return
    stored = steps.of_whistles(conn, {one.id for heir in round_.heirs for one in heir.before})
    for heir in round_.heirs:
        ended = [
            known
            for one in heir.before
            if (known := _ended(conn, contracts, round_.as_it_stands(one), _history(stored, round_, one)))
        ]
        one = round_.as_it_stands(heir.whistle)
        after = carry(one, ended, calendar, now, merged=heir.stands_in is not None)
        if after != one:
            round_.take_over(heir, after)


def _history(stored: Mapping[str, Sequence[steps.Made]], round_: Round, one: Whistle) -> list[Step]:
    return [each.step for each in (*stored.get(one.id, ()), *round_.made_by(one))]


def _ended(conn: Connection, contracts: ContractBook, one: Whistle, history: Sequence[Step]) -> Ended | None:
    """None, and a word in the log, where nobody kept what it was blown under."""
    try:
        return Ended(one, contracts.of(conn, one.contract_id).limits_at, history)
    except Refused as error:
        log.warning("deadlines_not_counted", whistle=one.id, code=error.code)
        return None
