"""The web worker's certificate: a renewed pair serves from the next connection on, without a restart.

A pair is taken whole or not at all: one that is half written, or whose key is another's, leaves the old one in place.
"""

import ssl
from pathlib import Path
from typing import Final

import structlog

from hub.clock import SystemClock
from hub.errors import FixSettings, HubError
from hub.run.ground.watched import Watched

log = structlog.get_logger()


def context_of(cert: Path, key: Path, client_ca: Path | None = None) -> ssl.SSLContext:
    """What a server speaks TLS by with this pair; callers may come with a certificate of `client_ca`. Raises FixSettings
    C101 where these are not a pair, or that file holds no certificates."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(cert, key)
    except OSError:  # of which SSLError is one
        raise FixSettings("C101", name="tls_cert, tls_key") from None
    if client_ca is not None:
        try:
            context.load_verify_locations(client_ca)
        except OSError:
            raise FixSettings("C101", name="tls_client_ca") from None
        context.verify_mode = ssl.CERT_OPTIONAL
    return context


class Certificate:
    """The pair in two files. `step()` looks whether it was renewed."""

    def __init__(self, cert: Path, key: Path, client_ca: Path | None = None) -> None:
        self._cert, self._key, self._client_ca = cert, key, client_ca
        self._clock: Final = (
            SystemClock()
        )  # files change by the machine's clock, whatever the scenario's says
        self._take()
        self.fault: HubError | None = None
        """Why the pair that lies there now does not serve; None where it does."""

    def _take(self) -> None:
        watched = Watched((self._cert, self._key), self._clock)  # before they are read: no change is missed
        self._context = context_of(self._cert, self._key, self._client_ca)
        self._watched = watched

    def serve_by(self, context: ssl.SSLContext) -> None:
        """From now on every handshake under `context` is made with the pair of its moment.

        The whole context is put in place, never parts of one: loading a new certificate into a context that serves
        would leave it without a key that fits until the key is there too.
        """

        def chosen(connection: ssl.SSLObject, _name: str | None, _context: ssl.SSLContext) -> None:
            connection.context = self._context

        context.sni_callback = chosen

    def step(self) -> int:
        """Takes a renewed pair; returns 1 where it did."""
        if not self._watched.changed():
            return 0
        try:
            self._take()
        except FixSettings as error:
            if self.fault is None:
                log.warning("certificate_not_taken", code="C161")
            self.fault = HubError("C161", error=error.code)
            return 0
        self.fault = None
        log.info("certificate_taken")
        return 1
