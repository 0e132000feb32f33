"""一哨一档 on its way out: one dossier, checked against its anchors, under the whitelist of whoever takes it along.

Everything that goes out comes from `access.project`; what is given in full brings its salt, what is masked stays a digest
beside, what is withheld a digest without a name, and an entry of which nothing is given is one digest alone. The look is
counted and audited in the transaction that reads.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import orjson
from sqlalchemy import Connection

from hub.access.account import Result
from hub.access.audit import AuditRow
from hub.access.exits import Exit
from hub.access.projected import Projected
from hub.access.vault import DataKey, Vault
from hub.errors import FixSettings, HubError, Refused
from hub.jsonform import canonical, plain
from hub.model import Contract, DepartmentId, Incident, Whistle
from hub.run.dossier import anchorindex
from hub.run.dossier.filing import personal_salt
from hub.run.dossier.occurrences import WORDS
from hub.run.exits.insight import Insight, insight
from hub.run.exits.linked import people_of, reports_of
from hub.run.exits.looking import Look, audit_rows, shown
from hub.run.exits.showing import OpenedReport, Showing
from hub.run.ground.contractbook import ContractBook
from hub.run.ground.ledger import Ledger
from hub.run.ground.sealing import CONTACT_SEALED_AT
from hub.run.matters.reporting import SEALED_AT
from hub.store import contacts, dossiers, events, incidents, keys, whistles
from hub.store.dossiers import Filed
from hub.store.engine import Store
from hub.whistle.anchors import Anchor, points
from hub.whistle.dossier import (
    ENTRY,
    FORMAT,
    Broken,
    Fault,
    field_digest,
    inner_of,
    salt_of,
    verify,
)

_WHICH: Final = "whistle.id"
"""Says which whistle it is, and of the matter nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Who takes a dossier along, and what for."""

    whistle_id: str
    department: DepartmentId
    is_centre: bool
    """The district's desk, which may take along any."""
    purpose: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Export:
    """What goes out: plain data, and the anchor that covers it."""

    data: Mapping[str, Any]
    anchors: tuple[Anchor, ...]


@dataclass(frozen=True, slots=True)
class _Opened:
    """A filed entry with the full values of what can still be read of it, for one call only."""

    filed: Filed
    digests: Mapping[str, str]
    values: Mapping[str, Any]
    salts: Mapping[str, bytes]
    report: OpenedReport | None = None


