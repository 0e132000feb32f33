"""Looks for personal values where none may be: every table outside the vault, every message, every answer.

The invented requesters' names, phones, ids and home addresses are the canaries. What a department is
shown under a grant is not a leak; what lies in a topic, a column, a delivery or a log is.
"""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, LargeBinary, select

from hub.model import Person
from hub.store.tables import metadata


def values_of(people: Iterable[Person]) -> tuple[bytes, ...]:
    """The canaries as bytes in UTF-8, and as they look inside JSON without escapes."""
    found: list[bytes] = []
    for one in people:
        found += [v.encode() for v in (one.name, one.phone, one.id_number, one.address) if v]
    return tuple(found)


def in_store(conn: Connection, canaries: Sequence[bytes]) -> dict[str, int]:
    """`table.column` → how many rows show a canary; sealed columns are searched too: sealed must mean unreadable."""
    leaks: dict[str, int] = {}
    for table in metadata.sorted_tables:
        for column in table.columns:
            if not (isinstance(column.type, LargeBinary) or column.type.python_type is str):
                continue
            rows = conn.execute(select(column).where(column.is_not(None))).scalars()
            number = sum(1 for value in rows if shows(_bytes(value), canaries))
            if number:
                leaks[f"{table.name}.{column.name}"] = number
    return leaks


def in_texts(texts: Mapping[str, Iterable[str]], canaries: Sequence[bytes]) -> dict[str, int]:
    """Exit → how many of its texts show a canary."""
    leaks = {
        where: sum(1 for text in some if shows(text.encode(), canaries)) for where, some in texts.items()
    }
    return {where: number for where, number in leaks.items() if number}


def shows(raw: bytes, canaries: Sequence[bytes]) -> bool:
    """Whether one of `canaries` stands in `raw`."""
    return any(canary in raw for canary in canaries)


def _bytes(value: object) -> bytes:
    return bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
