"""How far an address reaches: what is not loopback needs TLS, or somebody who says otherwise."""

import ipaddress

from hub.errors import FixSettings
from hub.settings import Settings


def is_loopback(host: str) -> bool:
    """Whether only this machine can come in, or be meant, by `host`; a name other than localhost is not looked up."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def check_listener(settings: Settings) -> None:
    """Returns where the web worker may listen as the settings say. Raises FixSettings C144 where others could read
    along, C101 for half a pair of certificate and key, C119 where they cannot be read."""
    pair = {"tls_cert": settings.tls_cert, "tls_key": settings.tls_key}
    given = {name: file for name, file in pair.items() if file}
    if len(given) == 1:
        raise FixSettings("C101", name=", ".join(pair.keys() - given.keys()))
    for file in given.values():
        if not file.is_file():
            raise FixSettings("C119", name=str(file))
    if not given and not settings.behind_proxy and not is_loopback(settings.host):
        raise FixSettings("C144")


def check_broker(settings: Settings, addresses: str, protocol: str) -> None:
    """Returns where Kafka at `addresses` may be spoken to by `protocol`. Raises FixSettings C145 where others could
    read along."""
    if protocol in ("SSL", "SASL_SSL") or settings.kafka_plaintext_ok:
        return
    if not all(is_loopback(one.rpartition(":")[0]) for one in addresses.split(",")):
        raise FixSettings("C145")
