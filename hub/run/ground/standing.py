"""How known reports stand before a further revision of them: loaded and unsealed, a handful of queries a batch."""

from collections.abc import Collection

from sqlalchemy import Connection

from hub.access.vault import Vault
from hub.intake.revisions import Standing
from hub.model import EventKey
from hub.run.ground.sealing import open_resident, texts_of
from hub.store import events, keys


def standing_of(conn: Connection, vault: Vault, reports: Collection[EventKey]) -> dict[str, Standing]:
    """Event key → how that report stands, for those of `reports` that are known.

    Words are empty and the resident is None where their key was destroyed.
    """
    newest = events.newest(conn, reports)
    if not newest:
        return {}
    stored = events.load(conn, (one.event_id for one in newest.values()))
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
            event=stored[one.event_id].event,
            text=texts[one.event_id],
            resident=residents.get(stored[one.event_id].event.requester or ""),
            version=one.version,
        )
        for key, one in newest.items()
    }
