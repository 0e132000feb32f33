"""What an engineer does for a source: looks how it does, pauses it, lets it go on, has it tested, puts records back.

Nothing here opens a record: heads, codes and counts only. Who did what stands in the audit.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection

from hub.errors import FixSettings, HubError, Refused
from hub.model import Fate
from hub.pack import Pack
from hub.pack.sources import SourceSetup
from hub.plugin.supervisor import State, Turn, open_turns
from hub.run.care.deeds import Deeds
from hub.run.care.mapping import Unmapped, unmapped_of
from hub.run.care.silence import is_silent
from hub.run.ground.pressure import PRESSED
from hub.store import facts, parked, records, sources, throughput
from hub.store.moments import from_us
from hub.store.parked import Chosen
from hub.store.throughput import Bucket

TESTED_WITHIN: Final = timedelta(seconds=30)
"""Whoever works on a source asks it within this time; after it, nobody does."""
AT_ONCE: Final = 10_000
"""Records that are put back by one click at most: the rest is put back by the next one."""
_NOTHING: Final[Mapping[str, int]] = {"records": 0, "open": 0, **{fate.value: 0 for fate in Fate}}


@dataclass(frozen=True, slots=True)
class Span:
    """How far a plot looks back, and in what steps."""

    back: timedelta
    every_s: int


SPANS: Final[Mapping[str, Span]] = {
    "hour": Span(timedelta(hours=1), 60),
    "day": Span(timedelta(days=1), 900),
    "week": Span(timedelta(days=7), 3600),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Test:
    """The last test that somebody asked for. `done_at` None: nobody has asked the source yet."""

    asked_at: datetime
    done_at: datetime | None
    trouble: HubError | None
    is_unheard: bool
    """Nobody asked the source for so long that no process seems to work on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceStanding:
    """One source of the pack, for people who look after it."""

    setup: SourceSetup
    is_configured_here: bool
    """Whether this process's settings reach it; another process may run it all the same."""
    state: State | None
    """None: no process ever ran it."""
    since: datetime | None
    trouble: HubError | None
    trouble_at: datetime | None
    is_troubled: bool
    """Whether the trouble is one of now; else it has passed."""
    failures: int
    wish: str
    last_at: datetime | None
    is_silent: bool
    is_pressed: bool
    counts: Mapping[str, int]
    """`records`, each fate, and `open`: on their way."""
    test: Test | None

    def may(self, turn: str) -> bool:
        """Whether a person can ask it to `pause` or `resume` now."""
        is_paused = self.wish == Turn.PAUSE or self.state is State.PAUSED
        if turn == Turn.RESUME:
            return is_paused or self.state is State.FAILED
        return not is_paused and (self.state is None or Turn.PAUSE in open_turns(self.state))


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """Rows as `hub.store.parked` tells them, and codes that no table knows."""

    reasons: Sequence[Any]
    parked: Sequence[Any]
    put_back: Sequence[Any]
    unmapped: Sequence[Unmapped]


