"""From settings to Kafka: where the broker is, as whom we come, and whether it lets our workers do what they must."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from hub.bus.accounts import Account
from hub.bus.rules import Rule
from hub.errors import FixSettings, HubError
from hub.run.keys.reach import check_broker
from hub.settings import Settings

if TYPE_CHECKING:  # kafka is slow to import, and not needed on the embedded bus
    from hub.bus.kafka import KafkaSettings

_ADDRESS: Final = r"(?:[\w.-]+|\[[0-9A-Fa-f:.]+\]):[0-9]{1,5}"
_ADDRESSES: Final = re.compile(rf"{_ADDRESS}(?:,{_ADDRESS})*")
"""host:port, or several with commas between."""
_ASKING_S: Final = 5.0
"""How long a question of `doctor` or of a command waits for the broker."""

_HEARTBEAT_MS: Final = 1_000
"""A member learns from the answer to a heartbeat that another joins, and only then gives partitions up."""


def check_address(settings: Settings) -> str:
    """The brokers' addresses; "" on the embedded bus. Raises FixSettings C101 where the setting names no bus, C145
    where others could read along."""
    kind, _, address = settings.bus.partition("://")
    if kind == "embedded":
        return ""
    if kind != "kafka" or not _ADDRESSES.fullmatch(address):
        raise FixSettings("C101", name="bus")
    default = "SASL_SSL" if settings.kafka_accounts else "PLAINTEXT"
    check_broker(settings, address, str(settings.kafka_security.get("security_protocol", default)))
    return address


def settings_of(settings: Settings, account: str = "") -> "KafkaSettings":
    """How to reach the broker as `account`; "" is as `kafka_security` says. Raises FixSettings as `check_address`."""
    from hub.bus.kafka import KafkaSettings

    address = check_address(settings)
    if not address:
        raise FixSettings("C101", name="bus")
    session_ms = int(settings.kafka_session_timeout_s * 1000)
    file = settings.kafka_accounts
    return KafkaSettings(
        address,
        settings.kafka_security,
        settings.kafka_replication,
        session_timeout_ms=session_ms,
        heartbeat_ms=min(_HEARTBEAT_MS, session_ms // 3),
        prefix=settings.kafka_prefix,
        account=Account(account, settings.kafka_prefix + account, file) if account and file else None,
    )


def asking(settings: "KafkaSettings") -> "KafkaSettings":
    """The same for a command that a person waits for."""
    return replace(settings, patience_s=_ASKING_S)


def refusals(settings: Settings, rules: Mapping[str, frozenset[Rule]]) -> Iterator[HubError]:
    """What the broker refuses our workers, of `rules` by account: D131 for each, or why it cannot be asked."""
    if not check_address(settings):
        return
    from hub.bus.probe import refused

    for account, wanted in rules.items():
        try:
            for rule in refused(asking(settings_of(settings, account)), wanted):
                yield HubError("D131", account=rule.account, act=rule.act.value, name=rule.name)
        except HubError as error:
            yield error
            if settings.kafka_accounts is None:
                return  # all of them come as the same