class Dossiers:
    """Exports dossiers."""

    def __init__(
        self, *, store: Store, vault: Vault, showing: Showing, contracts: ContractBook, anchors: Path | None
    ) -> None:
        self._store, self._vault, self._showing = store, vault, showing
        self._contracts, self._anchors = contracts, anchors

    def export(self, asked: Asked, ledger: Ledger) -> Export:
        """The dossier as it may go out. Raises Refused W103 where it is not there or another's, V103 where nothing was
        filed yet, W120; HubError V101 and V102 where the database does not hold what was filed: then nothing goes out."""
        anchors = self._naming(asked.whistle_id)
        with self._store.write() as conn:
            whistle = whistles.load(conn, [asked.whistle_id]).get(asked.whistle_id)
            if whistle is None or not (asked.is_centre or whistle.department == asked.department):
                raise Refused("W103")
            filed = dossiers.entries(conn, whistle.id)
            _check(filed, whistle.id, anchors)
            unfiled = dossiers.unfiled_of(conn, whistle.id, whistle.incident_id)
            shown_, rows = self._show(conn, whistle, filed, asked)
            ledger.append(conn, rows, asked.at)
        ledger.committed()
        entries = [_told(one, projected) for one, projected in shown_]
        data = {
            "format": FORMAT,
            "whistle": whistle.id,
            "for": asked.department,
            "purpose": asked.purpose,
            "by": asked.by,
            "exported_at": plain(asked.at),
            "head": filed[-1].entry.digest,
            "anchored": max(points(anchors, whistle.id), default=0),
            "unfiled": unfiled,
            "entries": entries,
        }
        return Export(data, tuple(anchors[-1:]))

    def _naming(self, whistle_id: str) -> list[Anchor]:
        if self._anchors is None:
            return []
        try:
            return anchorindex.naming(self._anchors, whistle_id)
        except OSError:
            raise FixSettings("C119", name=str(self._anchors)) from None

    def _show(
        self, conn: Connection, whistle: Whistle, filed: Sequence[Filed], asked: Asked
    ) -> tuple[list[tuple[_Opened, Projected]], list[AuditRow]]:
        incident = incidents.load(conn, [whistle.incident_id])[whistle.incident_id]
        contract = None if asked.is_centre else self._contracts.of(conn, whistle.contract_id)
        seen = None if asked.is_centre else insight(conn, whistle)
        known = people_of(conn, self._vault, whistle.incident_id)
        opened = list(self._opened(conn, filed))
        looks = [self._look(one, whistle, incident, contract, known, asked, seen) for one in opened]
        projected = shown(conn, looks, asked.at)
        rows = [
            row
            for one, given in zip(opened, projected, strict=True)
            for row in audit_rows(
                given, whistle, through=Exit.DOSSIER, at=asked.at, rows=(_row_of(one, whistle),)
            )
        ]
        return list(zip(opened, projected, strict=True)), list(_gathered(rows, asked))

    def _look(
        self,
        one: _Opened,
        whistle: Whistle,
        incident: Incident,
        contract: Contract | None,
        known: Callable[[], Iterable[str]],
        asked: Asked,
        seen: Insight | None,
    ) -> Look:
        """`seen`: how far its department sees; None for the district's desk, which sees all."""
        said = one.filed.said
        values = {n: v for n, v in one.values.items() if n != ENTRY and (seen is None or seen.opens(n, said))}
        event = str(one.values.get("dossier.links/report", whistle.id))
        rows = {"incident": whistle.incident_id, "whistle": whistle.id, "dossier": whistle.id}
        return self._showing.dossier(
            _view(values),
            incident,
            department=asked.department,
            contract=contract,
            rows={**rows, "event": event, "report": _words_of(one, whistle)},
            known=known,
            opened=one.report,
            purpose=asked.purpose,
            at=asked.at,
        )

    def _opened(self, conn: Connection, filed: Sequence[Filed]) -> Iterator[_Opened]:
        """Each entry with what can still be read; personal values are looked up where they always stood."""
        data_keys = keys.of(conn, {s for one in filed for s, _ in one.sealed.values()})
        told = {str(one.said["event.id"]) for one in filed if one.kind == "event"}
        stored = events.load(conn, told)
        reports: dict[str, OpenedReport] = {
            one.event.id: one
            for one in reports_of(conn, self._vault, [s for s in stored.values() if s.sealed])
        }
        wrote = dossiers.words_of_reports(
            conn, [str(one.said["dossier.reports/id"]) for one in filed if one.kind == "report"]
        )
        wrote |= contacts.words_of(
            conn, [str(one.said["dossier.contacts/id"]) for one in filed if one.kind == "contact"]
        )
        for one in filed:
            report = reports.get(str(one.said.get("event.id")))
            digests, values = one.digests, dict(one.values)
            salts = {name: salt_of(one.seed, name) for name in values}
            for name, word in self._words(one, report, wrote, data_keys).items():
                key = data_keys[one.sealed[name][0]]
                salts[name] = personal_salt(self._vault, key, one.entry.whistle_id, one.origin, name)
                if field_digest(one.entry.algorithm, salts[name], name, word) == digests[name]:
                    values[name] = word
            yield _Opened(one, digests, values, salts, report)

    def _words(
        self,
        one: Filed,
        report: OpenedReport | None,
        wrote: Mapping[str, bytes],
        data_keys: Mapping[str, DataKey],
    ) -> dict[str, Any]:
        """Personal fields of an entry that can still be opened: neither gone by retention nor without their key."""
        readable = {name for name, (subject, _) in one.sealed.items() if subject in data_keys}
        if not readable:
            return {}
        if report is not None:
            text = report.text()
            return {name: getattr(text, name.rpartition(".")[2]) for name in readable}
        if one.kind == "contact":
            id_ = str(one.said["dossier.contacts/id"])
            words = self._vault.open(data_keys[id_], CONTACT_SEALED_AT, wrote[id_]) if wrote.get(id_) else b""
            return {WORDS: words.decode()} if words else {}
        id_ = str(one.said.get("dossier.reports/id"))
        if not wrote.get(id_):
            return {}
        said = orjson.loads(self._vault.open(data_keys[id_], SEALED_AT, wrote[id_]))
        return {name: said.get(name.rpartition(".")[2]) for name in readable}


