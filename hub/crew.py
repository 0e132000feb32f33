"""The workers of one process: started together, watched, stopped together."""

import socket
import threading
from collections.abc import Sequence
from typing import Final

import uvicorn

from hub.api.app import serve
from hub.clock import Clock
from hub.errors import FixSettings
from hub.pack import Pack
from hub.run import longlived
from hub.run.assembly import Assembly
from hub.run.loop import Loop
from hub.settings import Settings

WORKERS: Final = ("intake", "casework", "relay", "webhooks", "reports", "clockwork", "web")
"""All of them, by the names that `gridplus run` takes."""
_GRACE_S: Final = 3
"""How long an open connection may keep the web worker from stopping."""


class Crew:
    """Threads of one process around one Assembly."""

    def __init__(
        self,
        settings: Settings,
        workers: Sequence[str],
        sources: Sequence[str] = (),
        clock: Clock | None = None,
        pack: Pack | None = None,
    ) -> None:
        """`sources` empty: the intake of every configured source."""
        self.hub: Final = Assembly(settings, clock=clock, pack=pack)
        self._workers, self._sources = workers, sources
        self._loops: list[Loop] = []
        self._server: uvicorn.Server | None = None
        self._web: threading.Thread | None = None

    @property
    def url(self) -> str:
        """Where the web worker answers."""
        return f"http://{self.hub.settings.host}:{self.hub.settings.port}"

    def start(self) -> None:
        """Makes and starts the workers; raises FixSettings where settings or pack are wrong."""
        for source in self._sources:
            if source not in self.hub.active_sources():
                raise FixSettings("C101", name=f"sources.{source}")
        if "intake" in self._workers:
            self._loops += [self.hub.intake(s) for s in self._sources or self.hub.active_sources()]
        if "webhooks" in self._workers:
            self._loops += [self.hub.webhooks(department) for department in self.hub.settings.webhooks]
        for name in ("casework", "relay", "reports", "clockwork"):
            if name in self._workers:
                self._loops.append(getattr(self.hub, name)())
        if "web" in self._workers:
            self._serve()
        longlived.keep()
        for loop in self._loops:
            loop.start()

    def _serve(self) -> None:
        settings = self.hub.settings
        config = uvicorn.Config(
            serve(self.hub),
            host=settings.host,
            port=settings.port,
            log_level="critical",  # a trace may quote what was sent: the handlers tell by code
            server_header=False,
            timeout_graceful_shutdown=_GRACE_S,
        )
        self._server = uvicorn.Server(config)
        self._web = threading.Thread(target=self._server.run, name="web", daemon=True)
        self._web.start()

    def look(self) -> None:
        """Raises what ended a worker, if one ended that nobody stopped."""
        if self._web is not None and not self._web.is_alive():
            raise FixSettings("C107")
        for loop in self._loops:
            if loop.broken is not None:
                raise loop.broken

    def stop(self) -> None:
        """Stops everything; the step in hand is finished."""
        if self._server is not None:
            self._server.should_exit = True
        for loop in self._loops:
            loop.ask_to_stop()  # all of them first: their last steps end side by side
        for loop in self._loops:
            loop.stop()
        if self._web is not None:
            self._web.join(_GRACE_S + 2)
        self.hub.close()


def port_near(wanted: int) -> int:
    """`wanted` if nobody listens there on loopback, else a free port."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise FixSettings("C107")
