"""The account after a drill: what is missing, what is there twice, and how often something was said again."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

import orjson

from hub.bus.topics import EVENTS
from hub.contract.route import Routed
from hub.model import Channel
from hub.pipeline import opened_by
from hub.run.assembly import Assembly
from hub.run.matters.casework import GROUP
from hub.store import events, outbox
from tests.drills.called import SILENT
from tests.drills.lines import PUSHED, Truth, matter_of


@dataclass(frozen=True, slots=True)
class Toll:
    """One line of a drill's table. `repeats`: messages that came more than once, under the same id."""

    drill: str
    stack: str
    seed: int
    kills: int
    records: int
    fates: Mapping[str, int]
    missing: int
    double: int
    repeats: int

    def cells(self) -> tuple[str, ...]:
        """The line as it is printed; fates in the order published, linked, held, dead."""
        cells = {name: str(value) for name, value in asdict(self).items()}
        return tuple((cells | {"fates": "+".join(map(str, self.fates.values()))}).values())


def table(tolls: Sequence[Toll]) -> str:
    """All lines under their names, and the sum."""
    rows = [tuple(field.name for field in fields(Toll)), *(one.cells() for one in tolls)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    sums = {name: sum(getattr(one, name) for one in tolls) for name in ("kills", "missing", "double")}
    last = ", ".join(f"{name} {number}" for name, number in {"drills": len(tolls), **sums}.items())
    return "\n".join([*(line.rstrip() for line in lines), last])


@dataclass(frozen=True, slots=True)
class Found:
    """What is wrong, by name, and how often messages were repeated."""

    missing: list[str]
    double: list[str]
    repeats: int


def toll_of(drill: str, stack: str, seed: int, kills: int, account: Mapping[str, Any], found: Found) -> Toll:
    """The line of a drill that is over."""
    missing, double = len(found.missing), len(found.double)
    records, fates = account["records"], account["fates"]
    return Toll(drill, stack, seed, kills, records, fates, missing, double, found.repeats)


def find(hub: Assembly, truth: Truth, said: Iterable[str], ends: Mapping[int, int]) -> Found:
    """Compares the store with the truth and with all that departments were told (`said`, CloudEvents), where each
    department signs or is silent.

    `ends`: the offset after the last message of each partition of `grid.events`.
    """
    found, (missing, double) = find_called(hub, truth, said, ends), _reports(hub)
    return Found(found.missing + missing, found.double + double, found.repeats)


def find_called(hub: Assembly, truth: Truth, said: Iterable[str], ends: Mapping[int, int]) -> Found:
    """The same, whatever departments did then."""
    missing, double = _records(hub, truth)
    for one in (_matters(hub, truth), _whistles(hub), _offsets(hub, ends)):
        missing += one[0]
        double += one[1]
    there = Counter(orjson.loads(value)["id"] for value in said)
    due = _told(hub)
    missing += [f"message of {id_}" for id_ in due - set(there)]
    double += [f"message without a cause {id_}" for id_ in set(there) - due - _later(hub)]
    return Found(missing, double, sum(there.values()) - len(there))


def _rows(hub: Assembly, query: str) -> list[tuple[object, ...]]:
    with hub.store.read() as conn:
        return [tuple(r) for r in conn.exec_driver_sql(query).all()]


def _records(hub: Assembly, truth: Truth) -> tuple[list[str], list[str]]:
    """Every line of the file is one record, every push at least one, and every record has the fate it must have."""
    account = hub.account()
    pushed = len(_rows(hub, f"SELECT id FROM record WHERE kind = '{PUSHED}'"))  # noqa: S608 ours
    off = account["records"] - pushed - len(truth.lines)
    missing = [f"{-off} records"] if off < 0 else []
    double = [f"{off} records"] if off > 0 else []
    for fate, of_lines in truth.fates.items():
        due = of_lines + (pushed if fate == "linked" else 0)
        if account["fates"][fate] != due:
            missing.append(f"{fate}: {account['fates'][fate]} instead of {due}")
    missing += [f"fate of {r[0]}" for r in _rows(hub, "SELECT id FROM record WHERE fate IS NULL")]
    missing += [f"fate of {r[0]}" for r in _rows(hub, "SELECT id FROM event WHERE fate IS NULL")]
    missing += [f"sending of parcel {r[0]}" for r in _rows(hub, "SELECT id FROM parcel")]
    refs = {str(r[0]) for r in _rows(hub, "SELECT ref FROM alias")}
    missing += [f"push {n}" for n in range(truth.matters) if f"M{n:03d}-p" not in refs]
    return missing, double


def _matters(hub: Assembly, truth: Truth) -> tuple[list[str], list[str]]:
    """One incident a matter, and each report in exactly one live link."""
    incidents: dict[str, set[object]] = {}
    query = "SELECT a.ref, l.incident_id FROM alias a JOIN link l ON l.event_key = a.key WHERE l.undone_us IS NULL"
    rows = _rows(hub, query)
    for ref, incident in rows:
        incidents.setdefault(matter_of(str(ref)), set()).add(incident)
    linked = Counter(ref for ref, _ in rows)
    reports = [r[0] for r in _rows(hub, "SELECT ref FROM alias")]
    missing = [f"matter number {n}" for n in range(len(incidents), truth.matters)]
    missing += [f"link of {ref}" for ref in reports if ref not in linked]
    double = [f"incident of {matter}" for matter, found in incidents.items() if len(found) > 1]
    double += [f"link of {ref}" for ref, number in linked.items() if number > 1]
    known = {r[0] for r in _rows(hub, "SELECT id FROM incident")}
    double += [f"incident {one}" for one in known - set().union(*incidents.values())]
    return missing, double


def _whistles(hub: Assembly) -> tuple[list[str], list[str]]:
    """Each incident calls exactly the departments that its first report calls, and whom the centre designated."""
    openers = {
        str(event): str(incident)
        for event, incident in _rows(
            hub,
            "SELECT e.id, l.incident_id FROM event e JOIN link l ON l.event_id = e.id WHERE e.note = 'opened'",
        )
    }
    with hub.store.read() as conn:
        stored = events.load(conn, openers)
    due: Counter[tuple[object, ...]] = Counter()
    for id_, one in stored.items():
        routed = hub.journey.route(one.event, opened_by(one.event, recurrence_of=None))
        if isinstance(routed, Routed):
            due.update((openers[id_], call.department) for call in routed.calls)
    designated = "SELECT w.incident_id, w.department FROM step s JOIN whistle w ON w.id = s.whistle_id "
    due.update(_rows(hub, f"{designated} WHERE s.move = 'designate'"))
    blown = Counter(_rows(hub, "SELECT incident_id, department FROM whistle"))
    return [f"whistle {one}" for one in due - blown], [f"whistle {one}" for one in blown - due]


def _reports(hub: Assembly) -> tuple[list[str], list[str]]:
    """Each whistle was signed once, but for the silent department's: its missed deadline is noted instead."""
    whistles = _rows(hub, "SELECT id, department FROM whistle")
    due = Counter(id_ for id_, department in whistles if department != SILENT)
    signed = Counter(r[0] for r in _rows(hub, "SELECT whistle_id FROM report WHERE move = 'sign'"))
    late = {r[0] for r in _rows(hub, "SELECT whistle_id FROM overdue WHERE step = 'sign'")}
    missing = [f"report of {one}" for one in due - signed]
    missing += [f"overdue {id_}" for id_, department in whistles if department == SILENT and id_ not in late]
    return missing, [f"report of {one}" for one in signed - due]


def _told(hub: Assembly) -> set[str]:
    """Ids of the whistles that their contract sends, over the bus or by webhook."""
    contracts = {c.id: c for c in hub.pack.contracts}
    rows = _rows(hub, "SELECT id, body FROM whistle")
    return {
        str(id_)
        for id_, body in rows
        if {Channel.KAFKA, Channel.WEBHOOK} & set(contracts[orjson.loads(str(body))["contract_id"]].channels)
    }


def _later(hub: Assembly) -> set[str]:
    """What may be told of whistles afterwards: each of their moves, cards, and what supervision asks."""
    moves = _rows(hub, "SELECT whistle_id, version FROM step")
    rest = _rows(hub, "SELECT id FROM card UNION SELECT id FROM measure")
    return {f"{id_}:{version}" for id_, version in moves} | {str(r[0]) for r in rest}


def _offsets(hub: Assembly, ends: Mapping[int, int]) -> tuple[list[str], list[str]]:
    """Casework has handled every partition to its end, and not further."""
    stored = {
        part: next_ for (topic, part), next_ in outbox.positions(hub.store, GROUP).items() if topic == EVENTS
    }
    behind = [
        f"partition {p}: {stored.get(p, 0)} of {end}" for p, end in ends.items() if stored.get(p, 0) < end
    ]
    ahead = [f"partition {p}: {stored[p]} of {ends.get(p, 0)}" for p in stored if stored[p] > ends.get(p, 0)]
    return behind, ahead
