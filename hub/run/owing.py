"""What a department has to answer for (督办), and its own answer: over HTTP, one transaction each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub import ids
from hub.access.vault import Vault
from hub.errors import Refused
from hub.model import Actor
from hub.run.asking import Asking
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

    def __init__(self, *, store: Store, vault: Vault) -> None:
        self._store, self._vault = store, vault

    def of(self, department: str, limit: int) -> list[Asked]:
        """The department's own records, newest first."""
        with self._store.read() as conn:
            return measures.of_department(conn, department, limit)

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
