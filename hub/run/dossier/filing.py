"""Puts what happened to whistles into their dossiers: gathers, chains, stores. One writer at a time.

May hold what belongs together in a file. What each table says is `hub.run.dossier.occurrences`'s, the chain `hub.whistle.dossier`'s.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby, product
from typing import Any, Final

import orjson
from sqlalchemy import Connection, select

from hub.access.vault import DataKey, Vault
from hub.model import EventText, IncidentId, Whistle
from hub.run.dossier import occurrences
from hub.run.dossier.occurrences import SOURCES, Occurrence
from hub.run.ground.sealing import CONTACT_SEALED_AT, texts_of
from hub.run.matters.reporting import SEALED_AT
from hub.store import contacts, dossiers, events, incidents, keys, whistles
from hub.store.dossiers import Filed, Standing
from hub.store.engine import BYTES, chunks
from hub.store.lists import among
from hub.store.moments import to_us
from hub.store.tables import emergency, link, report
from hub.whistle.dossier import ENTRY, Algorithm, Chain, digests_of, field_digest, inner_of

PORTION: Final = 250
"""Rows of one table a transaction."""


_NO_WORDS: Final = EventText()


class Filing:
    """Files portions, each in the caller's transaction."""

    def __init__(
        self, vault: Vault, algorithm: Algorithm, *, random_bytes: Callable[[int], bytes] = os.urandom
    ) -> None:
        self._vault, self._algorithm, self._random_bytes = vault, algorithm, random_bytes

    def portion(self, conn: Connection, now: datetime) -> int:
        """Files a portion of what no dossier tells of yet; returns how many entries that made, or rows that made none.

        What is filed at the same moment by another raises Fenced.
        """
        told = [one for source in SOURCES for one in source.take(conn, PORTION)]
        told = self._with_words(conn, told)
        blocks = dossiers.unread_blocks(conn)
        told += [one for block in blocks for one in _looks(block)]
        dossiers.mark_read(conn, blocks)
        return max(self._file(conn, told, now), len(told), len(blocks))

    def _file(self, conn: Connection, told: Sequence[Occurrence], now: datetime) -> int:
        called = _with_a_matter(conn, whistles.load(conn, {one.whistle_id for one in told}))
        standing = dossiers.standing(conn, called)
        due = {id_: occurrences.clocks_digest(one) for id_, one in called.items()}
        gathered = [*_beside(conn, called, standing, due, to_us(now)), *told]
        moved = {one.whistle_id for one in told if one.kind == "move"}
        gathered += self._reports(conn, moved)
        gathered += self._events(conn, called, gathered, moved)
        fresh = _fresh(conn, [one for one in gathered if one.whistle_id in called])
        if fresh:
            self._append(conn, fresh, called, standing, due)
        return len(fresh)

    def _with_words(self, conn: Connection, told: Sequence[Occurrence]) -> list[Occurrence]:
        """What was written to requesters stands beside that it was; without the words where their key is gone."""
        ids = [str(one.said["dossier.contacts/id"]) for one in told if one.kind == "contact"]
        data_keys, sealed = keys.of(conn, ids), contacts.words_of(conn, ids)
        words = {
            id_: self._vault.open(data_keys[id_], CONTACT_SEALED_AT, sealed[id_]).decode()
            for id_ in ids
            if id_ in data_keys and sealed.get(id_)
        }
        return [
            occurrences.with_words(one, words[id_])
            if one.kind == "contact" and (id_ := str(one.said["dossier.contacts/id"])) in words
            else one
            for one in told
        ]

    def _reports(self, conn: Connection, ids: Iterable[str]) -> Iterator[Occurrence]:
        """What departments wrote; without the words where their key is gone."""
        for part in chunks(sorted(ids)):
            rows = conn.execute(
                select(report).where(among(report.c.whistle_id, part)), execution_options=BYTES
            ).all()
            known = dossiers.known(conn, [(r.whistle_id, f"report:{r.id}") for r in rows])
            rows = [r for r in rows if (r.whistle_id, f"report:{r.id}") not in known]
            data_keys = keys.of(conn, [r.id for r in rows])
            for r in rows:
                key = data_keys.get(r.id)
                words = orjson.loads(self._vault.open(key, SEALED_AT, r.sealed)) if key and r.sealed else {}
                yield occurrences.reported(r, words)

    def _events(
        self,
        conn: Connection,
        called: Mapping[str, Whistle],
        gathered: Iterable[Occurrence],
        moved: Iterable[str],
    ) -> Iterator[Occurrence]:
        """Every revision of each report that was linked now; and, where a whistle moved, of all its matter's."""
        wanted = {
            (one.whistle_id, str(one.said["dossier.links/report"])) for one in gathered if one.kind == "link"
        }
        matters = {id_: called[id_].incident_id for id_ in moved if id_ in called}
        links = incidents.links_of(conn, set(matters.values()))
        wanted |= {(id_, one.event_key) for id_, matter in matters.items() for one in links.get(matter, [])}
        came = events.ids_of(conn, {key for _, key in wanted})
        revisions = [(id_, event) for id_, key in sorted(wanted) for event in came.get(key, ())]
        known = dossiers.known(conn, [(id_, f"event:{event}") for id_, event in revisions])
        asked = [(id_, event) for id_, event in revisions if (id_, f"event:{event}") not in known]
        stored = events.load(conn, {event for _, event in asked})
        data_keys = keys.of(conn, {one.event.record_id for one in stored.values()})
        readable = [one for one in stored.values() if one.sealed]
        words = texts_of(self._vault, readable, data_keys)
        for id_, event in asked:
            yield occurrences.told_in(stored[event].event, words.get(event, _NO_WORDS), id_)

    def _append(
        self,
        conn: Connection,
        fresh: Sequence[Occurrence],
        called: Mapping[str, Whistle],
        standing: Mapping[str, Standing],
        due: Mapping[str, str],
    ) -> None:
        """`due`: whistle → digest of its clocks."""
        data_keys = keys.of(conn, {s for one in fresh for s, _ in one.sealed.values()})
        filed: list[Filed] = []
        heads: dict[str, Standing] = {}
        for id_, many in groupby(fresh, key=lambda one: one.whistle_id):
            chain = standing[id_].chain if id_ in standing else Chain(id_)
            for one in many:
                filed.append(self._filed(one, chain, data_keys))
                chain = chain.after(filed[-1].entry)
            heads[id_] = Standing(chain, called[id_].incident_id, due[id_])
        dossiers.add(conn, filed, heads)

    def _filed(self, one: Occurrence, chain: Chain, data_keys: Mapping[str, DataKey]) -> Filed:
        seed = self._random_bytes(16)
        said = {name: value for name, value in one.said.items() if value not in (None, "")}
        about = [one.kind, dossiers.moment(one.at_us)]
        digests = [*digests_of(self._algorithm, seed, {ENTRY: about, **said}).values()]
        sealed: dict[str, tuple[str, str]] = {}
        for name, (subject, value) in one.sealed.items():
            if subject in data_keys:
                salt = personal_salt(self._vault, data_keys[subject], one.whistle_id, one.origin, name)
                sealed[name] = (subject, field_digest(self._algorithm, salt, name, value))
                digests.append(sealed[name][1])
        return Filed(
            entry=chain.append(inner_of(self._algorithm, digests), self._algorithm),
            kind=one.kind,
            made_us=one.at_us,
            origin=one.origin,
            said=said,
            sealed=sealed,
            seed=seed,
        )


