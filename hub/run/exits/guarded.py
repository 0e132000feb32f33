"""HTTP to departments, to no address inside our own network but those that the settings name.

A name is resolved for each call, every address that it leads to is looked at, and the connection goes to one of those: a
name that means something else a moment later gains nothing. TLS still asks for the name. No redirection is followed, no
proxy asked.
"""

from collections.abc import Callable, Iterable, Sequence
from threading import Lock
from typing import Final

import httpx

from hub.errors import FixSettings, Refused
from hub.intake.links import Following, Network, address_of, allowed_network
from hub.run.ground.resolving import Resolve, Resolving, resolve

_PATIENCE_S: Final = 10.0
_PORTS: Final = {"http": 80, "https": 443}


def networks_of(texts: Iterable[str]) -> tuple[Network, ...]:
    """Networks of our own, as the setting names them. Raises FixSettings C101 for what is none of ours, or is never called
    (link-local, metadata, multicast)."""
    found = {text: allowed_network(text) for text in texts}
    if None in found.values():
        raise FixSettings("C101", name="webhook_networks")
    return tuple(one for one in found.values() if one is not None)


def guarded(networks: Sequence[Network], *, resolve: Resolve = resolve) -> httpx.Client:
    """A client that raises Refused A338 in place of calling an address that it may not."""
    transport = GuardedTransport(networks, resolve=resolve)
    return httpx.Client(timeout=_PATIENCE_S, follow_redirects=False, transport=transport, trust_env=False)


class GuardedTransport(httpx.BaseTransport):
    """Connects to the address that was looked at. Thread-safe."""

    def __init__(
        self,
        networks: Sequence[Network],
        *,
        resolve: Resolve = resolve,
        pool: Callable[[], httpx.BaseTransport] = httpx.HTTPTransport,
    ) -> None:
        self._allowed, self._resolving = Following(networks=tuple(networks)), Resolving(resolve)
        self._lock = Lock()
        self._new_pool, self._pools = pool, dict[str, httpx.BaseTransport]()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The answer. Raises Refused A338, httpx.ConnectError where the name leads nowhere now."""
        host = request.url.host
        address = self._address(host, request.url.port or _PORTS.get(request.url.scheme, 0))
        there = httpx.Request(
            request.method,
            request.url.copy_with(host=address),
            headers=request.headers,
            stream=request.stream,
            extensions=request.extensions | ({} if address == host else {"sni_hostname": host}),
        )
        return self._pool(host).handle_request(there)

    def _address(self, host: str, port: int) -> str:
        try:
            literal = address_of(host)
            found = [host] if literal else self._resolving.addresses(host, port, within_s=_PATIENCE_S)
        except OSError:
            found = []
        if not found:
            raise httpx.ConnectError("no address")
        if not all(self._allowed.may_connect(one, "") for one in found):
            raise Refused("A338")
        return found[0]

    def _pool(self, host: str) -> httpx.BaseTransport:
        """One a name: of two names at one address, each is asked for its own certificate. Made once: it reads the
        certificates of all authorities, which takes longer than most calls."""
        with self._lock:
            pool = self._pools.get(host)
            if pool is None:
                pool = self._pools[host] = self._new_pool()
            return pool

    def close(self) -> None:
        """Ends every connection."""
        with self._lock:
            for pool in self._pools.values():
                pool.close()
            self._pools.clear()
