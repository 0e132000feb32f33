"""Requests of residents about what the hub holds of them, and what retention let go. No person stands here: ids, codes
and counts; `sealed` is under the request's own key, which goes when the request ends."""

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
)

from hub.store.tables.base import metadata

resident_request = Table(
    "resident_request",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("kind", String(8), nullable=False),  # copy, correct, delete
    Column("basis", String(16), nullable=False),
    Column("reference", String(40), nullable=False),  # the file in which who asks proved who they are
    Column("state", String(8), nullable=False),  # entered, agreed, done, refused
    Column("unsure", Integer, nullable=False),  # rows of the same phone under another name: left alone
    Column("due_us", BigInteger, nullable=False),
    Column("sealed", LargeBinary, nullable=False),  # values of a correction until it is made; b"" else
    Index("resident_request_state", "state", "due_us"),
)

resident_request_row = Table(
    "resident_request_row",
    metadata,
    Column("request_id", String(40), nullable=False),
    Column("event_key", String(40), nullable=False),
    Column("resident_id", String(40), nullable=False),
    Column("state", String(8), nullable=False),  # found, kept, done
    PrimaryKeyConstraint("request_id", "event_key"),
)

resident_request_step = Table(
    "resident_request_step",
    metadata,
    Column("request_id", String(40), nullable=False),
    Column("number", Integer, nullable=False),  # from 1
    Column("step", String(16), nullable=False),  # enter, agree, refuse, carry, copy, confirm, end
    Column("by", String(64), nullable=False),  # an account
    Column("made_us", BigInteger, nullable=False),
    Column("reason", String(64), nullable=False),  # a code, or the reference of a confirmation
    Column("reports", Integer, nullable=False),  # how many it was about
    PrimaryKeyConstraint("request_id", "number"),
)

resident_request_task = Table(
    "resident_request_task",
    metadata,
    Column("request_id", String(40), nullable=False),
    Column("number", Integer, nullable=False),  # from 1
    Column("receiver", String(64), nullable=False),  # a source, a department, an account
    Column("kind", String(10), nullable=False),  # source, receiver
    Column("refs", Text, nullable=False),  # JSON: the source's own numbers; ids of whistles
    Column("fields", Text, nullable=False),  # JSON: names of fields that it was shown
    Column("done_us", BigInteger),
    Column("done_by", String(64), nullable=False),
    Column("reference", String(40), nullable=False),  # of what it answered
    PrimaryKeyConstraint("request_id", "number"),
)

retired = Table(
    "retired",
    metadata,
    Column("day", String(10), nullable=False),  # in Asia/Shanghai
    Column("kind", String(16), nullable=False),  # records, reports, residents, evidence
    Column("number", BigInteger, nullable=False),
    PrimaryKeyConstraint("day", "kind"),
)
