"""How far an address reaches: what is not loopback needs TLS, or somebody who says otherwise."""

import ipaddress
from pathlib import Path

from hub.errors import FixSettings
from hub.run.keys.certificate import context_of
from hub.settings import Settings


def is_loopback(host: str) -> bool:
    """Whether only this machine can come in, or be meant, by `host`; a name other than localhost is not looked up."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def check_listener(settings: Settings) -> None:
    """Returns where the web worker may listen as the settings say. Raises FixSettings C144 where others could read
    along, C101 where certificate and key are not a pair, or clients' certificates are asked for without them."""
    cert, key = settings.tls_cert, settings.tls_key
    if cert or key:
        _check_pair(cert, key, settings.tls_client_ca)
    elif settings.tls_client_ca:
        raise FixSettings("C101", name="tls_cert")
    elif not settings.behind_proxy and not is_loopback(settings.host):
        raise FixSettings("C144")


def _check_pair(cert: Path | None, key: Path | None, client_ca: Path | None) -> None:
    if cert is None or key is None:
        raise FixSettings("C101", name="tls_cert" if cert is None else "tls_key")
    context_of(cert, key, client_ca)


def check_broker(settings: Settings, addresses: str, protocol: str) -> None:
    """Returns where Kafka at `addresses` may be spoken to by `protocol`. Raises FixSettings C145 where others could
    read along."""
    if protocol in ("SSL", "SASL_SSL") or settings.kafka_plaintext_ok:
        return
    if not all(is_loopback(one.rpartition(":")[0]) for one in addresses.split(",")):
        raise FixSettings("C145")
