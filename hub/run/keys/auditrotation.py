"""A new audit key: new blocks are made with it; the old one stays in the file to verify what it made, and no more.

What a retired key may verify ends where it was retired: every chain's head, that is its number and last digest, is
sealed anew. Who holds only a retired key can put no block behind one, and begin no chain (decision 22).
"""

import secrets
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Final

from sqlalchemy import select

from hub.access.chain import head_seal
from hub.access.keyring import KEY_BYTES, load_keys
from hub.run.keys.keyfile import replace as write_file
from hub.store.engine import Store
from hub.store.engine import update as update_rows
from hub.store.tables import audit_head

_PORTION: Final = 500


def begin(file: Path) -> str:
    """Puts a new audit key into `file`; returns the name under which the old one stays. One that was begun and not
    finished is gone on with."""
    ring = load_keys(file)
    if ring.retiring:
        return ring.retiring
    name = next(each for n in count(len(ring.retired) + 1) if (each := f"a{n}") not in ring.retired)
    retired = {**ring.retired, name: ring.audit}
    write_file(file, replace(ring, audit=secrets.token_bytes(KEY_BYTES), retired=retired, retiring=name))
    return name


def finish(store: Store, file: Path) -> int:
    """Seals every chain's head with the new key; returns how many. Running it again finishes what was interrupted."""
    _let_writers_end(store)
    ring = load_keys(file)
    after, number = "", 0
    while True:
        with store.write() as conn:
            heads = conn.execute(
                select(audit_head)
                .where(audit_head.c.chain > after)
                .order_by(audit_head.c.chain)
                .limit(_PORTION)
                .with_for_update()
            ).all()
            sealed = [
                {"chain": h.chain, "seal": head_seal(ring.audit, h.chain, h.seq, h.digest)}
                for h in heads
                if h.seal == head_seal(ring.retired[ring.retiring], h.chain, h.seq, h.digest)
            ]  # no other: what did not fit before must not fit now
            update_rows(conn, audit_head, sealed, key=("chain",))
        if not heads:
            write_file(file, replace(load_keys(file), retiring=""))
            return number
        after, number = heads[-1].chain, number + len(sealed)


def _let_writers_end(store: Store) -> None:
    """Returns when every block that was made with the old key is committed. A writer looks at the file once its block
    lies in the table: one that comes after us sees the new key, and begins again where it had the old one."""
    with store.write() as conn:  # on SQLite one writer at a time
        if store.is_postgresql:
            conn.exec_driver_sql("LOCK TABLE audit IN SHARE ROW EXCLUSIVE MODE")
