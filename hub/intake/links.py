"""Which link of a source may be followed: its text, its host and port, and the address that the name leads to.

Pure: no name is resolved here and nothing is connected to; whoever does that (`hub.run.sources.fetching`) asks here
first. Default deny: a source follows links to the hosts that its pack names, and to no others.
"""

import re
from base64 import b64decode
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final, TypeAlias
from urllib.parse import SplitResult, quote, urlsplit

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network

_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_HOLDS: Final = "data:"
_LONGEST: Final = 2048
_UNFIT: Final = re.compile(r"[\x00-\x20\x7f-\x9f\\]")
_NUMBER: Final = re.compile(r"(0[xX][0-9A-Fa-f]*|[0-9]+)")
"""A last label like this makes other readers see an IPv4 address: 2130706433, 0x7f.1, 0177.0.0.1."""
_LABEL: Final = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_IN_PATH: Final = "/%:@!$&'()*+,;=~-._"
_NEVER: Final = tuple(
    map(
        ip_network,
        (
            *("0.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4", "192.0.0.0/24"),
            *(
                "fe80::/10",
                "fec0::/10",
                "ff00::/8",
                "64:ff9b::/96",
                "64:ff9b:1::/48",
                "2002::/16",
                "2001::/32",
            ),
            # what clouds tell a machine about itself, outside the link-local networks
            *("100.100.100.200/32", "168.63.129.16/32", "fd00:ec2::/32"),
        ),
    )
)
"""Nobody's file lies there: unspecified, link-local, multicast, reserved, IPv4 wrapped in IPv6, metadata."""
_OWN: Final = tuple(
    map(
        ip_network,
        (
            *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8"),
            *("fc00::/7", "::1/128"),
        ),
    )
)
"""Where departments live, and what a pack may name a part of."""
_COMPATIBLE: Final = ip_network("::/96")
_LOOPBACK: Final = ip_address("::1")


@dataclass(frozen=True, slots=True)
class Following:
    """What one source's pack allows: (host, port) pairs, and networks of ours that those hosts may lie in."""

    hosts: frozenset[tuple[str, int]] = frozenset()
    networks: tuple[Network, ...] = ()

    def may_connect(self, address: str, host: str) -> bool:
        """Whether `address` is one that `host` may lead to: a public one, or one that the pack names."""
        ip = _unwrapped(ip_address(address))
        if is_never(ip):
            return False
        if ip.is_global:
            return True
        return str(ip) == host or any(ip in network for network in self.networks)


NOWHERE: Final = Following()
"""What holds where a pack says nothing."""


@dataclass(frozen=True, slots=True)
class Target:
    """A link that may be followed, taken apart. `host` is a name in lower case or an address."""

    is_tls: bool
    host: str
    port: int
    path: str
    """Path and query in ASCII, as they go into the request."""

    @property
    def is_address(self) -> bool:
        """Whether there is no name to resolve."""
        return address_of(self.host) is not None


@dataclass(frozen=True, slots=True)
class Unfit:
    """A link that may not, and the code of why."""

    code: str


def target_of(url: str, following: Following) -> Target | Unfit:
    """Where `url` leads. Unfit F101 where the source follows no links at all, F103 for what is no plain http(s)
    address, F102 for a host or port that the pack does not name."""
    if not following.hosts:
        return Unfit("F101")
    parts = _parts(url)
    if parts is None:
        return Unfit("F103")
    host, port = host_of(parts.hostname or ""), _port(parts)
    if host is None or port is None:
        return Unfit("F103")
    if (host, port) not in following.hosts:
        return Unfit("F102")
    path = quote(parts.path or "/", safe=_IN_PATH)
    query = f"?{quote(parts.query, safe=_IN_PATH + '?')}" if parts.query else ""
    return Target(parts.scheme == "https", host, port, path + query)


def carried(url: str) -> bytes | None:
    """The file that `url` itself holds (RFC 2397), so that nothing is followed; None for any other link, and b"" where what
    it holds is damaged."""
    if not url.startswith(_HOLDS):
        return None
    head, _, held = url.partition(",")
    try:
        return b64decode(held, validate=True) if head.endswith(";base64") else b""
    except ValueError:
        return b""


def _parts(url: str) -> SplitResult | None:
    if len(url) > _LONGEST or _UNFIT.search(url):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return None if parts.scheme not in _DEFAULT_PORTS or "@" in parts.netloc else parts


def _port(parts: SplitResult) -> int | None:
    try:
        port = parts.port
    except ValueError:
        return None
    return _DEFAULT_PORTS[parts.scheme] if port is None else port or None


def host_of(text: str) -> str | None:
    """`text` as host names are compared, an address in its plain form; None for what is neither."""
    host = text.lower().removesuffix(".")
    address = address_of(host)
    if address is not None:
        return str(_unwrapped(address))
    labels = host.split(".")
    if len(host) > 253 or _NUMBER.fullmatch(labels[-1]) or not all(map(_LABEL.fullmatch, labels)):
        return None
    return host


def address_of(host: str) -> Address | None:
    """The address that `host` is written as, without brackets; None for a name, or one with a zone."""
    try:
        return None if "%" in host else ip_address(host)
    except ValueError:
        return None


def _unwrapped(ip: Address) -> Address:
    """The IPv4 address inside `::ffff:…`: that is where a connection goes."""
    return ip.ipv4_mapped or ip if isinstance(ip, IPv6Address) else ip


def is_never(ip: Address) -> bool:
    """Whether no pack can allow this address."""
    if ip in _COMPATIBLE and ip != _LOOPBACK:
        return True
    return ip.is_multicast or any(ip in network for network in _NEVER)


def allowed_host(text: str) -> tuple[tuple[str, int], ...] | None:
    """(host, port) pairs of one entry of a pack: `name`, `name:port`, `10.1.2.3:8080`, `[fd00::1]:8080`.

    Without a port both usual ones. None for what is no host, or an address that is never connected to.
    """
    try:
        parts = urlsplit(f"//{text}")
        port = parts.port
    except ValueError:
        return None
    host = host_of(parts.hostname or "")
    if host is None or port == 0 or parts.path or parts.query or parts.fragment or "@" in text:
        return None
    address = address_of(host)
    if address is not None and is_never(address):
        return None
    return tuple((host, one) for one in ([port] if port else _DEFAULT_PORTS.values()))


def allowed_network(text: str) -> Network | None:
    """A network of our own that hosts may lie in; None for what is none, is public, or is never connected to."""
    try:
        network = ip_network(text)
    except ValueError:
        return None
    if any(_lies_in(network, never) for never in _NEVER):
        return None
    return network if any(_lies_in(network, own) for own in _OWN) else None


def _lies_in(one: Network, other: Network) -> bool:
    if isinstance(one, IPv4Network):
        return isinstance(other, IPv4Network) and one.subnet_of(other)
    return isinstance(other, IPv6Network) and one.subnet_of(other)


def following(hosts: Iterable[str], networks: Iterable[str] = ()) -> Following:
    """What those entries allow; entries that are wrong allow nothing."""
    pairs = (pair for one in hosts for pair in allowed_host(one) or ())
    found = (network for one in networks if (network := allowed_network(one)) is not None)
    return Following(frozenset(pairs), tuple(found))
