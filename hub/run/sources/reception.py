"""Bodies become stored records: the one door by which anything a source sent comes in.

Invariant 2: whoever calls `write` acknowledges, or moves a cursor, only after its transaction commits.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from hub import ids
from hub.access.vault import DataKey, Vault
from hub.errors import BadRecord
from hub.model import Mode
from hub.plugin import Adapter, Admitted, Body, Filters
from hub.store import keys, records

SEALED_AT: Final = "record.sealed"
_APART: Final = timedelta(microseconds=1)
"""Between two records of one page: their order there is their order ever after."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """Records ready to be written, with the keys that seal them."""

    records: tuple[records.NewRecord, ...]
    keys: tuple[DataKey, ...]


class Reception:
    """Filters, seals and stores the bodies of one source."""

    def __init__(self, source: str, adapter: Adapter, vault: Vault, *, body_limit: int) -> None:
        self._source, self._vault, self._limit = source, vault, body_limit
        self._filter = adapter if isinstance(adapter, Filters) else None

    def prepare(self, bodies: Sequence[Body], *, arrival: str, mode: Mode, now: datetime) -> Prepared:
        """Sealed records of `bodies`. `arrival` names the page or request, so that reading a page again
        gives the same ids."""
        made: list[records.NewRecord] = []
        data_keys: list[DataKey] = []
        for index, body in enumerate(bodies):
            id_ = ids.record_id(self._source, arrival, index)
            admitted = self._admit(body)
            sealed = None
            if admitted.content is not None:
                key = self._vault.new_key(id_)
                data_keys.append(key)
                sealed = self._vault.seal(key, SEALED_AT, admitted.content)
            made.append(
                records.NewRecord(
                    id=id_,
                    source=self._source,
                    received_at=now + index * _APART,
                    kind=body.kind,
                    mode=mode,
                    size=len(body.content),
                    digest=self._vault.fingerprint(body.content),
                    dropped=admitted.dropped,
                    sealed=sealed,
                )
            )
        return Prepared(tuple(made), tuple(data_keys))

    def _admit(self, body: Body) -> Admitted:
        if len(body.content) > self._limit:
            return Admitted(None, ("body_too_large",))
        if self._filter is None:
            return Admitted(body.content)
        try:
            return self._filter.admit(body)
        except BadRecord:
            return Admitted(None, ("unreadable",))


def write(conn: Connection, prepared: Prepared) -> int:
    """Stores what is new of `prepared`, behind all that its source sent before; returns how many records that was."""
    keys.add(conn, prepared.keys)
    return records.add(conn, _in_order(conn, prepared.records))


def _in_order(conn: Connection, new: Sequence[records.NewRecord]) -> Sequence[records.NewRecord]:
    """`new` as it came, or, where the clock says that it came before what is stored, right behind that: which
    revision of a report counts goes by arrival, and a clock may stand still or be put back."""
    newest = records.newest_at(conn, new[0].source) if new else None
    if newest is None or newest < new[0].received_at:
        return new
    late = newest + _APART - new[0].received_at
    return [replace(one, received_at=one.received_at + late) for one in new]
