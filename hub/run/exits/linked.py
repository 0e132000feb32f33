"""The reports that are linked to a matter, with what the vault holds of each; opened only when somebody asks."""

from collections.abc import Callable, Container, Mapping, Sequence
from functools import cache, partial

from sqlalchemy import Connection

from hub.access.vault import DataKey, Vault
from hub.ids import resident_id
from hub.jsonform import loads
from hub.model import EventText, IncidentId, Resident
from hub.run.exits.showing import OpenedReport
from hub.run.ground.sealing import EVENT_SEALED_AT, open_resident
from hub.store import events, incidents, keys


def stored_of(conn: Connection, incident: IncidentId) -> list[events.StoredEvent]:
    """The newest revision of each report."""
    links = incidents.links_of(conn, [incident]).get(incident, [])
    newest = incidents.latest_events(conn, (one.event_key for one in links))
    return list(events.load(conn, newest.values()).values())


def reports_of(
    conn: Connection, vault: Vault, stored: Sequence[events.StoredEvent], later: Container[str] = ()
) -> list[OpenedReport]:
    """Each of them, with its words and its requester; `later`: keys of those of which a newer revision is not shown."""
    people = [str(s.event.requester) for s in stored if s.event.requester]
    data_keys = keys.of(conn, [*(s.event.record_id for s in stored), *people])
    sealed = events.residents(conn, people)
    return [
        OpenedReport(
            one.event,
            partial(_text, vault, one, data_keys),
            cache(partial(_resident, vault, one.event.requester, sealed, data_keys)),
            is_told_again=one.event.key in later,
        )
        for one in stored
    ]


def people_of(conn: Connection, vault: Vault, incident: IncidentId) -> Callable[[], tuple[str, ...]]:
    """Names, phones, ids and home addresses of everyone who reported this matter, as they stand and as they stood before: the
    words of one report may name who told of another. Opened once, if at all, in the caller's transaction."""

    @cache
    def people() -> tuple[str, ...]:
        links = incidents.links_of(conn, [incident]).get(incident, [])
        mine = [str(resident_id(one.event_key)) for one in links]
        data_keys, sealed = keys.of(conn, mine), events.residents(conn, mine)
        found = [one for id_ in mine if (one := _resident(vault, id_, sealed, data_keys))]
        return tuple(value for one in found for value in one.values)

    return people


def _text(vault: Vault, one: events.StoredEvent, data_keys: Mapping[str, DataKey]) -> EventText:
    key = data_keys.get(one.event.record_id)
    if key is None:
        return EventText()
    return loads(EventText, vault.open(key, EVENT_SEALED_AT, one.sealed))


def _resident(
    vault: Vault, id_: str | None, sealed: Mapping[str, bytes], data_keys: Mapping[str, DataKey]
) -> Resident | None:
    if id_ is None or id_ not in sealed or id_ not in data_keys:
        return None
    return open_resident(vault, data_keys[id_], sealed[id_])
