"""A person's rows lose their keys, and with them all meaning: requester, words, bytes and files of their reports, and
what others said that names them. In the caller's transaction; what a matter still needs is left for later.

The audit and the dossiers hold digests under those keys: they verify as before and tell nothing any more.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import Connection, Table, delete, select, update

from hub.access.folding import fold
from hub.access.known import Known
from hub.access.phones import numbers_in
from hub.access.textscan import mask_text
from hub.access.vault import DataKey, Vault
from hub.jsonform import dumps
from hub.model import EventText
from hub.run.care.retiring import let_go_records, let_go_residents, let_go_words, needed_among
from hub.run.ground.sealing import CONTACT_SEALED_AT, EVENT_SEALED_AT, open_resident, open_text
from hub.run.matters.reporting import SEALED_AT as REPORT_SEALED_AT
from hub.run.residents.receivers import matters
from hub.run.supervision.appealing import SEALED_AT as CARD_SEALED_AT
from hub.run.supervision.asking import SEALED_AT as MEASURE_SEALED_AT
from hub.store import events, incidents, keys, requests
from hub.store.lists import among
from hub.store.tables import attachment, body, card, contact, event, measure, record, report, whistle

_SAID: Final = (
    (report, REPORT_SEALED_AT),
    (card, CARD_SEALED_AT),
    (measure, MEASURE_SEALED_AT),
    (contact, CONTACT_SEALED_AT),
)
"""Where departments' words are, and for which column they are sealed."""


@dataclass(frozen=True, slots=True)
class Erased:
    """Reports (event keys) that are done, and those that their matter still needs; `words`: how many texts of others
    named the person and were let go or masked."""

    done: tuple[str, ...]
    kept: tuple[str, ...]
    words: int


def erase(conn: Connection, vault: Vault, theirs: Mapping[str, str]) -> Erased:
    """`theirs`: event key → requester."""
    kept = needed_among(conn, list(theirs))
    done = [key for key in theirs if key not in kept]
    people = [theirs[key] for key in done]
    named = _Named(_values(conn, vault, people))
    concerned = matters(conn, done)
    words = _let_go_named(conn, vault, concerned, named) + _mask_others(
        conn, vault, concerned, set(theirs), named
    )
    _let_go_reports(conn, vault, done)
    let_go_residents(conn, people)
    for one in people:
        vault.forget(one)
    return Erased(tuple(done), tuple(sorted(kept)), words)


class _Named:
    """Whether words name somebody: by values as they stand or stood, as people write them."""

    def __init__(self, values: Iterable[str]) -> None:
        self._values = frozenset(values)
        self.known = Known(self._values)
        self._numbers = frozenset(number for one in self._values for number in numbers_in(one))

    def __call__(self, text: str) -> bool:
        return (
            any(value in text for value in self._values if len(value) > 1)
            or any(True for _ in self.known.spans(fold(text)))
            or not self._numbers.isdisjoint(numbers_in(text))
        )


def _values(conn: Connection, vault: Vault, people: Sequence[str]) -> set[str]:
    data_keys = keys.of(conn, people)
    found = events.residents(conn, people)
    opened = [open_resident(vault, data_keys[id_], one) for id_, one in found.items() if id_ in data_keys]
    return {value for one in opened for value in one.values}


def _let_go_reports(conn: Connection, vault: Vault, done: Sequence[str]) -> None:
    """The records that brought these reports; one that brought others too keeps its key, and loses its bytes and the
    words of these."""
    theirs = set(done)
    came = requests.records_of(conn, done)
    whole = [id_ for id_, some in came.items() if theirs.issuperset(some)]
    received = select(record.c.id, record.c.received_us).where(among(record.c.id, list(came)))
    at = {r.id: r.received_us for r in conn.execute(received)}
    let_go_records(conn, {id_: at[id_] for id_ in whole})
    for id_ in whole:
        vault.forget(id_)
    shared = [id_ for id_ in came if id_ not in set(whole)]
    _empty(conn, vault, shared, theirs, at)


def _empty(
    conn: Connection, vault: Vault, shared: Sequence[str], theirs: Collection[str], at: Mapping[str, int]
) -> None:
    for id_, key in keys.of(conn, shared).items():
        conn.execute(delete(body).where(body.c.received_us == at[id_], body.c.record_id == id_))
        mine = (event.c.record_id == id_, among(event.c.key, sorted(theirs)))
        conn.execute(update(event).where(*mine).values(sealed=_sealed(vault, key, EventText())))
    gone = (among(attachment.c.record_id, list(shared)), among(attachment.c.event_key, sorted(theirs)))
    conn.execute(delete(attachment).where(*gone))


def _sealed(vault: Vault, key: DataKey, text: EventText) -> bytes:
    return vault.seal(key, EVENT_SEALED_AT, dumps(text).encode())


def _let_go_named(conn: Connection, vault: Vault, concerned: Sequence[str], named: _Named) -> int:
    """Departments' words on these matters that name the person; returns how many."""
    found: dict[Table, list[str]] = {}
    for table, place in _SAID:
        rows = _said(conn, table, concerned)
        data_keys = keys.of(conn, rows)
        found[table] = [
            id_
            for id_, sealed in rows.items()
            if id_ in data_keys and named(vault.open(data_keys[id_], place, sealed).decode())
        ]
    let_go_words(conn, found)
    gone = [id_ for some in found.values() for id_ in some]
    for id_ in gone:
        vault.forget(id_)
    return len(gone)


def _said(conn: Connection, table: Table, concerned: Sequence[str]) -> dict[str, bytes]:
    query = (
        select(table.c.id, table.c.sealed)
        .join(whistle, whistle.c.id == table.c.whistle_id)
        .where(among(whistle.c.incident_id, concerned))
    )
    return {r.id: r.sealed for r in conn.execute(query) if r.sealed}


def _mask_others(
    conn: Connection, vault: Vault, concerned: Sequence[str], theirs: Collection[str], named: _Named
) -> int:
    """What others said of the same matters and names the person, masked for good: nobody knows the values afterwards,
    so nothing could mask them when it is shown. Returns how many texts."""
    linked = incidents.links_of(conn, concerned)
    others = {one.event_key for many in linked.values() for one in many} - set(theirs)
    stored = [one for many in events.of_keys(conn, others).values() for one in many if one.sealed]
    data_keys = keys.of(conn, {one.event.record_id for one in stored})
    number = 0
    for one in stored:
        key = data_keys.get(one.event.record_id)
        text = open_text(vault, key, one.sealed)
        if key is None or not named(dumps(text)):
            continue
        sealed: dict[str, Any] = {"sealed": _sealed(vault, key, _without(text, named))}
        conn.execute(update(event).where(event.c.id == one.event.id).values(**sealed))
        number += 1
    return number


def _without(text: EventText, named: _Named) -> EventText:
    hidden = {
        name: mask_text(said, named.known)
        for name in ("title", "content", "address", "accused_name", "masked")
        if named(said := getattr(text, name))
    }
    return replace(text, **hidden)
