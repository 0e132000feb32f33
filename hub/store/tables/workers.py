"""Workers, sources and principals; what was looked at, and under which grants and contracts."""

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
    text,
)

from hub.store.tables.base import metadata

lease = Table(
    "lease",
    metadata,
    Column("name", String(96), primary_key=True),
    Column("holder", String(96), nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("until_us", BigInteger, nullable=False),
)

cursor = Table(
    "source_cursor",
    metadata,
    Column("source", String(64), primary_key=True),
    Column("cursor", Text, nullable=False),
    Column("pages", BigInteger, nullable=False),
    Column("moved_us", BigInteger, nullable=False),
)

adapter_state = Table(
    "adapter_state",
    metadata,
    Column("source", String(64), primary_key=True),
    Column("plugin", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("code", String(24), nullable=False),
    Column("since_us", BigInteger, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("wish", String(8), nullable=False, server_default=""),  # pause, resume: what a person wants of it
    Column("trouble", Text, nullable=False, server_default=""),  # JSON: the last one, also once it has passed
    Column(
        "test_asked_us", BigInteger, nullable=False, server_default="0"
    ),  # a person wants to know if it answers
    Column("test_done_us", BigInteger, nullable=False, server_default="0"),
    Column("test_trouble", Text, nullable=False, server_default=""),  # JSON; "": it answered
)

plugin_choice = Table(
    "plugin_choice",
    metadata,
    Column("distribution", String(128), primary_key=True),
    Column("version", String(64), nullable=False),  # "": the installed one
    Column("before", String(64)),  # what was used before it; NULL: nothing was chosen
    Column("is_on", SmallInteger, nullable=False),
    Column("changed_us", BigInteger, nullable=False),
)

principal = Table(
    "principal",
    metadata,
    Column("key_hash", String(64), primary_key=True),
    Column("kind", String(12), nullable=False),  # department, post, centre, staff, source
    Column("name", String(64), nullable=False),
    Column("made_us", BigInteger, nullable=False),
    Column("revoked_us", BigInteger),
    Column(
        "is_certificate", SmallInteger, nullable=False, server_default="0"
    ),  # 1: no key, a certificate's digest
    Index("principal_name", "kind", "name"),
)

access_token = Table(
    "access_token",
    metadata,
    Column("digest", String(64), primary_key=True),  # SHA-256 of 256 random bits
    Column("key_hash", String(64), nullable=False),  # of the principal: the token ends with its key
    Column("scopes", String(32), nullable=False),
    Column("until_us", BigInteger, nullable=False),
    Index("access_token_until", "until_us"),
)

staff = Table(
    "staff",
    metadata,
    Column("department", String(64), nullable=False),
    Column("phone_index", LargeBinary, nullable=False),
    PrimaryKeyConstraint("department", "phone_index"),
)

audit = Table(
    "audit",
    metadata,
    Column("chain", String(96), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("made_us", BigInteger, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("rows", Text, nullable=False),
    PrimaryKeyConstraint("chain", "seq"),
    Index("audit_made", "made_us"),
)

audit_head = Table(
    "audit_head",
    metadata,
    Column("chain", String(96), primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("digest", String(64), nullable=False),  # of the chain's last block
    Column("seal", String(64), nullable=False),  # keyed: blocks that were cut off cannot be forgotten with it
    Column("anchored", BigInteger, nullable=False, server_default="0"),  # up to this block it was anchored
    Index(
        "audit_unanchored",
        "chain",
        sqlite_where=text("seq <> anchored"),
        postgresql_where=text("seq <> anchored"),
    ),
)

# -- grants and contracts: what was used -----------------------------------------------------------------

contract_version = Table(
    "contract_version",
    metadata,
    Column("id", String(100), primary_key=True),  # department-vN, as whistles remember it
    Column("first_used_us", BigInteger, nullable=False),
    Column("body", Text, nullable=False),  # contract.v1 JSON
)

row_read = Table(
    "row_read",
    metadata,
    Column("grant_id", String(255), nullable=False),
    Column("day", String(10), nullable=False),  # in Asia/Shanghai
    Column("row_id", String(40), nullable=False),  # resident, report or matter
    Column("number", Integer, nullable=False),  # how many rows of that grant and day, with this one
    PrimaryKeyConstraint("grant_id", "day", "row_id"),
    Index("row_read_number", "grant_id", "day", "number", unique=True),
)

fact = Table(
    "fact",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)
