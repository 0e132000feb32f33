"""A new master key: every data key is wrapped again, in portions, while the hub goes on."""

import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import select

from hub.access.keyring import KEY_BYTES, load_keys
from hub.access.vault import DataKey, Vault
from hub.run.keyfile import replace
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
    """Adds a master to `file` and wraps every data key with it. Old masters stay in the file: running
    workers still use them until they start anew. Running it again finishes what was interrupted."""
    ring = load_keys(file)
    master = f"m{len(ring.masters) + 1}"
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
