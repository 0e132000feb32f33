"""How the database goes about the statements of a bench: each one that looks or changes, with its plan."""

from pathlib import Path
from typing import Any

from sqlalchemy import event

from hub.store.engine import Store


class Plans:
    """Keeps every different statement that the store is given, with the parameters of the last time."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._seen: dict[str, Any] = {}
        event.listen(store.engine, "before_cursor_execute", self._see)

    def _see(self, _conn: Any, _cursor: Any, statement: str, parameters: Any, _how: Any, many: bool) -> None:
        if not many and statement.lstrip().startswith(("SELECT", "UPDATE", "DELETE")):
            self._seen[statement] = parameters

    def write(self, file: Path) -> None:
        """Each statement, and under it its plan; looks no more."""
        event.remove(self._store.engine, "before_cursor_execute", self._see)
        explain = "EXPLAIN " if self._store.is_postgresql else "EXPLAIN QUERY PLAN "
        with self._store.read() as conn, file.open("w", encoding="utf-8") as out:
            for statement, parameters in sorted(self._seen.items()):
                out.write(" ".join(statement.split()) + "\n")
                for row in conn.exec_driver_sql(explain + statement, parameters):
                    out.write(f"    {row[-1]}\n")
