"""Supervision by the clock: cards that fall due are issued, once; what follows from them is opened; departments hear
of both. Called by the clockwork worker, under its lease; the rules are `hub.whistle.cards`'s.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import Connection

from hub import ids
from hub.clock import day_of, is_due
from hub.errors import Refused
from hub.jsonform import dumps
from hub.model import Mode, Whistle
from hub.pack import Pack
from hub.run.exits.cardnotice import CardNotice
from hub.run.ground.contractbook import ContractBook
from hub.run.ground.ledger import Ledger
from hub.run.ground.trouble import code_of, may_be_put_aside
from hub.run.matters.notices import Notices
from hub.run.supervision.following import followed
from hub.run.supervision.proving import Proving, past_of
from hub.store import cards, deferrals, events, facts, incidents, leases, steps, whistles
from hub.store.cards import IssuedCard, card_id
from hub.store.engine import Store
from hub.store.measures import Asked
from hub.whistle.calculation import Past, calculation_of, called_at
from hub.whistle.cards import Course, DueCard, cards_due, is_unsettled, next_instant, reached_in
from hub.whistle.carrying import taken_over

log = structlog.get_logger()

PORTION: Final = 500
PROVED_EVERY: Final = timedelta(days=1)
_PUT_OFF: Final = timedelta(minutes=10)
"""A whistle whose card could not be issued is looked at again after this."""
RULES: Final = "cards:rules"
"""The fact that says by which rules and calendar whistles are expected to be looked at."""


@dataclass(frozen=True, slots=True)
class _Look:
    """What one whistle comes to now."""

    whistle: Whistle
    past: Past
    due: tuple[DueCard, ...]
    next_at: datetime | None


class Supervising:
    """Issues what is due. One leader at a time."""

    def __init__(
        self, *, store: Store, pack: Pack, contracts: ContractBook, notices: Notices, ledger: Ledger
    ) -> None:
        self._store, self._pack, self._contracts = store, pack, contracts
        self._notices, self._ledger = notices, ledger
        self._proving = Proving(pack, contracts)
        self._rules = ids.digest_of(
            pack.calendar.version, *(dumps([one.valid_from, one.cards]) for one in pack.whistles)
        )
        self._is_known = False
        self._next_proof, self._proved_up_to = datetime.min.replace(tzinfo=UTC), ""

    def step(self, held: leases.Lease, now: datetime) -> int:
        """One portion in a transaction that proves the lease; returns how many cards were issued, or 1 where there may
        be more to look at. Where nothing is due that is one look at an index."""
        issued = 0
        if self._has_to_look(now):
            try:
                issued = self._note(held, now)
            except Exception as error:
                if not may_be_put_aside(error):
                    raise
                issued = self._note_each(held, now)
        if is_due(self._next_proof, now, within=PROVED_EVERY):
            self._prove(held, now)
        return issued

    def _note(self, held: leases.Lease, now: datetime, only: Sequence[str] = ()) -> int:
        with self._store.write() as conn:
            leases.hold(conn, held)
            issued = self.note(conn, now, only)
        self._ledger.committed()
        return issued

    def _note_each(self, held: leases.Lease, now: datetime) -> int:
        """One after the other, so that one which fails stops no other; that one is looked at again later."""
        with self._store.read() as conn:
            wanted = cards.to_look_at(conn, now, PORTION)
        issued = 0
        for id_ in wanted:
            try:
                issued += self._note(held, now, [id_])
            except Exception as error:
                if not may_be_put_aside(error):
                    raise
                log.warning("card_not_issued", whistle=id_, code=code_of(error), error=type(error).__name__)
                with self._store.write() as conn:
                    leases.hold(conn, held)
                    cards.looked_at(conn, {id_: now + _PUT_OFF})
        return issued

    def _has_to_look(self, now: datetime) -> bool:
        if not self._is_known:
            return True
        with self._store.look() as conn:
            return cards.is_due(conn, now)

    def note(self, conn: Connection, now: datetime, only: Sequence[str] = ()) -> int:
        """Issues the cards that have fallen due by `now`, of one portion of whistles, or of those in `only`; returns how
        many, or 1 where there may be more to look at. Nothing is read of whistles whose moment has not come."""
        self._ledger.begin()
        self._take_up_rules(conn)
        wanted = only or cards.to_look_at(conn, now, PORTION)
        if not wanted:
            return 0
        looks = self._look(conn, wanted, now)
        new = self._issued(conn, looks, now)
        cards.add(conn, new)
        next_ = dict.fromkeys(wanted) | {one.whistle.id: one.next_at for one in looks}
        cards.looked_at(conn, next_)
        asked = followed(conn, self._pack, {one.department for one in new}, now)
        self._tell(conn, [*new, *asked], now)
        return len(new) or int(len(wanted) == PORTION)

    def _prove(self, held: leases.Lease, now: datetime) -> None:
        """Once a day all cards that stand are computed again, a portion a step; what does not come out the same is
        void."""
        with self._store.write() as conn:
            leases.hold(conn, held)
            some = self._proving.portion(conn, self._proved_up_to)
            void = self._proving.check(conn, some, now)
        if void:
            log.warning("cards_void", id=[one.card.id for one in void])
        self._proved_up_to = some[-1].id if some else ""
        if not some:
            self._next_proof = now + PROVED_EVERY

    def _take_up_rules(self, conn: Connection) -> None:
        """Other rules, or another calendar, than those that the moments were counted by: every open whistle is looked
        at once."""
        if self._is_known:
            return
        if facts.get(conn, RULES) != self._rules:
            cards.look_at_all(conn)
            facts.put(conn, RULES, self._rules)
            return  # known once this has been committed: the next look sees it
        self._is_known = True

    def _look(self, conn: Connection, wanted: Sequence[str], now: datetime) -> list[_Look]:
        stored = whistles.load(conn, wanted)
        made = steps.of_whistles(conn, stored)
        waits = deferrals.waits(conn, {one.incident_id for one in stored.values()})
        excused = cards.excused(conn, stored)
        known = cards.of_whistles(conn, stored)
        looks: list[_Look] = []
        for id_ in wanted:
            if (one := stored.get(id_)) is None:
                continue
            past = past_of(made.get(id_, ()), waits.get(one.incident_id))
            issued = {(card.step, card.rule) for card in known.get(id_, ()) if card.round == one.round}
            looks.append(self._judged(one, past, excused.get((id_, one.round), {}), issued, now))
        return looks

    def _judged(
        self,
        one: Whistle,
        past: Past,
        excused: Mapping[str, str],
        issued: Collection[tuple[str, str]],
        now: datetime,
    ) -> _Look:
        rules = self._pack.rules_on(day_of(called_at(one))).cards
        course = Course(
            level=one.level,
            deadlines=one.deadlines,
            reached=reached_in(one, past.history),
            excused=excused,
            taken_over={step: before.counts_since for step, before in taken_over(one).items()},
            holds=past.holds,
            unsettled=is_unsettled(one.state),
        )
        calendar = self._pack.calendar
        due = cards_due(course, rules, now, calendar, issued=issued)
        return _Look(one, past, due, next_instant(course, rules, now, calendar))

    def _issued(self, conn: Connection, looks: Sequence[_Look], now: datetime) -> list[IssuedCard]:
        """Cards of what is due; none where all reports of the matter came late or as history (N79)."""
        late = _received_late(conn, {look.whistle.incident_id for look in looks if look.due})
        return [
            IssuedCard(
                id=card_id(look.whistle.id, look.whistle.round, due.deadline.step, due.rule.name),
                whistle_id=look.whistle.id,
                department=look.whistle.department,
                round=look.whistle.round,
                step=due.deadline.step,
                rule=due.rule.name,
                card=due.rule.card,
                due_at=due.moment,
                issued_at=now,
                calculation=calculation_of(due, look.whistle, look.past, self._pack.calendar),
            )
            for look in looks
            if look.whistle.incident_id not in late
            for due in look.due
        ]

    def _tell(self, conn: Connection, said: Sequence[IssuedCard | Asked], now: datetime) -> None:
        """What cannot be told stops nothing: the card stands, and is seen over HTTP."""
        if not said:
            return
        called = whistles.load(conn, {one.whistle_id for one in said})
        matters = incidents.load(conn, {one.incident_id for one in called.values()})
        words = [
            CardNotice(one, whistle, matters[whistle.incident_id])
            for one in said
            if (whistle := called[one.whistle_id]) and self._has_contract(conn, whistle)
        ]
        self._notices.send(conn, words, self._ledger, now)

    def _has_contract(self, conn: Connection, one: Whistle) -> bool:
        try:
            self._contracts.of(conn, one.contract_id)
        except Refused as error:
            log.warning("whistle_not_told", whistle_id=one.id, code=error.code)
            return False
        return True


def _received_late(conn: Connection, matters: Collection[str]) -> frozenset[str]:
    """Those of which no report came in its time."""
    if not matters:
        return frozenset()
    links = incidents.links_of(conn, matters)
    stored = events.load(conn, {one.link.event_id for some in links.values() for one in some})
    live = {
        incident
        for incident, some in links.items()
        for one in some
        if (known := stored.get(one.link.event_id)) and known.event.mode is Mode.LIVE
    }
    return frozenset(matters) - live
