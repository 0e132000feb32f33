"""Calls of emergencies to duty phones."""

from sqlalchemy import BigInteger, Column, Index, Integer, PrimaryKeyConstraint, SmallInteger, String, Table

from hub.store.tables.base import metadata

summons = Table(
    "summons",
    metadata,
    Column("whistle_id", String(40), nullable=False),
    Column("n", SmallInteger, nullable=False),  # counts up over all calls for this whistle
    Column("id", String(40), nullable=False),  # what the gateway knows the call by, however often it is sent
    Column("channel", String(16), nullable=False),
    Column("department", String(64), nullable=False),  # whose roster the contact stands in
    Column(
        "contact", String(64), nullable=False
    ),  # a label of the roster; "" for a webhook; never the number
    Column("state", String(10), nullable=False),  # queued, accepted, delivered, taken, failed, void
    Column("code", String(24), nullable=False),  # of the error that the last try met; "" where it met none
    Column("receipt", String(128), nullable=False),  # the gateway's own id for it
    Column("detail", String(24), nullable=False),  # the gateway's own word for how it stands
    Column("tries", Integer, nullable=False),  # how often a gateway was asked in vain
    Column("made_us", BigInteger, nullable=False),
    Column("sent_us", BigInteger),  # when a gateway first took it
    Column("next_us", BigInteger),  # when it is sent or asked about next; none once nothing is to be done
    PrimaryKeyConstraint("whistle_id", "n"),
    Index(
        "summons_due",
        "channel",
        "next_us",
        sqlite_where=Column("next_us").is_not(None),
        postgresql_where=Column("next_us").is_not(None),
    ),
)
