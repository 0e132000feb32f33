"""Proposals to change the field whitelist, what was said of each, and what was decided. Nothing here is ever changed."""

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

proposal = Table(
    "proposal",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("action", String(8), nullable=False),  # grant, change, end
    Column("changes", Text, nullable=False),  # hub.access.proposal.Change in JSON
    Column("reason", Text, nullable=False),
    Column("proposed_by", String(64), nullable=False),  # an account
    Column("proposed_us", BigInteger, nullable=False),
    Column("review_by", String(10), nullable=False),  # a day in Asia/Shanghai
    Column("needs", SmallInteger, nullable=False),  # approvals by others
    Index("proposal_proposed", "proposed_us", "id"),
)

proposal_said = Table(
    "proposal_said",
    metadata,
    Column("proposal_id", String(40), nullable=False),
    Column("number", Integer, nullable=False),  # from 1
    Column("word", String(8), nullable=False),  # approve, refuse, withdraw, review
    Column("by", String(64), nullable=False),  # an account
    Column("said_us", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("review_by", String(10), nullable=False),  # of review, the next day; else ""
    PrimaryKeyConstraint("proposal_id", "number"),
)

decision = Table(
    "grant_decision",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),  # from 1, without a gap
    Column("grant_id", String(255), nullable=False),
    Column("version", Integer, nullable=False),
    Column("proposal_id", String(40), nullable=False),
    Column("decided_us", BigInteger, nullable=False),
    Column("body", Text, nullable=False),  # grant.v1 JSON; "": it ended
    Index("grant_decision_grant", "grant_id", "number"),
)
