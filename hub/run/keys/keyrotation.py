"""A new master key: every data key is wrapped again, in portions."""

import secrets
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Final

from sqlalchemy import select

from hub.access.keyring import KEY_BYTES, load_keys
from hub.access.vault import DataKey, Vault
from hub.run.keys.keyfile import replace
from hub.store.engine import Store
from hub.store.engine import update as update_rows
from hub.store.tables import data_key

_PORTION: Final = 500


@dataclass(frozen=True, slots=True)
class Rotated:
    """The new master's id, and how many data keys it wraps now."""

    master: str
    rewrapped: int


def rotate(store: Store, file: Path) -> Rotated:
    """Adds a master to `file` and wraps every data key with it. Running it again finishes what was interrupted.

    Old masters stay in the file. A running worker reads it again at the first key that the new master wraps; until
    then it wraps new keys with the old one, which the next rotation wraps again.
    """
    ring = load_keys(file)
    master = next(name for n in count(len(ring.masters) + 1) if (name := f"m{n}") not in ring.masters)
    ring = ring.with_master(master, secrets.token_bytes(KEY_BYTES))
    replace(file, ring)
    vault = Vault(ring)
    after, number = "", 0
    while True:
        with store.write() as conn:
            rows = conn.execute(
                select(data_key)
                .where(data_key.c.subject > after)
                .order_by(data_key.c.subject)
                .limit(_PORTION)
            ).all()
            if not rows:
                return Rotated(master, number)
            wrapped = [vault.rewrap(DataKey(r.subject, r.wrapped, r.salt)) for r in rows]
            update_rows(
                conn,
                data_key,
                [{"subject": k.subject, "wrapped": k.wrapped} for k in wrapped],
                key=("subject",),
            )
        after, number = rows[-1].subject, number + len(rows)
