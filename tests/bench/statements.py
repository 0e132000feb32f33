"""What a row costs by the ways of asking and writing, on a local PostgreSQL: `python -m tests.bench.statements`.

Each line: CPU µs a row of this process, and of the server. Both ways are measured in turn, twice.
"""

import os
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, select, update

from hub.bus import Message
from hub.demo.process import cpu_s
from hub.run import servers
from hub.store import migrate, outbox
from hub.store.engine import Store, insert
from hub.store.lists import among
from hub.store.moments import EPOCH
from hub.store.tables import data_key, message

ROWS: Final = 500
TIMES: Final = 40
Way = Callable[[Connection, Sequence[Any]], object]


def cost(store: Store, pid: int, portions: Sequence[Sequence[Any]], way: Way) -> tuple[float, float]:
    """CPU µs a row, here and on the server; a transaction a portion."""
    rows = sum(map(len, portions))
    server_s, own_s = cpu_s(pid), time.process_time()
    for portion in portions:
        with store.write() as conn:
            way(conn, portion)
    own_s = time.process_time() - own_s
    return own_s / rows * 1e6, (cpu_s(pid) - server_s) / rows * 1e6


def messages() -> list[list[dict[str, Any]]]:
    """Portions of an outbox, a kilobyte each message."""
    row = {"topic": "grid.events", "part": 0, "value": "测" * 330, "made_us": 1, "sent": 0}
    return [[row | {"key": os.urandom(8).hex()} for _ in range(ROWS)] for _ in range(TIMES)]


def numbers(store: Store) -> list[list[int]]:
    """Portions of messages that nobody has sent."""
    with store.read() as conn:
        seqs = list(
            conn.execute(select(message.c.seq).where(message.c.sent == 0).limit(ROWS * TIMES)).scalars()
        )
    return [seqs[at : at + ROWS] for at in range(0, len(seqs), ROWS)]


def with_in(conn: Connection, wanted: Sequence[str]) -> None:
    """A list as SQLAlchemy's IN."""
    conn.execute(select(data_key).where(data_key.c.subject.in_(wanted))).all()


def with_list(conn: Connection, wanted: Sequence[str]) -> None:
    """The same as one parameter."""
    conn.execute(select(data_key).where(among(data_key.c.subject, wanted))).all()


def mark(conn: Connection, wanted: Sequence[int]) -> None:
    """What the relay did before there were parcels: each message is written again."""
    conn.execute(update(message).where(among(message.c.seq, wanted)).values(sent=1))


def say(conn: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Messages of one transaction, with their parcel."""
    said = [Message(one["topic"], one["key"], one["value"]) for one in rows]
    outbox.Outbox({}, is_log=False).append(conn, said, EPOCH)


def sent(conn: Connection, wanted: Sequence[int]) -> None:
    """The relay has carried parcels."""
    outbox.mark_sent(conn, wanted)


def measure(store: Store, pid: int) -> None:
    """Prints every way beside its other."""
    subjects = [[os.urandom(16).hex() for _ in range(ROWS - n % 2 * n)] for n in range(TIMES)]
    with store.write() as conn:
        for some in subjects:
            insert(conn, data_key, [{"subject": s, "wrapped": b"x" * 60, "salt": b"x" * 16} for s in some])
    for _ in range(2):
        tell("keys by a list, IN", *cost(store, pid, subjects, with_in))
        tell("keys by a list, one parameter", *cost(store, pid, subjects, with_list))
        tell("messages, INSERT", *cost(store, pid, messages(), lambda c, rows: insert(c, message, rows)))
        tell("messages marked one by one", *cost(store, pid, numbers(store), mark))
        tell("messages, COPY, in parcels", *cost(store, pid, messages(), say))
        tell("messages marked by parcel", *cost(store, pid, numbers(store), sent))


def tell(what: str, own_us: float, server_us: float) -> None:
    """One line."""
    print(f"{what:<32} hub {own_us:5.1f}  server {server_us:5.1f}")


def main() -> None:
    """Starts a server, measures, stops it."""
    with tempfile.TemporaryDirectory(prefix="gridplus-bench-") as place:
        Path(place).chmod(0o755)
        with servers.postgresql(Path(place) / "postgresql") as running:
            store = Store(running.address)
            migrate.up(store)
            measure(store, running.process.pid)
            store.close()


if __name__ == "__main__":
    main()
