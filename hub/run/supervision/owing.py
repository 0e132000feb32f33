"""What a department has to answer for (督办), under the grants of this moment, and its own answer: over HTTP, one
transaction each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from hub import ids
from hub.access.exits import Exit
from hub.access.vault import Vault
from hub.access.whitelist import Whitelist
from hub.errors import Refused
from hub.model import Actor
from hub.run.ground.ledger import Ledger
from hub.run.supervision.asking import Asking
from hub.run.supervision.owned import Owned, Record, Shown
from hub.store import measures, turns
from hub.store.engine import Store
from hub.store.measures import Asked
from hub.whistle.supervision import State


@dataclass(frozen=True, slots=True)
class Answered:
    """The record as it stands after the answer; `repeated` where the same answer had come before."""

    measure_id: str
    state: State
    version: int
    repeated: bool


class Owing:
    """One object serves all threads of a process."""

    def __init__(self, *, store: Store, vault: Vault, whitelist: Whitelist) -> None:
        self._store, self._vault = store, vault
        self._owned = Owned(store, "measure", Exit.HTTP_MEASURE, whitelist)

    def list(self, department: str, limit: int, *, ledger: Ledger, now: datetime) -> Shown:
        """The newest records of `department` as it may see them now, newest first: of each what its grants of `measure.*`
        give."""

        def newest(conn: Connection) -> Sequence[Record]:
            found = measures.of_department(conn, department, limit)
            return [(one.id, one.whistle_id, _view(one)) for one in found]

        return self._owned.list(department, newest, ledger=ledger, now=now)

    def answer(self, department: str, measure_id: str, said: Mapping[str, Any], now: datetime) -> Answered:
        """Stores `department`'s answer: its `nonce`, its `words`, and the `version` that it saw, if it says so.

        Raises Refused W135 where it has no such record, W141 where that was moved since, else as `Asking.answer`.
        """
        nonce = ids.digest_of("measure answer", measure_id, department, said["nonce"])
        vault = self._vault  # its keys are looked for in the store: not while that is written to
        with self._store.write() as conn:
            one = measures.load(conn, [measure_id]).get(measure_id)
            if one is None or one.department != department:  # not yours and not there look alike
                raise Refused("W135")
            if any(made.nonce == nonce for made in turns.of_subjects(conn, [one.id]).get(one.id, [])):
                return Answered(one.id, one.state, one.version, repeated=True)
            if said.get("version") not in (None, one.version):
                raise Refused("W141", version=one.version)
            desk = Asking(conn, vault, by=department, at=now)
            state = desk.answer(one.id, said["words"], actor=Actor.DEPARTMENT, nonce=nonce)
        return Answered(one.id, state, one.version + 1, repeated=False)


def _view(one: Asked) -> dict[str, object]:
    return {
        "id": one.id,
        "kind": one.kind.value,
        "whistle_id": one.whistle_id,
        "why": one.why.value,
        "cards": list(one.cards),
        "opened_at": one.opened_at,
        "due_at": one.due_at,
        "state": one.state.value,
        "version": one.version,
    }
