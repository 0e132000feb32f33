"""Whether a Kafka broker takes our account, asked on its own: the client does not say it. Nothing is sent or read here."""

from collections.abc import Mapping
from typing import Any, Final

from kafka.errors import KafkaError, SaslAuthenticationFailedError
from kafka.net import KafkaConnectionManager, NetworkSelector

_SIGN_IN_MS: Final = 5_000
_TRIES: Final = 3
_HUNG_UP: Final = "KafkaConnectionError: socket disconnected"
"""The broker hangs up behind its refusal: often the client sees that first, and the refusal not at all. A broker that
hangs up each time refuses; one that goes away refuses the next connection."""


def sign_in(client: Mapping[str, Any]) -> None:
    """Signs in once and out again; raises SaslAuthenticationFailedError where the broker refuses the password.

    kafka-python (3.0.12) takes a refused password for a broker that is away, and tries on until its time is up.
    A broker that is away is not this function's business: it returns.
    """
    if not str(client.get("security_protocol", "")).startswith("SASL"):
        return
    for _ in range(_TRIES):
        if _answer(client) != _HUNG_UP:
            return
    raise SaslAuthenticationFailedError


def _answer(client: Mapping[str, Any]) -> str:
    """What became of signing in at the first address that answers, in kafka-python's words; "" where it was fine."""
    net = NetworkSelector(**client)
    manager = KafkaConnectionManager(net, **client)
    said = ""
    try:
        for address in manager.cluster.bootstrap_brokers():
            said = _said(manager, address.node_id)
            if not said:
                break
    finally:
        manager.close()
        net.close()
    return said


def _said(manager: KafkaConnectionManager, node_id: str) -> str:
    async def arrive() -> None:
        await manager.get_connection(node_id, timeout_ms=_SIGN_IN_MS, refresh_metadata_on_err=False)

    try:
        manager.run(arrive)
    except SaslAuthenticationFailedError:
        raise
    except KafkaError as error:
        return str(error)
    return ""
