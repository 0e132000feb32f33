"""Two versions of a plugin side by side on what is stored of one source: what would become of its records otherwise.

The other version reads and tells nothing and nothing of it is stored: it is given the stored bytes. Fields are named,
and never what stands in them.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from hub.access.vault import Vault
from hub.errors import HubError
from hub.model import Arrival
from hub.plugin import Adapter, Body, Filters
from hub.plugin.samples import as_json
from hub.run.sources.reception import SEALED_AT
from hub.store import records
from hub.store.engine import Store, chunks

_EXAMPLES: Final = 5
"""Records that are named for each difference."""
_AT_ONCE: Final = 20
"""Records that are in memory at one time, however many are compared."""
REPORTS: Final = "reports"
"""Another number of reports."""
FATE: Final = "fate"
"""One version reads the record, or both end it otherwise."""
DROPPED: Final = "ingress"
"""The other version would not let in all that was stored."""


@dataclass(slots=True)
class Compared:
    """What came of it. A difference is `FATE`, `REPORTS`, `DROPPED`, or the name of a field of the reports."""

    records: int = 0
    alike: int = 0
    differences: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)
    """Difference → ids of records."""

    @property
    def told(self) -> dict[str, dict[str, Any]]:
        """Difference → how many records, and some of them."""
        return {
            name: {"records": number, "examples": self.examples[name]}
            for name, number in self.differences.most_common()
        }

    def note(self, record: str, found: Iterable[str]) -> None:
        """What was found about one record."""
        named = sorted(set(found))
        self.records += 1
        self.alike += not named
        self.differences.update(named)
        for one in named:
            shown = self.examples.setdefault(one, [])
            if len(shown) < _EXAMPLES:
                shown.append(record)


class Shadow:
    """Compares what is stored of `source`, its newest `most` records at first, and then what has come since."""

    def __init__(self, store: Store, vault: Vault, source: str, *, most: int) -> None:
        self._store, self._vault, self._source, self._most = store, vault, source, most
        self._behind: records.Behind | None = None
        self.found: Final = Compared()

    def look(self, now: Adapter, other: Adapter) -> None:
        """What `other` makes of the records in the place of `now`; those whose key is gone are left out."""
        with self._store.read() as conn:
            ids = records.lately(conn, self._source, self._most, self._behind)
        for part in chunks(ids, _AT_ONCE):
            self._compare(part, now, other)

    def _compare(self, ids: Sequence[str], now: Adapter, other: Adapter) -> None:
        with self._store.read() as conn:
            portion = records.with_bodies(conn, ids)
        for one in portion:
            self._behind = one.received_at, one.id
            if one.key is not None and one.sealed:
                body = Body(self._vault.open(one.key, SEALED_AT, one.sealed), one.kind)
                arrival = Arrival(one.received_at, one.kind)
                self.found.note(one.id, _differences(body, arrival, now, other))


def _differences(body: Body, arrival: Arrival, now: Adapter, other: Adapter) -> Iterator[str]:
    let_in: bytes | None = body.content
    if isinstance(other, Filters):
        let_in = other.admit(body).content
        if let_in != body.content:
            yield DROPPED
    if let_in is None:
        return
    mine, theirs = _made(now, body, arrival), _made(other, Body(let_in, body.kind), arrival)
    if isinstance(mine, str) or isinstance(theirs, str):
        if mine != theirs:
            yield FATE
        return
    if len(mine) != len(theirs):
        yield REPORTS
    for one, another in zip(mine, theirs, strict=False):
        yield from (name for name in one.keys() | another.keys() if one.get(name) != another.get(name))


def _made(adapter: Adapter, body: Body, arrival: Arrival) -> list[dict[str, Any]] | str:
    """The reports as plain JSON, or the code of what became of the record."""
    try:
        return [as_json(one) for one in adapter.normalise(body, arrival)]
    except HubError as error:
        return error.code
    except Exception as error:  # foreign code: what comes out is a finding
        return type(error).__name__
