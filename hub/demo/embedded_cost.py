"""What an embedded store and bus cost: CPU of their statements, since no process of theirs could be asked.

Counted are the statements themselves, on the thread that gives them; not the rows fetched one by one
afterwards and not the commit's wait for the disk.
"""

import re
import time
from typing import Any, Final

from sqlalchemy import Engine, event

_BUS: Final = re.compile(r"\b(message|consumer_offset)\b")


class StatementCost:
    """CPU seconds of an engine's statements: `store`, and `bus` for the tables that are the embedded bus."""

    def __init__(self, engine: Engine) -> None:
        self.seconds: dict[str, float] = {"store": 0.0, "bus": 0.0}
        self._engine = engine
        self._begun = 0.0  # one thread works where the store is embedded
        event.listen(engine, "before_cursor_execute", self._before)
        event.listen(engine, "after_cursor_execute", self._after)

    def end(self) -> None:
        """Counts no more."""
        event.remove(self._engine, "before_cursor_execute", self._before)
        event.remove(self._engine, "after_cursor_execute", self._after)

    def _before(self, *_: Any) -> None:
        self._begun = time.thread_time()

    def _after(self, _conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        whose = "bus" if _BUS.search(statement) else "store"
        self.seconds[whose] += time.thread_time() - self._begun
