"""The rows of one person, by the blind index. Opened here to compare, shown to nobody."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from hub.access.rights import Fit, Person, fit
from hub.access.vault import Vault
from hub.run.ground.sealing import open_resident
from hub.store import keys, requests
from hub.store.requests import FOUND, Theirs

_BY: Final = ("phone", "id_number")


@dataclass(frozen=True, slots=True)
class Found:
    """Reports of the person who asks. `unsure`: how many more have the phone under another name."""

    theirs: tuple[Theirs, ...]
    unsure: int


def find(conn: Connection, vault: Vault, person: Person) -> Found:
    """What is stored of `person` now."""
    phones, numbers = (_indexes(vault, kind, person) for kind in _BY)
    sealed = requests.residents_by(conn, phones, numbers)
    data_keys = keys.of(conn, sealed)
    fits = {
        id_: fit(person, open_resident(vault, data_keys[id_], one))
        for id_, one in sealed.items()
        if id_ in data_keys
    }
    mine = requests.keys_of(conn, (id_ for id_, said in fits.items() if said is Fit.SAME))
    theirs = tuple(Theirs(key, id_, FOUND) for id_, key in sorted(mine.items()))
    return Found(theirs, sum(said is Fit.UNSURE for said in fits.values()))


def _indexes(vault: Vault, kind: str, person: Person) -> Sequence[bytes]:
    value: str = getattr(person, kind)
    return vault.blinds(kind, value) if value else ()
