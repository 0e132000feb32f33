"""The adapters of one process: asked for at each turn and never kept, so that a new secret, and another version of a
plugin, serves without a restart.

Where a file of its secrets changed, or another version was chosen, an adapter is made anew; the step or request in hand finishes with the old one,
which is closed when the last of them is through. Making and closing one is foreign code: whoever it holds up is at work
for that very source, and no lock that others need is held meanwhile.
"""

import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import structlog

from hub.clock import Clock, ScenarioClock, is_due
from hub.errors import HubError
from hub.pack import Pack
from hub.plugin import Adapter, AdapterEntry, Tools
from hub.plugin.apart import Birth, Limits, Process, apart, give_to
from hub.plugin.configured import checked
from hub.plugin.lent import http_client
from hub.plugin.registry import Registry
from hub.run.ground.secretfiles import files_of, filled
from hub.run.ground.watched import Watched
from hub.run.sources.versions import Code, Versions
from hub.settings import Settings
from hub.store.choices import USUAL, Choice

log = structlog.get_logger()

_FILES: Final = 256
"""Open files of a plugin's process at most."""
_CLOSING_S: Final = 5.0
"""How long a process that ends waits for its adapters (real seconds)."""
_AGAIN: Final = timedelta(minutes=1)
"""Between two tries of a version that does not begin: it may lie on the shelf later, or the machine was busy."""


@dataclass(slots=True)
class _Made:
    """An adapter, the files of its secrets, and how many use it now."""

    adapter: Adapter
    watched: Watched
    version: str = ""
    """That was chosen when it was made; "": the installed one."""
    users: int = 0
    untaken: tuple[str, str] | None = None
    """What is not taken in its place, and why: a version, and the code or the type of its error."""
    again_at: datetime | None = None
    """When that is tried again."""


@dataclass(slots=True)
class _Place:
    """What one source has. `made` and `old` change under the lock of `Adapters`."""

    made: _Made | None = None
    old: list[_Made] = field(default_factory=list)
    making: threading.Lock = field(default_factory=threading.Lock)


