"""Whose phones are a department's own (N59): known by their blind indexes; the numbers themselves are not kept."""

from sqlalchemy import Connection, delete, select

from hub.access.vault import Vault
from hub.pack import Pack
from hub.store.engine import Row, Store, insert
from hub.store.tables import staff


class Staff:
    """The staff of every department that the pack names, and of packs before."""

    def __init__(self, pack: Pack, vault: Vault, store: Store) -> None:
        self._pack, self._vault, self._store = pack, vault, store
        self._known: dict[str, set[bytes]] = {}
        self._generation = -1

    def is_staff(self, department: str, phone: str) -> bool:
        """Whether `phone` is one of the department's."""
        indexes = self._vault.blinds("phone", phone)
        if self._vault.generation != self._generation:  # at first, and when the keys changed
            self._learn()
        return not self._known.get(department, set()).isdisjoint(indexes)

    def _learn(self) -> None:
        generation, known = self._vault.generation, dict[str, set[bytes]]()
        with self._store.write() as conn:
            insert(conn, staff, rows_of(self._pack, self._vault))
            for r in conn.execute(select(staff)):
                known.setdefault(r.department, set()).add(bytes(r.phone_index))
        self._known, self._generation = known, generation


def rows_of(pack: Pack, vault: Vault) -> list[Row]:
    """What is stored of the pack's staff, by the vault's present blind key."""
    return [
        {"department": o.id, "phone_index": index}
        for o in pack.organisations.values()
        for phone in o.staff_phones
        if (index := vault.blind("phone", phone)) is not None
    ]


def keep_only(conn: Connection, rows: list[Row]) -> int:
    """Makes `rows` all that is stored; returns how many others there were. A pack that is gone left no number that
    could be indexed anew."""
    insert(conn, staff, rows)
    kept = {(r["department"], r["phone_index"]) for r in rows}
    old = [r for r in conn.execute(select(staff)).all() if (r.department, bytes(r.phone_index)) not in kept]
    for r in old:
        conn.execute(
            delete(staff).where(staff.c.department == r.department, staff.c.phone_index == r.phone_index)
        )
    return len(old)