@dataclass(frozen=True, slots=True, kw_only=True)
class Upkeep:
    """One object serves all threads of a process. `configured`: sources that this process's settings reach."""

    pack: Callable[[], Pack]
    configured: Collection[str]
    deeds: Deeds
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """What the settings say of each source."""

    def setup(self, source: str) -> SourceSetup:
        """The source as the pack has it. Raises FixSettings C106 where it has none."""
        setup = self.pack().sources.get(source)
        if setup is None:
            raise FixSettings("C106", id=source)
        return setup

    def all(self) -> list[SourceStanding]:
        """Every source of the pack, in its order."""
        now = self.deeds.clock.now()
        with self.deeds.store.read() as conn:
            states = {one.source: one for one in sources.states(conn)}
            counts, heard = records.account(conn), sources.last_heard(conn)
            pressed = facts.under(conn, PRESSED)
        return [
            self._standing(one, states.get(name), counts.get(name), heard.get(name), name in pressed, now)
            for name, one in self.pack().sources.items()
        ]

    def one(self, source: str) -> SourceStanding:
        """One source. Raises FixSettings C106."""
        self.setup(source)
        return next(one for one in self.all() if one.setup.name == source)

    def _standing(
        self,
        setup: SourceSetup,
        row: Any,
        counts: Mapping[str, int] | None,
        last_at: datetime | None,
        is_pressed: bool,
        now: datetime,
    ) -> SourceStanding:
        found = sources.trouble_of(row.trouble) if row else None
        return SourceStanding(
            setup=setup,
            is_configured_here=setup.name in self.configured,
            state=State(row.state) if row else None,
            since=from_us(row.since_us) if row else None,
            trouble=found[0] if found else HubError(row.code) if row and row.code else None,
            trouble_at=found[1] if found else None,
            is_troubled=bool(row and row.code),
            failures=row.failures if row else 0,
            wish=row.wish if row else "",
            last_at=last_at,
            is_silent=is_silent(setup, self.settings.get(setup.name, {}), last_at, now),
            is_pressed=is_pressed,
            counts=counts or _NOTHING,
            test=_test(row, now) if row and row.test_asked_us else None,
        )

    def details(self, chosen: Chosen, limit: int) -> Details:
        """What is parked of a source, the newest `limit` of what is chosen; what was put back; codes without a category."""
        with self.deeds.store.read() as conn:
            return Details(
                reasons=parked.reasons(conn, chosen.source),
                parked=parked.newest(conn, chosen, limit),
                put_back=parked.put_back_lately(conn, chosen.source, limit),
                unmapped=unmapped_of(conn, self.pack(), chosen.source),
            )

    def flow(self, source: str, span: Span) -> tuple[datetime, datetime, Mapping[int, Bucket]]:
        """What came and how long it took, from a full span ago until now. Raises FixSettings C106."""
        self.setup(source)
        until = self.deeds.clock.now()
        begins_s = int((until - span.back).timestamp()) // span.every_s * span.every_s
        since = datetime.fromtimestamp(begins_s, until.tzinfo)
        with self.deeds.store.read() as conn:
            return since, until, throughput.of_source(conn, source, since, until, span.every_s)

    # -- what a person wants -------------------------------------------------------------------------

    def wish(self, source: str, turn: Turn, by: str) -> None:
        """Whoever works on the source pauses it, or lets it go on, at its next step. Raises FixSettings C106, Refused S117
        where the table does not know that from here."""
        standing = self.one(source)
        if not standing.may(turn):
            state = standing.state or State.LOADED
            raise Refused("S117", state=state.value, allowed=", ".join(open_turns(state)))
        self.deeds.do(
            turn.value,
            source,
            by,
            lambda conn, at: sources.wish(conn, source, standing.setup.plugin, turn, at),
        )

    def ask_test(self, source: str, by: str) -> None:
        """Whoever works on the source asks it whether it answers. Raises FixSettings C106."""
        setup = self.setup(source)
        self.deeds.do("test", source, by, lambda conn, at: sources.ask_test(conn, source, setup.plugin, at))

    def put_back(self, chosen: Chosen, ids: Sequence[str], by: str) -> int:
        """Records are read again: those of `ids`, or without any all that are `chosen`, the oldest ones first. Returns how
        many; what is parked no more, or cannot be read any more, is left alone. Raises FixSettings C106."""
        self.setup(chosen.source)

        def work(conn: Connection, at: datetime) -> int:
            some = list(ids)[:AT_ONCE] or parked.ids(conn, chosen, AT_ONCE)
            return parked.put_back(conn, chosen.source, some, by, at)

        return self.deeds.do("replay", chosen.source, by, work)


def _test(row: Any, now: datetime) -> Test:
    asked_at, is_done = from_us(row.test_asked_us), row.test_done_us >= row.test_asked_us
    trouble = sources.trouble_of(row.test_trouble) if is_done else None
    return Test(
        asked_at=asked_at,
        done_at=from_us(row.test_done_us) if is_done else None,
        trouble=trouble[0] if trouble else None,
        is_unheard=not is_done and now - asked_at > TESTED_WITHIN,
    )
