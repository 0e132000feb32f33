"""Back-fill from files: records with mode `backfill`, which start no clock and no whistle (N78).

The same door and the same intake as live sources; only the mode differs.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from hub.bus.message import Fenced
from hub.errors import TryLater
from hub.model import Mode
from hub.plugin import Adapter, Reads
from hub.run.assembly import Assembly
from hub.run.sources.reception import Reception, write
from hub.store import cursors, leases

_ROUNDS: Final = 100_000_000


class Import:
    """One import of one file into one hub."""

    def __init__(self, hub: Assembly, source: str, adapter: Adapter) -> None:
        self._hub, self._source, self._adapter = hub, source, adapter
        self._reception = Reception(source, adapter, hub.vault, body_limit=hub.settings.body_limit)

    def run(self) -> int:
        """Stores every record of the file; returns how many. Running it again stores nothing twice.

        What is stored is worked on in between: at most `waiting_limit` records and a page are on their way,
        however long the file. Broken off at any moment, the next run goes on behind the last page that was stored.
        Raises TryLater B101 while another worker has this source.
        """
        if not isinstance(self._adapter, Reads):
            return 0
        intake = self._hub.plain_intake(self._source, self._adapter)
        casework = self._hub.plain_casework()
        stored = 0
        try:
            for _ in range(_ROUNDS):
                held = intake.lease()
                if held is None:
                    raise TryLater("B101")
                pressed = self._hub.pressure.is_on(self._source)
                try:
                    page = 0 if pressed else self._page(self._adapter, held)
                    if page is None:
                        break
                    stored += page
                    done = intake.digest(held)
                except Fenced:
                    # The blind key is changed; or another worker has the source, and then there is no lease to take.
                    intake.lost()
                    continue
                done += casework.step(timeout_s=0.0)
                if pressed and not done:  # other workers are at it
                    self._hub.clock.pause(self._hub.settings.poll_s)
        finally:
            casework.close()
        return stored

    def _page(self, adapter: Reads, held: leases.Lease) -> int | None:
        """Stores one page; how many records that was, None at the end."""
        with self._hub.store.read() as conn:
            place = cursors.get(conn, self._source)
        page = adapter.read(place.cursor)
        if not page.bodies and page.cursor == place.cursor:
            return None
        now = self._hub.clock.now()
        prepared = self._reception.prepare(
            page.bodies, arrival=f"page:{place.pages}", mode=Mode.BACKFILL, now=now
        )
        with self._hub.store.write() as conn:
            leases.hold(conn, held)
            stored = write(conn, prepared)
            cursors.move(conn, self._source, cursors.Place(page.cursor, place.pages + 1), now)
        self._hub.pressure.took(self._source, stored)
        return stored


def adapter_for(hub: Assembly, source: str, file: Path, columns: Mapping[str, Any]) -> Adapter:
    """The `file_import` adapter that reads `file` by the column map `columns`."""
    entry = hub.registry.entry("file_import")
    config = entry.config.model_validate({**columns, "files": str(file)})
    adapter: Adapter = entry.make(config, hub.adapters.tools(source))
    return adapter
