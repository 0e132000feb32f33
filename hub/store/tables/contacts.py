"""Contacts of residents by departments through the hub. No number stands here: the report leads to it when it is sent."""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, SmallInteger, String, Table

from hub.store.tables.base import metadata

contact = Table(
    "contact",
    metadata,
    Column("id", String(40), primary_key=True),  # what the gateway knows it by, however often it is sent
    Column("whistle_id", String(40), nullable=False),
    Column("department", String(64), nullable=False),
    Column("account", String(64), nullable=False),  # who of the department; "" for its software
    Column("event_id", String(40), nullable=False),  # the report, as the department named it
    Column("event_key", String(40), nullable=False),  # the same in all its revisions
    Column("day", String(10), nullable=False),  # in Asia/Shanghai
    Column("n", SmallInteger, nullable=False),  # counts up over all contacts of this report on this day
    Column("kind", String(8), nullable=False),  # message, call
    Column("channel", String(16), nullable=False),
    Column("template", String(32), nullable=False),  # "" for words of its own, and for a call
    Column("extension", String(64), nullable=False),  # a label of the roster; "" for a message
    Column("state", String(10), nullable=False),  # queued, sent, delivered, answered, failed
    Column("code", String(24), nullable=False),  # of the error that the last try met; "" where it met none
    Column("receipt", String(128), nullable=False),  # the gateway's own id for it
    Column("detail", String(24), nullable=False),  # the gateway's own word for how it stands
    Column("tries", Integer, nullable=False),  # how often a gateway was asked in vain
    Column("made_us", BigInteger, nullable=False),
    Column("sent_us", BigInteger),  # when a gateway first took it
    Column("next_us", BigInteger),  # when it is sent or asked about next; none once nothing is to be done
    Column("digest", String(64), nullable=False),  # keyed, of what was asked for: a repeat says the same
    Column("sealed", LargeBinary, nullable=False),  # the department's own words; b"" without any
    Column("filed", SmallInteger, nullable=False, server_default="0"),  # how far its dossier tells of it
    Index("contact_day", "event_key", "day", "n", unique=True),
    Index("contact_whistle", "whistle_id", "made_us"),
    Index(
        "contact_due",
        "channel",
        "next_us",
        sqlite_where=Column("next_us").is_not(None),
        postgresql_where=Column("next_us").is_not(None),
    ),
)
