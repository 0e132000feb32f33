"""Reports that people enter on our own pages: composed as a record of their source, and stored like any other.

A page is a source. What somebody sends becomes one record, sealed, with a number that follows from the account and from
the key that their browser gave the draft: sent again, it is the same report. Who entered it stands in the record, and
beside it in a list that nobody but this account is shown.
"""

from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final

import orjson

from hub import ids
from hub.access.account import Result
from hub.access.audit import AuditRow
from hub.access.exits import Exit
from hub.clock import Clock, day_of
from hub.errors import Refused
from hub.intake.photos import check_photos
from hub.jsonform import loads
from hub.model import UNMAPPED, Stage, Urgency
from hub.model.account import Account
from hub.pack import Pack
from hub.plugin import Answer, Body
from hub.run.ground.ledger import Ledger, noted
from hub.run.sources.gateway import Gateway
from hub.run.sources.surroundings import Surroundings
from hub.store import answers, entered
from hub.store.engine import Store
from hub.store.entered import Entered

REPORTS: Final = "grid_pages"
ENTRIES: Final = "manual_entry"
"""The two sources that are pages of ours; they share a plugin."""
_KINDS: Final = {REPORTS: ("report", "WG"), ENTRIES: ("entry", "LR")}
"""Source → what its records are called, and how its numbers begin."""
_DIGITS: Final = 16
_LISTED: Final = 200
_PURPOSE: Final = "own_reports"
_SHOWN: Final = ("event.category", "event.reported_at", "event.source_ref", "event.stage")
_COMMON: Final = 8
_OLDEST: Final = timedelta(days=31)
"""A draft may have lain so long on a telephone; what is older happened as long ago as that."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where it is, degrees, WGS 84. Never where whoever reports it was."""

    lon: float
    lat: float
    accuracy_m: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What somebody entered."""

    key: str
    """Of the draft: sent again under the same key, it is the same report."""
    category: str
    """A code of the source's own table."""
    words: str
    urgency: Urgency = Urgency.ROUTINE
    spot: Spot | None = None
    address: str = ""
    age: timedelta = timedelta(0)
    """How long ago it was seen, by the clock that also says when it is sent: a telephone's clock may be wrong."""
    photos: tuple[bytes, ...] = ()
    channel: str = "page"
    request: str = ""
    secret: bool = False
    name: str = ""
    phone: str = ""
    callback: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that its source was told about a report."""

    stage: Stage
    at: datetime
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """One report of somebody's own, and what became of it."""

    number: str
    category: str
    photos: int
    at: datetime
    said: tuple[Said, ...]

    @property
    def stage(self) -> Stage:
        """Where it stands: by the last that was said, else received."""
        return self.said[-1].stage if self.said else Stage.RECEIVED


class Entering:
    """Takes what people enter, and tells them what became of it."""

    def __init__(
        self,
        *,
        store: Store,
        gateway: Callable[[], Gateway],
        surroundings: Surroundings,
        pack: Pack,
        clock: Clock,
    ) -> None:
        """`gateway` is asked for at the first report."""
        self._store, self._gateway, self._surroundings = store, gateway, surroundings
        self._pack, self._clock = pack, clock

    @cached_property
    def choices(self) -> Mapping[str, Mapping[str, str]]:
        """Source → code → category, of what may be chosen on its page."""
        return {source: self._codes_of(source) for source in _KINDS if source in self._pack.sources}

    def _codes_of(self, source: str) -> Mapping[str, str]:
        table = self._pack.sources[source].code_tables[0]
        lines = self._pack.codes.tables[table].values()
        return {one.code: one.category for one in lines if one.category != UNMAPPED}

    def common(self, who: Account | None, source: str) -> Sequence[str]:
        """Codes that come first on a page: those that `who` chose most, then the first of the table; few."""
        choices = self.choices.get(source, {})
        codes = {category: code for code, category in choices.items()}
        with self._store.look() as conn:
            mine = entered.of(conn, who.name, source, _LISTED) if who else ()
        used = Counter(codes[one.category] for one in mine if one.category in codes)
        return list(dict.fromkeys([*(code for code, _ in used.most_common()), *choices]))[:_COMMON]

    def enter(self, who: Account, source: str, entry: Entry) -> str:
        """The report's number, once it is stored; the same again for what was stored before.

        Raises Refused P301 for a category that this page does not offer, P302–P304 for photos, and what
        `Gateway.hand_in` raises.
        """
        category = self.choices.get(source, {}).get(entry.category)
        if category is None:
            raise Refused("P301", pointer="/category")
        check_photos(entry.photos)
        kind, head = _KINDS[source]
        number = head + ids.digest_of("entered", source, who.name, entry.key)[:_DIGITS].upper()
        now = self._clock.now()
        noted = Entered(
            event_key=ids.event_key(source, number, ""),
            source=source,
            number=number,
            account=who.name,
            category=category,
            photos=len(entry.photos),
            at=now,
        )
        area = self._surroundings.area_of(who.area, day_of(now)) if who.area else ""
        body = Body(orjson.dumps(_record(number, who, area, entry, now)), kind)
        self._gateway().hand_in(source, body, lambda conn: entered.add(conn, noted))
        return number

    def own(self, who: Account, source: str, *, ledger: Ledger) -> Sequence[Own]:
        """What `who` entered, newest first, each with what its source was told; nobody else's. Audited, unless there is
        nothing to show."""
        with self._store.read() as conn:
            mine = entered.of(conn, who.name, source, _LISTED)
            told = answers.told(conn, [one.event_key for one in mine])
        if mine:
            noted(self._store, ledger, _looked(who, mine, self._clock.now()))
        return [
            Own(
                number=one.number,
                category=one.category,
                photos=one.photos,
                at=one.at,
                said=tuple(_said(body) for body in told.get(one.event_key, ())),
            )
            for one in mine
        ]


def _looked(who: Account, mine: Sequence[Entered], at: datetime) -> AuditRow:
    """That `who` was shown the list. Of photos it is shown how many it sent itself."""
    return AuditRow(
        at=at,
        who=who.name,
        exit=Exit.PAGE,
        result=Result.ALLOW,
        purpose=_PURPOSE,
        fields=_SHOWN,
        rows=tuple(one.event_key for one in mine),
        count=len(mine),
        on_behalf_of=who.organisation,
    )


def _said(body: str) -> Said:
    answer = loads(Answer, body)
    return Said(answer.stage, answer.at, answer.text)


def _record(number: str, who: Account, area: str, entry: Entry, now: datetime) -> dict[str, object]:
    """As `plugins/grid_pages/README.md` describes it; what was left empty is left out."""
    spot = entry.spot
    person = {"name": entry.name, "phone": entry.phone, "callback": entry.callback}
    told: dict[str, object] = {
        "number": number,
        "by": {"account": who.name, "organisation": who.organisation},
        "area": area,
        "reportedAt": now.isoformat(),
        "occurredAt": (now - min(entry.age, _OLDEST)).isoformat(),
        "category": entry.category,
        "request": entry.request,
        "urgency": entry.urgency.value,
        "channel": entry.channel,
        "secret": entry.secret,
        "words": entry.words,
        "address": entry.address,
        "point": {"lon": spot.lon, "lat": spot.lat, "accuracyM": spot.accuracy_m} if spot else None,
        "requester": person if any(person.values()) else None,
        "photos": [b64encode(one).decode() for one in entry.photos],
    }
    return {name: value for name, value in told.items() if value not in ("", None, [], False)}