def _check(filed: Sequence[Filed], whistle_id: str, anchors: Iterable[Anchor]) -> None:
    """Raises where the database does not hold what was filed and anchored."""
    at = points(anchors, whistle_id)
    if not filed and not at:
        raise Refused("V103")
    chain = verify((one.entry for one in filed), whistle_id)
    if isinstance(chain, Broken):
        raise HubError("V101", number=chain.at, fault=chain.fault.value)
    for one in filed:
        if inner_of(one.entry.algorithm, one.digests.values()) != one.entry.inner:
            raise HubError("V101", number=one.entry.seq, fault=Fault.CHANGED.value)
    digests = {one.entry.seq: one.entry.digest for one in filed}
    for seq, anchored in sorted(at.items()):
        if anchored != {digests.get(seq)}:
            raise HubError("V102", number=seq)


def _view(values: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Data set → leaf → value; fields that fall under one grant stand together in one leaf."""
    view: dict[str, dict[str, Any]] = {}
    for name, value in values.items():
        base, _, part = name.partition("/")
        dataset, _, leaf = base.rpartition(".")
        leaves = view.setdefault(dataset, {})
        if part:
            leaves.setdefault(leaf, {})[part] = value
        else:
            leaves[leaf] = value
    return view


def _told(one: _Opened, projected: Projected) -> dict[str, Any]:
    """An entry as it goes out. Of what kind it is and when it happened is told to whoever is given more of it than which
    whistle it is."""
    entry = one.filed.entry
    told: dict[str, Any] = {
        "seq": entry.seq,
        "algorithm": entry.algorithm.value,
        "previous": entry.previous,
        "digest": entry.digest,
    }
    shown_, masked = _given(one, projected)
    if not shown_ and not masked:
        return told | {"inner": entry.inner}
    if (shown_.keys() | masked.keys()) - {_WHICH}:
        shown_ = {ENTRY: _proved(one, ENTRY)} | shown_
    return told | {"fields": sorted(one.digests.values()), "shown": shown_, "masked": masked}


def _given(one: _Opened, projected: Projected) -> tuple[dict[str, Any], dict[str, Any]]:
    """Fields that are shown, each by itself, and those that are masked, by what is granted."""
    given: dict[str, Any] = projected.as_json()
    masks = {line.field: line.mask for line in projected.lines}
    shown_: dict[str, Any] = {}
    masked: dict[str, Any] = {}
    for name in one.values:
        base, _, part = name.partition("/")
        dataset, _, leaf = base.rpartition(".")
        value = given.get(dataset, {}).get(leaf)
        if base not in masks or value is None:
            continue
        if masks[base]:
            said = masked.setdefault(base, {"mask": masks[base], "value": value, "digests": []})
            said["digests"].append(one.digests[name])
        elif canonical(value[part] if part else value) == canonical(one.values[name]):
            shown_[name] = _proved(one, name)
    return shown_, masked


def _proved(one: _Opened, name: str) -> dict[str, Any]:
    return {"salt": one.salts[name].hex(), "value": one.values[name]}


def _row_of(one: _Opened, whistle: Whistle) -> str:
    said = one.filed.said
    return str(said.get("event.id") or said.get("dossier.reports/id") or whistle.id)


def _words_of(one: _Opened, whistle: Whistle) -> str:
    """The row that what a department wrote counts as."""
    told = one.values.get("dossier.reports/id") or one.values.get("dossier.contacts/id")
    return str(told or whistle.id)


def _gathered(rows: Iterable[AuditRow], asked: Asked) -> Iterator[AuditRow]:
    """One line for what was given of all entries, and one for what was refused: taking a dossier along is one look. Where
    a field went out in two forms, each has its line."""
    told = list(rows)
    lines: list[AuditRow] = []
    for row in [row for row in told if row.fields] or told:
        place = next((n for n, line in enumerate(lines) if _are_alike(line, row)), len(lines))
        lines[place : place + 1] = [_joined(lines[place], row) if place < len(lines) else row]
    for line in lines:
        yield replace(line, who=asked.by, on_behalf_of=asked.department, count=len(line.rows))


def _are_alike(one: AuditRow, other: AuditRow) -> bool:
    """Whether both were given, or both refused, and every field of both in one form."""
    if (one.result is Result.DENY, one.reason) != (other.result is Result.DENY, other.reason):
        return False
    forms, others = dict(one.masks), dict(other.masks)
    return all(forms.get(field) == others.get(field) for field in {*one.fields} & {*other.fields})


def _joined(one: AuditRow, other: AuditRow) -> AuditRow:
    masks = tuple(sorted({*one.masks, *other.masks}))
    return replace(
        one,
        result=Result.MASKED if masks else one.result,
        fields=tuple(sorted({*one.fields, *other.fields})),
        masks=masks,
        grants=tuple(sorted({*one.grants, *other.grants})),
        rows=tuple(dict.fromkeys((*one.rows, *other.rows))),
    )
