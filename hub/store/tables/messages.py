"""The outbox, which is also the embedded bus."""

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Table,
    Text,
)

from hub.store.tables.base import metadata

message = Table(
    "message",
    metadata,
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("topic", String(128), nullable=False),
    Column("part", Integer, nullable=False),
    Column("key", String(64), nullable=False),
    Column("value", Text, nullable=False),
    Column("made_us", BigInteger, nullable=False),
    Column("sent", SmallInteger, nullable=False),  # 1: it lies on the embedded bus; 0: its parcel is carried
    Index(
        "message_topic",
        "topic",
        "part",
        "seq",
        sqlite_where=Column("sent") == 1,
        postgresql_where=Column("sent") == 1,
    ),
    sqlite_autoincrement=True,
)

parcel = Table(
    "parcel",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("number", Integer, nullable=False),  # of its messages, which wait for the relay
)

offset = Table(
    "consumer_offset",
    metadata,
    Column("grp", String(64), nullable=False),
    Column("topic", String(128), nullable=False),
    Column("part", Integer, nullable=False),
    Column("next", BigInteger, nullable=False),
    PrimaryKeyConstraint("grp", "topic", "part"),
)
