"""Incidents, the links that make them, the blocks that find them, and the queues beside them."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    Index,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Table,
    Text,
    text,
)

from hub.store.tables.base import metadata

OPEN_AND_ANNOUNCED: Final = text("until_us IS NOT NULL AND state = 'open'")
"""Of an incident: until when something explains what is reported."""

incident = Table(
    "incident",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("category", String(64), nullable=False),
    Column("state", String(10), nullable=False),
    Column("subdistrict_id", String(16)),
    Column("opened_us", BigInteger, nullable=False),
    Column("last_us", BigInteger, nullable=False),
    Column("closed_us", BigInteger),
    Column("version", Integer, nullable=False),
    Column("lon", Float),
    Column("lat", Float),
    Column("body", Text, nullable=False),  # incident.v1 JSON
    Column("changed_us", BigInteger, nullable=False, server_default="0"),  # when it was written last
    Column("handling", String(10), nullable=False, server_default="call"),
    Column("until_us", BigInteger),  # when what was announced is over
    Index(
        "incident_until",
        "until_us",
        sqlite_where=OPEN_AND_ANNOUNCED,
        postgresql_where=OPEN_AND_ANNOUNCED,
    ),
    Index("incident_state", "state", "opened_us"),
    Index("incident_changed", "changed_us"),
    Index(  # the past: what was open at a moment was closed after it
        "incident_closed",
        "closed_us",
        sqlite_where=Column("closed_us").is_not(None),
        postgresql_where=Column("closed_us").is_not(None),
    ),
    Index(
        "incident_unmapped",  # those whose code no table knows: few, and looked for by engineers
        "opened_us",
        sqlite_where=Column("category") == "unmapped",
        postgresql_where=Column("category") == "unmapped",
    ),
)

_OPEN: Final = Column("closed_us").is_(None)
_OVER: Final = Column("closed_us").is_not(None)

block = Table(
    "block",
    metadata,
    Column("block", String(64), nullable=False),
    Column("incident_id", String(40), nullable=False),
    Column("last_us", BigInteger, nullable=False),
    # degrees, around its reports here; None: found here wherever they are (hub.incident.blocks)
    Column("west", Float),
    Column("south", Float),
    Column("east", Float),
    Column("north", Float),
    # of its incident: when it was closed, 0 once no report joins or repeats it; None: open (hub.store.blocks)
    Column("closed_us", BigInteger),
    PrimaryKeyConstraint("incident_id", "block"),
    Index("block_open", "block", "last_us", sqlite_where=_OPEN, postgresql_where=_OPEN),
    Index("block_over", "block", "closed_us", "incident_id", sqlite_where=_OVER, postgresql_where=_OVER),
)

link = Table(
    "link",
    metadata,
    Column("event_key", String(40), nullable=False),
    Column("incident_id", String(40), nullable=False),
    Column("seq", Integer, nullable=False),  # counts re-links of one key
    Column("event_id", String(40), nullable=False),
    Column("verdict", String(12), nullable=False),
    Column("reasons", Text, nullable=False),
    Column("linked_us", BigInteger, nullable=False),
    Column("linked_by", String(64), nullable=False),
    Column("undone_us", BigInteger),
    Column("undone_by", String(64)),
    Column(
        "filed", SmallInteger, nullable=False, server_default="0"
    ),  # 1: it stands in its dossiers, 2: its end too
    PrimaryKeyConstraint("event_key", "seq"),
    Index("link_incident", "incident_id"),
)

review = Table(
    "review",
    metadata,
    Column("event_key", String(40), nullable=False),
    Column("incident_id", String(40), nullable=False),  # the one its event opened
    Column("candidate_id", String(40), nullable=False),
    Column("score", Float, nullable=False),
    Column("reasons", Text, nullable=False),
    Column("asked_us", BigInteger, nullable=False),
    Column("owner", String(64), nullable=False),
    Column("decision", String(10)),  # link, apart
    Column("decided_by", String(64)),
    Column("decided_us", BigInteger),
    PrimaryKeyConstraint("event_key", "candidate_id"),
    Index(
        "review_asked",  # questions that nobody has answered
        "asked_us",
        sqlite_where=text("decision IS NULL"),
        postgresql_where=text("decision IS NULL"),
    ),
)

fallback = Table(
    "fallback",
    metadata,
    Column("incident_id", String(40), primary_key=True),
    Column("reason", String(32), nullable=False),
    Column("owner", String(64), nullable=False),
    Column("queued_us", BigInteger, nullable=False),
    Column("due_us", BigInteger, nullable=False),
    Column("resolved_us", BigInteger),
)
