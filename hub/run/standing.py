"""How known reports stand before a further revision of them: loaded and unsealed, a handful of queries a batch."""

from collections.abc import Collection

from sqlalchemy import Connection

from hub.access.vault import Vault
from hub.intake.revisions import Standing
from hub.model import EventKey
from hub.run.sealing import open_resident, texts_of
from hub.store import events, incidents, keys


def standing_of(conn: Connection, vault: Vault, reports: Collection[EventKey]) -> dict[str, Standing]:
    """Event key → how that report stands, for those of `reports` that are known.

    Words are empty and the resident is None where their key was destroyed.
    """
    versions = events.versions(conn, reports)
    if not versions:
        return {}
    newest = incidents.latest_events(conn, versions)
    stored = events.load(conn, newest.values())
    people = events.residents(conn, [r for one in stored.values() if (r := one.event.requester)])
    data_keys = keys.of(conn, [*(one.event.record_id for one in stored.values()), *people])
    texts = texts_of(vault, list(stored.values()), data_keys)
    residents = {
        id_: open_resident(vault, data_keys[id_], sealed)
        for id_, sealed in people.items()
        if id_ in data_keys
    }
    return {
        key: Standing(
            event=stored[id_].event,
            text=texts[id_],
            resident=residents.get(stored[id_].event.requester or ""),
            version=versions[key],
        )
        for key, id_ in newest.items()
    }
