"""Words and people of events under the vault: sealed on their way into the store, opened on their way out.

May hold which column a value is sealed for. May not hold a query or a rule about who may see it.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from hub import ids
from hub.access.vault import DataKey, Vault
from hub.jsonform import dumps, loads
from hub.model import AttachmentRef, EventText, Resident
from hub.store import attachments, events
from hub.understood import Understood

EVENT_SEALED_AT: Final = "event.sealed"
RESIDENT_SEALED_AT: Final = "resident.sealed"
LINK_SEALED_AT: Final = "attachment.sealed_ref"
FILE_SEALED_AT: Final = "attachment.sealed"
CONTACT_SEALED_AT: Final = "contact.sealed"
PICTURE_SEALED_AT: Final = "attachment.sealed_shown"

MOST_FETCHED: Final = 20
"""Files of one revision that are fetched."""
_MOST_NOTED: Final = 100
"""Files of one revision that are noted at all; its event says how many there were."""


def seal_event(vault: Vault, key: DataKey, one: Understood) -> events.NewEvent:
    """The event as it is stored, its words sealed under its record's key."""
    sealed = vault.seal(key, EVENT_SEALED_AT, dumps(one.text).encode())
    return events.NewEvent(event=one.event, body=one.body, why=one.why, sealed=sealed)


def seal_resident(vault: Vault, key: DataKey, person: Resident) -> events.NewResident:
    """A requester as stored, sealed under a key of their own; indexes are blind."""
    return events.NewResident(
        id=person.id,
        sealed=vault.seal(key, RESIDENT_SEALED_AT, dumps(person).encode()),
        phone_index=vault.blind("phone", person.phone) if person.phone else None,
        id_number_index=vault.blind("id_number", person.id_number) if person.id_number else None,
    )


def open_resident(vault: Vault, key: DataKey, sealed: bytes) -> Resident:
    """A requester, unsealed."""
    return loads(Resident, vault.open(key, RESIDENT_SEALED_AT, sealed))


def texts_of(
    vault: Vault, stored: Sequence[events.StoredEvent], data_keys: Mapping[str, DataKey]
) -> dict[str, EventText]:
    """Event id → its words, unsealed; empty words where the record's key was destroyed."""
    return {one.event.id: open_text(vault, data_keys.get(one.event.record_id), one.sealed) for one in stored}


def open_text(vault: Vault, key: DataKey | None, sealed: bytes) -> EventText:
    """The words of an event, unsealed; empty ones where the key was destroyed."""
    return loads(EventText, vault.open(key, EVENT_SEALED_AT, sealed)) if key else EventText()


def seal_attachments(vault: Vault, key: DataKey, one: Understood) -> Iterator[attachments.NewAttachment]:
    """The files that a report came with, as they are wanted: link and name sealed under its record's key."""
    for number, ref in enumerate(one.attachments[:_MOST_NOTED]):
        yield attachments.NewAttachment(
            id=ids.attachment_id(one.event.key, vault.fingerprint(ref.url.encode())),
            event_id=one.event.id,
            event_key=one.event.key,
            record_id=one.event.record_id,
            source=one.event.source,
            sealed_ref=vault.seal(key, LINK_SEALED_AT, dumps(ref).encode()),
            code="" if number < MOST_FETCHED else "F107",
        )


def open_link(vault: Vault, key: DataKey, sealed: bytes) -> AttachmentRef:
    """Where a file lies and what its source calls it, unsealed."""
    return loads(AttachmentRef, vault.open(key, LINK_SEALED_AT, sealed))
