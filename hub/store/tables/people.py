"""Accounts of people who work with the hub in a browser, and their sessions."""

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Table,
    Text,
)

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
    Column("subject", String(512)),  # `issuer subject` at the identity provider; null: nobody bound one
    Column("second", LargeBinary),  # sealed secret of the second factor; null: none
    Column("second_us", BigInteger),  # when it was confirmed; null: not yet, it opens nothing
    Column("second_step", BigInteger, nullable=False),  # of the last code that was taken: none is taken twice
    Column("handover", String(64), nullable=False),  # digest of the second half of a first password, "": none
    Index("account_subject", "subject", unique=True),
)

recovery = Table(
    "recovery",
    metadata,
    Column("account", String(64), nullable=False),
    Column("digest", String(64), nullable=False),  # SHA-256 of 80 random bits, gone once it was used
    PrimaryKeyConstraint("account", "digest"),
)

account_change = Table(
    "account_change",
    metadata,
    Column("account", String(64), nullable=False),
    Column("change", String(16), nullable=False),
    Column("made_by", String(64), nullable=False),
    Column("made_us", BigInteger, nullable=False),
    Column("value", String(512), nullable=False),
    PrimaryKeyConstraint("account", "change"),
)

attempt = Table(
    "signin_attempt",
    metadata,
    Column(
        "digest", String(64), primary_key=True
    ),  # SHA-256 of the cookie of a browser that is half signed in
    Column("account", String(64), nullable=False),  # whose password was right; "": on its way to the provider
    Column("epoch", Integer, nullable=False),  # the account's at that moment
    Column("nonce", String(64), nullable=False),
    Column("verifier", String(128), nullable=False),
    Column("onward", Text, nullable=False),
    Column("made_us", BigInteger, nullable=False),
    Index("signin_attempt_made", "made_us"),
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
    Column("agent", String(160), nullable=False),  # how the browser calls itself
    Index("session_account", "account"),
    Index("session_seen", "seen_us"),
)
