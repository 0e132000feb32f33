"""What two persons had shown beyond the whitelist: reveals of one field, emergencies for one matter. No value stands here."""

from sqlalchemy import BigInteger, Column, Index, Integer, SmallInteger, String, Table, Text

from hub.store.tables.base import metadata

reveal = Table(
    "reveal",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("whistle_id", String(40), nullable=False),
    Column("department", String(64), nullable=False),
    Column("event_key", String(40), nullable=False),
    Column("field", String(64), nullable=False),
    Column("reason", Text, nullable=False),
    Column("asked_by", String(64), nullable=False),  # an account of the department
    Column("asked_us", BigInteger, nullable=False),
    Column("verdict", String(8), nullable=False),  # "", approve, refuse
    Column("decided_by", String(64), nullable=False),  # another account
    Column("decided_us", BigInteger),
    Column("looks", Integer, nullable=False),
    Column("filed", SmallInteger, nullable=False, server_default="0"),  # 1: asking, 2: the verdict, too
    Index("reveal_whistle", "whistle_id", "asked_by"),
    Index("reveal_asked", "asked_us", "id"),
    Index("reveal_department", "department", "asked_us", "id"),
)

emergency = Table(
    "emergency",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("incident_id", String(40), nullable=False),
    Column("kind", String(32), nullable=False),  # of the pack
    Column("reason", Text, nullable=False),
    Column("asked_by", String(64), nullable=False),  # an account
    Column("asked_us", BigInteger, nullable=False),
    Column("verdict", String(8), nullable=False),  # "", approve, refuse
    Column("decided_by", String(64), nullable=False),  # another account
    Column("decided_us", BigInteger),
    Column("due_us", BigInteger),  # by when it must be reviewed; NULL: it gave nothing
    Column("reviewed_by", String(64), nullable=False),
    Column("reviewed_us", BigInteger),
    Column("note", Text, nullable=False),  # of the review
    Column("filed", SmallInteger, nullable=False, server_default="0"),  # as above; 3: the review, too
    Column("ended_by", String(64), nullable=False, server_default=""),  # before its day was over
    Column("ended_us", BigInteger),
    Index("emergency_incident", "incident_id"),
    Index("emergency_asked", "asked_us", "id"),
)