class Adapters:
    """One adapter a source, made at first use. Thread-safe; a source waits for no other."""

    def __init__(
        self,
        settings: Settings,
        pack: Callable[[], Pack],
        registry: Callable[[], Registry],
        clock: Clock,
        chosen: Callable[[str], Choice] = lambda _: USUAL,
    ) -> None:
        """`pack` and `registry` are asked for when the first adapter is made; `chosen`: distribution → what is wanted of
        it, asked at each turn."""
        self.versions: Final = Versions(settings, pack, registry, chosen)
        self._settings, self._pack, self._clock = settings, pack, clock
        self._places: dict[str, _Place] = {}
        self._lock: Final = threading.Lock()
        """For a few words of bookkeeping, never while foreign code runs."""

    def entry(self, source: str) -> AdapterEntry:
        """The plugin of a source, in the version that is used; raises FixSettings C102, C121, or why it is refused."""
        return self.versions.code(self.versions.plugin(source), self.versions.choice(source).version).entry

    def is_on(self, source: str) -> bool:
        """Whether its plugin is; one that is off gives its adapter back."""
        is_on = self.versions.choice(source).is_on
        if not is_on:
            self._release(source)
        return is_on

    def _release(self, source: str) -> None:
        place = self._places.get(source)
        if place is None or (place.made is None and not place.old):
            return
        with self._lock:
            if place.made is not None:
                place.old.append(place.made)
                place.made = None
        self._close_old(place)

    def now(self, source: str) -> Adapter:
        """The adapter of this moment, for who uses it at once."""
        made = self._taken(source, self._place(source))
        with self._lock:
            made.users -= 1
        return made.adapter

    @contextmanager
    def lent(self, source: str) -> Iterator[Adapter]:
        """The adapter for one step or request; it stays open as long, also where a newer one is made meanwhile."""
        place = self._place(source)
        made = self._taken(source, place)
        try:
            yield made.adapter
        finally:
            with self._lock:
                made.users -= 1
            self._close_old(place)

    def _place(self, source: str) -> _Place:
        with self._lock:
            return self._places.setdefault(source, _Place())

    def _taken(self, source: str, place: _Place) -> _Made:
        """The adapter as it stands now, with one user more; made once more where it was closed in between."""
        while True:
            self._turn(source, place)
            with self._lock:
                if place.made is not None:
                    place.made.users += 1
                    return place.made

    def _turn(self, source: str, place: _Place) -> None:
        """Sees to it that there is an adapter, by the secrets of now. While somebody makes a newer one, others go on
        with what there is."""
        known = place.made
        if known is None:
            with place.making:
                if place.made is None:
                    self._put(place, self._make(source, self.versions.choice(source).version))
        elif self._is_old(source, known) and place.making.acquire(blocking=False):
            try:
                if place.made is known:
                    self._renew(source, place, known)
            finally:
                place.making.release()

    def _is_old(self, source: str, known: _Made) -> bool:
        """Whether its secrets changed, or another version was chosen since."""
        return known.watched.changed() or self._is_other_version(source, known)

    def _is_other_version(self, source: str, known: _Made) -> bool:
        version = self.versions.choice(source).version
        if version == known.version:
            return False
        was_tried = known.untaken is not None and known.untaken[0] == version
        return not was_tried or is_due(known.again_at or self._clock.now(), self._clock.now(), within=_AGAIN)

    def _put(self, place: _Place, made: _Made) -> None:
        with self._lock:
            if place.made is not None:
                place.old.append(place.made)
            place.made = made

    def _renew(self, source: str, place: _Place, known: _Made) -> None:
        """Makes the adapter anew; the old one stays where a file is not whole, the plugin does not take what is in it, or
        the version that was chosen does not begin."""
        version = self.versions.choice(source).version
        made = self._tried(source, version)
        if isinstance(made, str) and version != known.version and known.watched.changed_now():
            self._keep(source, known, version, made)
            version, untaken, again_at = known.version, known.untaken, known.again_at
            made = self._tried(source, version)  # what works goes on with the secrets of now
            if not isinstance(made, str):
                made.untaken, made.again_at = untaken, again_at
        if isinstance(made, str):
            self._keep(source, known, version, made)
            return
        self._put(place, made)
        log.info("adapter_renewed", source=source, version=version or "installed")

    def _tried(self, source: str, version: str) -> _Made | str:
        """The adapter in that version, or why there is none: the code or the type of an error."""
        try:
            return self._make(source, version)
        except HubError as error:
            return error.code
        except Exception as error:  # foreign code: what works goes on
            return type(error).__name__

    def _keep(self, source: str, known: _Made, version: str, why: str) -> None:
        """The old one goes on, and it is said once why; files are looked at again a second later, a version that did not
        begin a minute later, or when another one is chosen."""
        known.again_at = self._clock.now() + _AGAIN
        if known.untaken != (version, why):
            log.warning("adapter_kept", source=source, version=version or "installed", code=why)
            known.untaken = version, why

    def _make(self, source: str, version: str) -> _Made:
        code = self.versions.code(self.versions.plugin(source), version)
        said, files = self._said(code.entry, source)
        watched = Watched(tuple(files.values()), self._clock)  # before they are read: no change is missed
        return _Made(self._adapter(source, code, filled(said, files)), watched, version)

    def beside(self, source: str, version: str) -> Adapter:
        """The adapter of a source in another version, for who lets it read what is stored here and no more; to be closed
        by who asks. Raises FixSettings C101, C102, C121, or why it is refused."""
        code = self.versions.code(self.versions.plugin(source), version)
        return self._adapter(source, code, filled(*self._said(code.entry, source)))

    def _adapter(self, source: str, code: Code, plain: dict[str, Any]) -> Adapter:
        entry = code.entry
        config = checked(entry.config, plain, f"sources.{source}")
        if code.path or self.versions.runs_apart(entry.name):
            return apart(self._process(code, source, plain), entry.make)
        return entry.make(config, self.tools(source))

    def _process(self, code: Code, source: str, config: dict[str, Any]) -> Process:
        tools, clock = self.tools(source), self._clock
        give_to(tools.place, self._settings.plugin_user)  # its own small state is its own
        scenario = (
            (clock.start.isoformat(), clock.speed, clock.origin) if isinstance(clock, ScenarioClock) else None
        )
        birth = Birth(
            module=code.module,
            path=code.path,
            adapter=code.entry.name,
            config=config,
            source=source,
            place=tools.place,
            public_url=tools.public_url,
            clock=scenario,
            memory_bytes=self._settings.plugin_memory_mb << 20,
            files=_FILES,
        )
        return Process(birth, Limits(), self._settings.plugin_user)

    def _said(self, entry: AdapterEntry, source: str) -> tuple[dict[str, Any], dict[str, Path]]:
        """What the pack and, over it, the settings say of a source; and the files of its secrets."""
        said = {**self._pack().sources[source].config, **self._settings.sources[source]}
        return said, files_of(entry.config, said, f"sources.{source}")

    def trouble(self, source: str) -> HubError | None:
        """Why the secrets of a source as they stand in their files now would not be taken; None where they would."""
        try:
            entry = self.entry(source)
            checked(entry.config, filled(*self._said(entry, source)), f"sources.{source}")
        except HubError as error:
            return error
        return None

    def tools(self, source: str) -> Tools:
        """What the hub lends the adapter of `source`."""
        place = self._settings.home.resolve() / "sources" / source  # its process may stand elsewhere
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

    def _close_old(self, place: _Place) -> None:
        with self._lock:
            done = [one for one in place.old if not one.users]
            place.old = [one for one in place.old if one.users]
        for one in done:
            _close(one.adapter)

    def close(self) -> None:
        """Closes all of them side by side, and waits a few seconds for those that take their time; may be called twice."""
        with self._lock:
            places, self._places = self._places.values(), {}
            made = [one for place in places for one in (place.made, *place.old) if one is not None]
            for place in places:
                place.made, place.old = None, []
        closing = [threading.Thread(target=_close, args=(one.adapter,), daemon=True) for one in made]
        for thread in closing:
            thread.start()
        ends = time.monotonic() + _CLOSING_S
        for thread in closing:
            thread.join(max(0.0, ends - time.monotonic()))


def _close(adapter: Adapter) -> None:
    try:
        adapter.close()
    except Exception as error:  # foreign code: nobody needs this adapter any more
        log.warning("adapter_not_closed", error=type(error).__name__)
