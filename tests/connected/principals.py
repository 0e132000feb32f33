"""A broker that asks who comes, with two departments and our workers enrolled on it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kafka import KafkaConsumer, KafkaProducer

from hub.bus.accounts import Account, read
from hub.bus.broker import Broker
from hub.bus.kafka import KafkaBus, KafkaSettings
from hub.bus.rules import rules_for
from hub.bus.topics import all_topics
from hub.run.keys.enrolment import Enrolled, enrol, note
from hub.run.servers import BROKER_ADMIN

PASSWORD = "of-the-tests-broker"
PREFIX = "t."
DEPARTMENTS = ("zilai", "chengguan")
PLAIN = {"security_protocol": "SASL_PLAINTEXT", "sasl_mechanism": "SCRAM-SHA-512"}
ADMIN = {**PLAIN, "sasl_plain_username": BROKER_ADMIN, "sasl_plain_password": PASSWORD}


@dataclass(frozen=True, slots=True)
class Guarded:
    """The broker's address, and the file of the accounts' passwords."""

    address: str
    file: Path

    def settings(self, account: str = "", *, patience_s: float = 5.0) -> KafkaSettings:
        """How `account` reaches it; "" is the administrator."""
        return KafkaSettings(
            self.address,
            PLAIN if account else ADMIN,
            session_timeout_ms=6000,
            heartbeat_ms=500,
            prefix=PREFIX,
            patience_s=patience_s,
            account=Account(account, PREFIX + account, self.file) if account else None,
        )

    def enrol(self, *departments: str, rotate: str = "", remove: str = "") -> Enrolled:
        """As `gridplus broker setup --file` does for a pack with these departments."""
        away = [remove] if remove else []
        with Broker(self.settings()) as broker:
            done = enrol(
                broker,
                rules_for(departments or DEPARTMENTS),
                rotate=[rotate] if rotate else [],
                remove=away,
            )
        note(self.file, done, removed=away)
        return done

    def make_topics(self) -> None:
        """Every topic of both departments."""
        bus = KafkaBus(self.settings())
        bus.ensure(all_topics(DEPARTMENTS, events_partitions=2), retention_s=86_400)
        bus.close()

    def client(self, account: str) -> dict[str, Any]:
        """Arguments with which a department's own software comes, without a line of ours."""
        return {
            "bootstrap_servers": [self.address],
            "bootstrap_timeout_ms": 5_000,
            **PLAIN,
            "sasl_plain_username": PREFIX + account,
            "sasl_plain_password": read(self.file)[account],
        }

    def producer(self, account: str) -> KafkaProducer:
        """A department's own producer."""
        return KafkaProducer(**self.client(account), max_block_ms=5_000)

    def consumer(self, account: str, group: str) -> KafkaConsumer:
        """A department's own consumer, not subscribed yet."""
        return KafkaConsumer(
            **self.client(account),
            group_id=PREFIX + group,
            auto_offset_reset="earliest",
            enable_auto_commit=False,
            allow_auto_create_topics=False,
        )
