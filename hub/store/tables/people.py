"""Accounts of people who work with the hub in a browser, and their sessions."""

from sqlalchemy import BigInteger, Column, Index, Integer, SmallInteger, String, Table

from hub.store.tables.base import metadata

account = Table(
    "account",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("title", String(64), nullable=False),
    Column("role", String(16), nullable=False),
    Column("organisation", String(64), nullable=False),
    Column("area", String(32), nullable=False),
    Column("made_us", BigInteger, nullable=False),
    Column("made_by", String(64), nullable=False),
    Column("confirmed_by", String(64), nullable=False),  # "" until a security admin let the role hold
    Column("disabled_us", BigInteger),
    Column("password", String(128), nullable=False),  # argon2id, "" where it signs in elsewhere
    Column("must_change", SmallInteger, nullable=False),  # 1: somebody else gave the password
    Column("failures", Integer, nullable=False),  # wrong passwords since the last right one
    Column("locked_us", BigInteger, nullable=False),  # until then no password is looked at; 0: never locked
    Column("epoch", Integer, nullable=False),  # grows where all its sessions end
)

session = Table(
    "session",
    metadata,
    Column("digest", String(64), primary_key=True),  # SHA-256 of the cookie: 256 random bits
    Column("account", String(64), nullable=False),
    Column("epoch", Integer, nullable=False),  # the account's when it began
    Column("csrf", String(64), nullable=False),
    Column("made_us", BigInteger, nullable=False),
    Column("seen_us", BigInteger, nullable=False),  # to the minute
    Column("visited_us", BigInteger, nullable=False),  # when the account was last here before; 0: never
    Index("session_account", "account"),
    Index("session_seen", "seen_us"),
)