def personal_salt(vault: Vault, key: DataKey, whistle_id: str, origin: str, name: str) -> bytes:
    """The salt of a personal field; nobody can make it again once the subject's key is gone."""
    return vault.salt(key, f"{whistle_id} {origin} {name}")


def _beside(
    conn: Connection,
    called: Mapping[str, Whistle],
    standing: Mapping[str, Standing],
    due: Mapping[str, str],
    now_us: int,
) -> Iterator[Occurrence]:
    """What stands at the head of a new dossier, and what changes without a row of its own: matter and clocks."""
    new = {one.incident_id for id_, one in called.items() if id_ not in standing}
    matters = incidents.load(conn, new)
    entered: dict[IncidentId, list[str]] = {}
    for id_, one in called.items():
        head = standing.get(id_)
        if head is None:
            yield occurrences.opened(one, matters[one.incident_id], to_us(one.blown_at))
        elif head.incident_id != one.incident_id:
            yield occurrences.moved_to(one, now_us)
        if head is None or head.incident_id != one.incident_id:
            entered.setdefault(one.incident_id, []).append(id_)
        if one.deadlines and (head is None or head.clocks != due[id_]):
            yield occurrences.clocks(one, to_us(one.blown_at) if head is None else now_us)
    yield from _of_the_matters(conn, entered)


def _of_the_matters(conn: Connection, entered: Mapping[IncidentId, Sequence[str]]) -> Iterator[Occurrence]:
    """What was told of these matters before their whistles (`entered`: matter → ids) came to them: who is called late is
    given what their links and emergencies give."""
    for part in chunks(sorted(entered)):
        rows = conn.execute(select(link).where(among(link.c.incident_id, part), link.c.undone_us.is_(None)))
        for r in rows.all():
            for id_ in entered[r.incident_id]:
                yield occurrences.linked(r, id_)
        rows = conn.execute(
            select(emergency).where(among(emergency.c.incident_id, part), emergency.c.filed > 0)
        )
        for r in rows.all():
            for id_, turn in product(entered[r.incident_id], range(r.filed)):
                yield occurrences.in_emergency(r, turn, id_)


def _with_a_matter(conn: Connection, called: Mapping[str, Whistle]) -> dict[str, Whistle]:
    """Those whose matter is stored: what a damaged copy left alone stops no other's dossier."""
    there = incidents.versions(conn, {one.incident_id for one in called.values()})
    return {id_: one for id_, one in called.items() if one.incident_id in there}


def _fresh(conn: Connection, gathered: Sequence[Occurrence]) -> list[Occurrence]:
    """Each once, without what stands in its dossier already; a file's beginning first, the rest as it happened."""
    one_each = {(one.whistle_id, one.origin): one for one in gathered}
    known = dossiers.known(conn, one_each)
    fresh = [one for name, one in one_each.items() if name not in known]
    return sorted(fresh, key=lambda one: (one.whistle_id, one.kind != "opened", one.at_us))


def _looks(block: Any) -> Iterator[Occurrence]:
    """Looks at whistles among the rows of one block of the audit."""
    for number, line in enumerate(block.rows.split("\n")):
        if '"matter":"wh_' in line:
            row = orjson.loads(line)
            at = datetime.fromisoformat(row["at"])
            yield occurrences.look(row, f"{block.chain} {block.seq}", number, to_us(at))
