"""Runs a change of the whitelist over the whistles of the last days, before it holds.

Streams: five hundred whistles a transaction, so that nobody waits for it. Everything is asked of `Showing`, under the
grants before and after; of an example only outlines leave, and that it was looked at is audited.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import product
from typing import Final

from sqlalchemy import Connection

from hub.access.account import Result
from hub.access.audit import AuditRow
from hub.access.cautions import Caution, Why, cautions
from hub.access.exits import Exit
from hub.access.fields import split
from hub.access.outline import outline
from hub.access.proposal import Change
from hub.access.vault import Vault
from hub.access.whitelist import Fixed, Whitelist
from hub.clock import day_of
from hub.model import Contract, Grant, Incident, Output, Whistle
from hub.pack import Pack
from hub.run.exits.concern import accused_in
from hub.run.exits.linked import people_of, reports_of
from hub.run.exits.looking import Look
from hub.run.exits.showing import OpenedReport, Showing
from hub.run.ground.contractbook import ContractBook
from hub.run.whitelist.foreseen import Example, Foreseen, Key, Masks, Tally, differences, effects_of
from hub.store import events, incidents, whistles
from hub.store.engine import BATCH, Store
from hub.whistle.sight import SIGHT, Sight

DAYS: Final = 30
MOST: Final = 10_000
"""Whistles that one preview looks at, the newest."""
_EXAMPLES: Final = 3
_WITH_WHISTLES: Final = ("incident", "whistle", "event", "resident")
"""Data sets of what a whistle opens; of others nothing is counted."""


@dataclass(frozen=True, slots=True)
class _Called:
    """A whistle with all that decides what its department is shown."""

    whistle: Whistle
    incident: Incident
    contract: Contract
    reports: tuple[OpenedReport, ...]
    people: Callable[[], tuple[str, ...]]


class Previewing:
    """One object serves all threads of a process."""

    def __init__(
        self, *, store: Store, vault: Vault, pack: Pack, whitelist: Whitelist, contracts: ContractBook
    ) -> None:
        self._store, self._vault, self._pack = store, vault, pack
        self._whitelist, self._contracts = whitelist, contracts

    def of(self, changes: Sequence[Change], *, days: int, now: datetime) -> Foreseen:
        """What `changes` would show to whom, over the whistles blown within `days` before `now`."""
        before = self._whitelist.now().grants
        after = _after(before, changes, now)
        run = _Run(self._pack, before, after, changes, now)
        looked, since = 0, now - timedelta(days=days)
        for called in self._called(run.departments, since, now):
            looked += 1
            run.count(called)
        return Foreseen(
            since=since,
            until=now,
            whistles=looked,
            is_cut=looked >= MOST,
            effects=effects_of(run.tallies),
            uncounted=tuple(sorted(run.departments - {c.department for c in self._pack.contracts})),
            cautions=self._cautions(before, after, changes, now),
            examples=tuple(run.examples),
        )

    def _called(self, departments: Iterable[str], since: datetime, until: datetime) -> Iterator[_Called]:
        """The whistles of these departments, newest first."""
        last: tuple[datetime, str] | None = (until, "")
        left = MOST
        while last is not None and left > 0:
            with self._store.read() as conn:
                some = whistles.blown_before(conn, departments, since, last, min(BATCH, left))
                found = list(self._opened(conn, some))
                yield from found  # what is sealed is opened while its transaction is there
            left -= len(found)
            last = (some[-1].blown_at, some[-1].id) if some else None

    def _opened(self, conn: Connection, some: Sequence[Whistle]) -> Iterator[_Called]:
        seen = [one for one in some if SIGHT[one.state] in (Sight.ALL, Sight.UNTIL_DONE)]
        matters = incidents.load(conn, {one.incident_id for one in seen})
        links = incidents.links_of(conn, matters)
        newest = incidents.latest_events(conn, {one.event_key for ls in links.values() for one in ls})
        stored = events.load(conn, newest.values())
        opened = {str(one.event.id): one for one in reports_of(conn, self._vault, list(stored.values()))}
        for one in seen:
            ids = [newest[link.event_key] for link in links.get(one.incident_id, [])]
            mine = tuple(opened[id_] for id_ in ids)
            if one.department in accused_in(report.event for report in mine):
                continue
            contract = self._contracts.of(conn, one.contract_id)
            people = people_of(conn, self._vault, one.incident_id)
            yield _Called(one, matters[one.incident_id], contract, mine, people)

    def _cautions(
        self, before: Sequence[Grant], after: Sequence[Grant], changes: Sequence[Change], now: datetime
    ) -> tuple[Caution, ...]:
        given = [one.grant for one in changes if one.grant is not None]
        found = cautions(before, after, given=given, on=day_of(now))
        in_force = self._pack.contracts_on(day_of(now))
        asked = {(one.department, f.field, f.purpose) for one in in_force for f in one.fields}
        called = {one.department for one in in_force}
        silent = {
            Caution(Why.NOT_ASKED, one.department, one.field)
            for one in given
            if one.department in called
            and one.field.partition(".")[0] in _WITH_WHISTLES
            and (one.department, one.field, one.purpose) not in asked
        }
        return tuple(sorted({*found, *silent}))


class _Run:
    """One preview while it is counted."""

    def __init__(
        self,
        pack: Pack,
        before: Sequence[Grant],
        after: Sequence[Grant],
        changes: Sequence[Change],
        now: datetime,
    ) -> None:
        self._now: Final = now
        self._sides: Final = Showing(pack, Fixed(before)), Showing(pack, Fixed(after))
        stands = {one.id: one for one in before}
        touched = [
            grant for one in changes for grant in (one.grant, stands.get(one.target)) if grant is not None
        ]
        self._uses: Final[Mapping[str, tuple[tuple[str, Output], ...]]] = {
            department: tuple(
                sorted(
                    {
                        use
                        for one in touched
                        if one.department == department
                        for use in product([one.purpose], one.outputs)
                    }
                )
            )
            for department in {one.department for one in touched}
        }
        self.departments: Final = frozenset(self._uses)
        self.tallies: Final[dict[Key, Tally]] = {}
        self.examples: Final[list[Example]] = []

    def count(self, called: _Called) -> None:
        """Counts what would be another for this whistle."""
        for purpose, output in self._uses[called.whistle.department]:
            before, after = (list(self._looks(side, called, purpose, output)) for side in self._sides)
            changed = [
                self._tally(called, purpose, output, one, place)
                for place, one in enumerate(zip(before, after, strict=True))
            ]
            if any(changed) and len(self.examples) < _EXAMPLES and not self._has(called):
                self.examples.append(
                    Example(
                        called.whistle.id,
                        called.whistle.department,
                        purpose,
                        output,
                        _outlines(before),
                        _outlines(after),
                    )
                )

    def _has(self, called: _Called) -> bool:
        return any(one.whistle_id == called.whistle.id for one in self.examples)

    def _looks(self, side: Showing, called: _Called, purpose: str, output: Output) -> Iterator[Look]:
        """The whistle with its matter, then its reports."""
        yield side.whistle(
            called.whistle, called.incident, called.contract, output=output, purpose=purpose, at=self._now
        )
        for one in called.reports:
            yield side.report(
                one,
                called.incident,
                called.contract,
                known=called.people,
                purpose=purpose,
                at=self._now,
                output=output,
            )

    def _tally(
        self, called: _Called, purpose: str, output: Output, pair: tuple[Look, Look], place: int
    ) -> bool:
        """Counts one look, the `place`th of its whistle; returns whether anything is another."""
        report = called.reports[place - 1] if place else None
        before, after = (_masks(look) for look in pair)
        found = False
        for name, old, new in differences(before, after):
            found = True
            key = Key(called.whistle.department, purpose, name, old, new)
            tally = self.tallies.setdefault(key, Tally())
            tally.outputs.add(output)
            tally.whistles.add(called.whistle.id)
            if report is not None:
                tally.reports.add(report.event.key)
                if report.event.requester:
                    tally.residents.add(report.event.requester)
        return found


def _masks(look: Look) -> Masks:
    """What the record itself has of what is given: a report has no whistle's fields."""
    lines = look.plan.selection(look.scope).lines
    return {one.field: one.mask for one in lines if _has(look, one.field)}


