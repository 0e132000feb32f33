"""The workers of one process: started together, watched, stopped together."""

import socket
import ssl
import threading
from collections.abc import Sequence
from typing import Any, Final

import uvicorn
from fastapi import FastAPI

from hub.api.certified import CertifiedProtocol
from hub.api.health import serve_health
from hub.clock import Clock
from hub.errors import FixSettings
from hub.pack import Pack
from hub.run import longlived
from hub.run.assembly import Assembly
from hub.run.ground.loop import Loop
from hub.run.keys.reach import check_listener
from hub.settings import Settings
from hub.web.app import serve

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
        return self.hub.settings.own_url

    def start(self) -> None:
        """Makes and starts the workers; raises FixSettings where settings or pack are wrong."""
        settings = self.hub.settings
        if "web" in self._workers:
            check_listener(settings)
        for source in self._sources:
            if source not in self.hub.active_sources():
                raise FixSettings("C101", name=f"sources.{source}")
        self._loops = self._made()
        if "web" in self._workers:
            self._serve(serve(self.hub, self._loops), settings.port)
        elif settings.health_port:
            self._serve(serve_health(self.hub, self._loops), settings.health_port)
        longlived.keep()
        for loop in self._loops:
            loop.start()

    def _made(self) -> list[Loop]:
        loops: list[Loop] = []
        if "intake" in self._workers:
            sources = self._sources or self.hub.active_sources()
            loops += [self.hub.intake(s) for s in sources]
            loops += [self.hub.attachments(s) for s in sources]
        if "webhooks" in self._workers:
            loops += [self.hub.webhooks(department) for department in self.hub.settings.webhooks]
            loops += self.hub.summoning() + self.hub.contacting()
        if "web" in self._workers:
            loops.append(self.hub.map_keeper())
        if self.hub.certificate is not None and ("web" in self._workers or self.hub.settings.health_port):
            loops.append(Loop("certificate", self.hub.certificate.step, idle_s=1.0, close=lambda: None))
        if "clockwork" in self._workers:
            loops += [self.hub.registrar(), self.hub.day_counts(), self.hub.grant_uses()]
        workers = ("casework", "relay", "reports", "clockwork")
        return loops + [getattr(self.hub, name)() for name in workers if name in self._workers]

    def _serve(self, app: FastAPI, port: int) -> None:
        config = uvicorn.Config(
            app,
            host=self.hub.settings.host,
            port=port,
            log_level="critical",  # a trace may quote what was sent: the handlers tell by code
            server_header=False,
            timeout_graceful_shutdown=_GRACE_S,
            ssl_certfile=self.hub.settings.tls_cert,
            ssl_keyfile=self.hub.settings.tls_key,
            **self._certified(),
        )
        config.load()
        if self.hub.certificate is not None and config.ssl is not None:
            self.hub.certificate.serve_by(config.ssl)
        self._server = uvicorn.Server(config)
        self._web = threading.Thread(target=self._server.run, name="web", daemon=True)
        self._web.start()

    def _certified(self) -> dict[str, Any]:
        """How callers' certificates are asked for, where the settings name who issues them."""
        issuers = self.hub.settings.tls_client_ca
        if issuers is None:
            return {}
        return {"http": CertifiedProtocol, "ssl_ca_certs": str(issuers), "ssl_cert_reqs": ssl.CERT_OPTIONAL}

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
