"""What people have entered on our own pages: whose, when and as what; its words stand in its record alone."""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table

from hub.store.tables.base import metadata

entered = Table(
    "entered",
    metadata,
    Column("event_key", String(40), primary_key=True),  # of its report, by which answers are found
    Column("source", String(64), nullable=False),
    Column("number", String(64), nullable=False),  # the report's own, as people quote it
    Column("account", String(64), nullable=False),
    Column("category", String(64), nullable=False),  # as it was entered
    Column("photos", Integer, nullable=False),
    Column("entered_us", BigInteger, nullable=False),
    Index("entered_by", "account", "source", "entered_us"),
    Index("entered_at", "entered_us"),
)