def _has(look: Look, field: str) -> bool:
    """Whether it stands in the record: who left no name has no fields of a resident."""
    dataset, leaf = split(field)
    return leaf in look.view.get(dataset, {}) and (dataset != "resident" or dataset in look.rows)


def _outlines(looks: Sequence[Look]) -> Masks:
    """Field → outline, of a report's fields with its place among the reports."""
    told: dict[str, str] = {}
    for place, look in enumerate(looks):
        shown = look.shown(frozenset())
        ending = f" {place}" if place else ""
        for line in shown.lines:
            told[f"{line.field}{ending}"] = outline(shown.text(line.field) or "", line.mask)
    return told


def _after(before: Sequence[Grant], changes: Sequence[Change], now: datetime) -> tuple[Grant, ...]:
    """The grants as if everybody had approved and the first day had come."""
    gone = {one.target for one in changes}
    given = [
        replace(one.grant, approved_by=("first", "second"), valid_from=min(one.grant.valid_from, day_of(now)))
        for one in changes
        if one.grant is not None
    ]
    return (*(one for one in before if one.id not in gone), *given)


def looked(foreseen: Foreseen, *, by: str, matter: str, through: Exit, now: datetime) -> AuditRow:
    """The line that says whose records stood behind the examples, and that nothing but outlines was shown."""
    fields = sorted(
        {name.partition(" ")[0] for one in foreseen.examples for name in (*one.before, *one.after)}
    )
    return AuditRow(
        at=now,
        who=by,
        exit=through,
        result=Result.MASKED,
        purpose="whitelist",
        fields=tuple(fields),
        rows=tuple(one.whistle_id for one in foreseen.examples),
        count=len(foreseen.examples),
        masks=tuple((name, "outline") for name in fields),
        matter=matter,
        reason="preview",
    )
