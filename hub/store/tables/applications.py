"""What departments ask of the whitelist, step by step; and on which days something was shown under which grant."""

from sqlalchemy import BigInteger, Column, Index, Integer, PrimaryKeyConstraint, String, Table, Text

from hub.store.tables.base import metadata

application = Table(
    "access_application",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("department", String(64), nullable=False),
    Column("state", String(12), nullable=False),  # asked, accepted, provided, refused, withdrawn
    Column("proposal_id", String(40), nullable=False),  # that answers it; "": none
    Column("asked_us", BigInteger, nullable=False),
    Column("body", Text, nullable=False),  # hub.access.application.Application in JSON
    Index("access_application_department", "department", "asked_us"),
    Index("access_application_state", "state", "asked_us"),
    Index("access_application_proposal", "proposal_id"),
)

application_step = Table(
    "access_application_step",
    metadata,
    Column("application_id", String(40), nullable=False),
    Column("number", Integer, nullable=False),  # from 1
    Column("step", String(12), nullable=False),  # ask, accept, return, provide, refuse, withdraw
    Column("by", String(64), nullable=False),  # an account
    Column("made_us", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("proposal_id", String(40), nullable=False),
    Column("due_us", BigInteger),  # until when it had to be done, as it was reckoned then
    PrimaryKeyConstraint("application_id", "number"),
)

grant_day = Table(
    "grant_day",
    metadata,
    Column("grant_id", String(255), nullable=False),
    Column("day", String(10), nullable=False),  # in Asia/Shanghai: something was shown under it
    PrimaryKeyConstraint("grant_id", "day"),
)

audit_counted = Table(
    "audit_counted",
    metadata,
    Column("chain", String(96), primary_key=True),
    Column("seq", BigInteger, nullable=False),  # up to this block its rows stand in grant_day
)
