"""What a person may take along: their particulars, their reports in their own words, and who was shown what of it.

Read in the caller's transaction, sealed at once, stored nowhere.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from hub.access.vault import Vault
from hub.clock import SHANGHAI
from hub.model import EventText, Resident
from hub.run.ground.sealing import open_resident, open_text
from hub.run.residents.copyfile import Part
from hub.store import events, incidents, keys
from hub.store.events import StoredEvent
from hub.store.requests import Task


def parts(
    conn: Connection, vault: Vault, theirs: Mapping[str, str], told: Sequence[Task], names: Mapping[str, str]
) -> list[Part]:
    """A part a report, the oldest first; then who was shown something. `names`: organisation or source → its name."""
    newest = incidents.latest_events(conn, theirs)
    stored = sorted(events.load(conn, newest.values()).values(), key=lambda one: one.event.reported_at)
    sealed = events.residents(conn, theirs.values())
    data_keys = keys.of(conn, [*(one.event.record_id for one in stored), *sealed])
    found = []
    for one in stored:
        id_ = theirs[one.event.key]
        person = (
            open_resident(vault, data_keys[id_], sealed[id_]) if id_ in sealed and id_ in data_keys else None
        )
        text = open_text(vault, data_keys.get(one.event.record_id), one.sealed)
        found.append(_report(one, text, person, names))
    return [*found, *_receivers(told, names)]


def _report(one: StoredEvent, text: EventText, person: Resident | None, names: Mapping[str, str]) -> Part:
    said = [
        ("来源", names.get(one.event.source, one.event.source)),
        ("来源编号", one.event.source_ref),
        ("反映时间", one.event.reported_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")),
        ("标题", text.title),
        ("内容", text.content),
        ("地址", text.address),
    ]
    if person is not None:
        said += [
            ("姓名", person.name),
            ("电话", person.phone),
            ("证件号码", person.id_number),
            ("住址", person.address),
            ("曾用", "、".join(person.former)),
        ]
    return Part(f"您的反映 {one.event.key}", tuple((name, value) for name, value in said if value))


def _receivers(told: Sequence[Task], names: Mapping[str, str]) -> list[Part]:
    shown = [one for one in told if one.kind == "receiver"]
    if not shown:
        return []
    said = tuple((names.get(one.receiver, one.receiver), " ".join(one.fields)) for one in shown)
    return [Part("谁看过您的哪些信息", said)]
