"""A person's particulars replaced in the vault. What stood there stays known, so that older words which say it are
masked as before."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import Connection, update

from hub.access.vault import Vault
from hub.model import Resident
from hub.run.ground.sealing import open_resident, seal_resident
from hub.store import events, keys
from hub.store.tables import resident

CORRECTED_SEALED_AT: Final = "resident_request.sealed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """What shall stand there; "" leaves what stands."""

    name: str = ""
    phone: str = ""
    id_number: str = ""
    address: str = ""

    @property
    def values(self) -> Mapping[str, str]:
        """Those that were given."""
        every = ("name", "phone", "id_number", "address")
        return {one: said for one in every if (said := getattr(self, one).strip())}


def correct(conn: Connection, vault: Vault, theirs: Mapping[str, str], fresh: Corrected) -> tuple[str, ...]:
    """Of the reports in `theirs` (event key → requester) those whose requester now says `fresh`. When they were last
    told of stays as it is: a correction keeps nobody longer."""
    people = sorted(theirs.values())
    data_keys = keys.of(conn, people)
    for id_, sealed in events.residents(conn, people).items():
        if id_ not in data_keys:
            continue
        made = seal_resident(
            vault, data_keys[id_], corrected(open_resident(vault, data_keys[id_], sealed), fresh)
        )
        conn.execute(
            update(resident)
            .where(resident.c.id == id_)
            .values(sealed=made.sealed, phone_index=made.phone_index, id_number_index=made.id_number_index)
        )
    return tuple(theirs)


def corrected(person: Resident, fresh: Corrected) -> Resident:
    """`person` with the values of `fresh`, and what stood there among the former ones."""
    changed: dict[str, Any] = {
        name: said for name, said in fresh.values.items() if getattr(person, name) != said
    }
    former = (*person.former, *(getattr(person, name) for name in changed))
    return replace(person, **changed, former=tuple(dict.fromkeys(filter(None, former))))
