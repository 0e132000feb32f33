"""The adapters of one process: asked for at each turn and never kept, so that a new secret serves without a restart.

Where a file of its secrets changed, an adapter is made anew; the step or request in hand finishes with the old one,
which is closed when the last of them is through.
"""

import secrets
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
import structlog
from pydantic import ValidationError

from hub.clock import Clock
from hub.errors import FixSettings, HubError
from hub.pack import Pack
from hub.plugin import Adapter, AdapterEntry, Tools
from hub.plugin.registry import Registry
from hub.run.secretfiles import files_of, filled
from hub.run.watched import Watched
from hub.settings import Settings

log = structlog.get_logger()


@dataclass(slots=True)
class _Made:
    """An adapter, the files of its secrets, and how many use it now."""

    adapter: Adapter
    watched: Watched
    users: int = 0
    untaken: str = ""
    """Why what its files hold by now is not taken; "" where it is."""


class Adapters:
    """One adapter a source, made at first use. Thread-safe."""

    def __init__(
        self, settings: Settings, pack: Callable[[], Pack], registry: Callable[[], Registry], clock: Clock
    ) -> None:
        """`pack` and `registry` are asked for when the first adapter is made."""
        self._settings, self._pack, self._registry, self._clock = settings, pack, registry, clock
        self._made: dict[str, _Made] = {}
        self._old: list[_Made] = []
        self._lock: Final = threading.RLock()

    def entry(self, source: str) -> AdapterEntry:
        """The plugin of a source; raises FixSettings C102."""
        return self._registry().entry(self._pack().sources[source].plugin)

    def now(self, source: str) -> Adapter:
        """The adapter of this moment, for who uses it at once."""
        with self._lock:
            return self._current(source).adapter

    @contextmanager
    def lent(self, source: str) -> Iterator[Adapter]:
        """The adapter for one step or request; it stays open as long, also where a newer one is made meanwhile."""
        with self._lock:
            made = self._current(source)
            made.users += 1
        try:
            yield made.adapter
        finally:
            with self._lock:
                made.users -= 1
            self._close_old()

    def _current(self, source: str) -> _Made:
        known = self._made.get(source)
        if known is None:
            known = self._made[source] = self._make(source)
        elif known.watched.changed():
            known = self._renewed(source, known)
        return known

    def _renewed(self, source: str, known: _Made) -> _Made:
        """The adapter made anew; the old one where a file is not whole, or the plugin does not take what is in it."""
        try:
            made = self._make(source)
        except HubError as error:
            return _kept(source, known, error.code)
        except Exception as error:  # foreign code: what works goes on
            return _kept(source, known, type(error).__name__)
        self._old.append(known)
        self._made[source] = made
        log.info("secret_taken", source=source)
        return made

    def _make(self, source: str) -> _Made:
        entry = self.entry(source)
        said, files = self._said(entry, source)
        watched = Watched(tuple(files.values()), self._clock)  # before they are read: no change is missed
        return _Made(entry.make(_checked(entry, filled(said, files), source), self.tools(source)), watched)

    def _said(self, entry: AdapterEntry, source: str) -> tuple[dict[str, Any], dict[str, Path]]:
        """What the pack and, over it, the settings say of a source; and the files of its secrets."""
        said = {**self._pack().sources[source].config, **self._settings.sources[source]}
        return said, files_of(entry.config, said, source)

    def trouble(self, source: str) -> HubError | None:
        """Why the secrets of a source as they stand in their files now would not be taken; None where they would."""
        try:
            entry = self.entry(source)
            _checked(entry, filled(*self._said(entry, source)), source)
        except HubError as error:
            return error
        return None

    def tools(self, source: str) -> Tools:
        """What the hub lends the adapter of `source`."""
        place = self._settings.home / "sources" / source
        place.mkdir(parents=True, exist_ok=True)
        base = self._settings.public_url or self._settings.own_url
        return Tools(
            source=source,
            clock=self._clock,
            http=http_client,
            nonce=lambda: secrets.token_hex(16),
            public_url=f"{base}/in/{source}",
            place=str(place),
        )

    def _close_old(self) -> None:
        with self._lock:
            done = [one for one in self._old if not one.users]
            self._old = [one for one in self._old if one.users]
        for one in done:
            _close(one.adapter)

    def close(self) -> None:
        """Closes all of them; may be called twice."""
        with self._lock:
            made = [*self._made.values(), *self._old]
            self._made.clear()
            self._old.clear()
        for one in made:
            _close(one.adapter)


def _kept(source: str, known: _Made, why: str) -> _Made:
    """The old one goes on, and it is said once why; the files are looked at again a second later."""
    if known.untaken != why:
        log.warning("secret_not_taken", source=source, code=why)
        known.untaken = why
    return known


def _close(adapter: Adapter) -> None:
    try:
        adapter.close()
    except Exception as error:  # foreign code: nobody needs this adapter any more
        log.warning("adapter_not_closed", error=type(error).__name__)


def _checked(entry: AdapterEntry, said: Mapping[str, Any], source: str) -> Any:
    """The plugin's own configuration. Raises FixSettings C101, which names the fields and quotes nothing."""
    try:
        return entry.config.model_validate(said)
    except ValidationError as error:
        fields = sorted({".".join(str(p) for p in one["loc"]) for one in error.errors(include_input=False)})
        raise FixSettings(
            "C101", name=", ".join(f"sources.{source}.{f}" if f else f"sources.{source}" for f in fields)
        ) from None


def http_client(**arguments: Any) -> httpx.Client:
    """A client for adapters: bounded waits, no redirects, few connections."""
    defaults: dict[str, Any] = {
        "timeout": httpx.Timeout(10.0, connect=5.0),
        "follow_redirects": False,
        "limits": httpx.Limits(max_connections=8),
    }
    return httpx.Client(**(defaults | arguments))
