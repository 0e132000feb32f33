"""Looks for personal values where none may be: every table outside the vault, every message, every answer.

The invented requesters' names, phones, ids and home addresses are the canaries. What a department is
shown under a grant is not a leak; what lies in a topic, a column, a delivery or a log is.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from sqlalchemy import Connection, LargeBinary, select

from hub.model import Person
from hub.store.tables import metadata

_HEAD: Final = 6
"""Bytes by which a search first looks: few heads serve thousands of canaries."""


class Canaries:
    """The values to look for, and the looking."""

    def __init__(self, people: Iterable[Person]) -> None:
        self._by_head: dict[bytes, set[bytes]] = {}
        for one in people:
            for value in (one.name, one.phone, one.id_number, one.address):
                raw = value.encode()
                if raw:
                    self._by_head.setdefault(raw[:_HEAD], set()).add(raw)
        heads = sorted(self._by_head, key=len, reverse=True)
        self._heads = re.compile(b"|".join(map(re.escape, heads)) or b"(?!)")

    def shown_in(self, raw: bytes) -> bool:
        """Whether one of the values stands in `raw`."""
        for found in self._heads.finditer(raw):
            start = found.start()
            if any(raw.startswith(value, start) for value in self._by_head[found.group()]):
                return True
        return False

    def in_store(self, conn: Connection) -> dict[str, int]:
        """`table.column` → how many rows show a value; sealed columns are searched too: sealed must mean unreadable."""
        leaks: dict[str, int] = {}
        for table in metadata.sorted_tables:
            for column in table.columns:
                if not (isinstance(column.type, LargeBinary) or column.type.python_type is str):
                    continue
                rows = conn.execute(select(column).where(column.is_not(None))).scalars()
                number = sum(1 for value in rows if self.shown_in(_bytes(value)))
                if number:
                    leaks[f"{table.name}.{column.name}"] = number
        return leaks

    def in_texts(self, texts: Mapping[str, Iterable[str]]) -> dict[str, int]:
        """Exit → how many of its texts show a value."""
        leaks = {
            where: sum(1 for text in some if self.shown_in(text.encode())) for where, some in texts.items()
        }
        return {where: number for where, number in leaks.items() if number}


def _bytes(value: object) -> bytes:
    return bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
