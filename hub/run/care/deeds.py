"""What a person of the consoles does, written into the audit in the transaction that does it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from hub.access.account import Result
from hub.access.audit import AuditRow
from hub.access.exits import Exit
from hub.clock import Clock
from hub.run.ground.ledger import Ledger
from hub.store.engine import Store


@dataclass(frozen=True, slots=True)
class Deeds:
    """One object serves all threads of a process. `ledger`: the audit chain of the thread that asks."""

    store: Store
    ledger: Callable[[], Ledger]
    clock: Clock

    def do(self, what: str, whom: str, by: str, work: Callable[[Connection, datetime], int | None]) -> int:
        """Does `work`; returns how many things it changed. `what` is a code, `whom` the source or department that it is
        done to, `by` the account."""
        ledger, now = self.ledger(), self.clock.now()
        with self.store.write() as conn:
            done = work(conn, now)
            number = 1 if done is None else done
            row = AuditRow(
                at=now,
                who=by,
                exit=Exit.PAGE,
                result=Result.ALLOW,
                purpose=what,
                fields=(),
                rows=(whom,),
                count=number,
            )
            ledger.append(conn, [row], now)
        ledger.committed()
        return number
