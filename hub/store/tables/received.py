"""What was received, and the reports in the unified schema that it became."""

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

# -- records: what was received ------------------------------------------------------------------

record = Table(
    "record",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("source", String(64), nullable=False),
    Column("received_us", BigInteger, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("mode", String(8), nullable=False),
    Column("size", Integer, nullable=False),
    Column("digest", String(64), nullable=False),  # keyed, so that nobody can guess a body from it
    Column("dropped", Text, nullable=False),  # JSON: names of what the ingress filter cut
    Column("stage", SmallInteger, nullable=False),  # 0 received, 1 in casework, 2 settled
    Column("fate", String(10)),
    Column("code", String(24)),
    Column("pointer", String(200)),
    Column("owner", String(64)),
    Column("hold_key", String(40)),  # event key whose creation releases it (N03)
    Column("why", Text),  # JSON: what was tried, candidates for the desk
    Column("settled_us", BigInteger),
    Index("record_waiting", "source", "stage", "received_us"),
    Index("record_fate", "fate", "source"),
)

body = Table(  # beside its record, which changes: these bytes never do
    "body",
    metadata,
    Column("received_us", BigInteger, nullable=False),  # its record's
    Column("record_id", String(40), nullable=False),
    Column("sealed", LargeBinary, nullable=False),  # the bytes as sent
    PrimaryKeyConstraint("received_us", "record_id"),
    postgresql_partition_by="RANGE (received_us)",  # by month: hub.store.months
)

replayed = Table(  # who put back what, and how it stood before
    "replayed",
    metadata,
    Column("record_id", String(40), nullable=False),
    Column("asked_us", BigInteger, nullable=False),
    Column("source", String(64), nullable=False),
    Column("asked_by", String(64), nullable=False),
    Column("fate", String(10), nullable=False),
    Column("code", String(24), nullable=False),
    PrimaryKeyConstraint("record_id", "asked_us"),
    Index("replayed_source", "source", "asked_us"),
)

# -- keys: one a subject; deleting the row is deleting what it sealed ------------------------------

data_key = Table(
    "data_key",
    metadata,
    Column("subject", String(40), primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
    Column("salt", LargeBinary, nullable=False),
)

resident = Table(
    "resident",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("phone_index", LargeBinary),
    Column("id_number_index", LargeBinary),
    Column("updated_us", BigInteger, nullable=False),
    Index("resident_phone", "phone_index"),
    Index("resident_id_number", "id_number_index"),
    Index("resident_updated", "updated_us"),
)

# -- events: reports in the unified schema ---------------------------------------------------------

event = Table(
    "event",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("key", String(40), nullable=False),
    Column("record_id", String(40), nullable=False),
    Column("source", String(64), nullable=False),
    Column("version", String(200), nullable=False),
    Column("received_us", BigInteger, nullable=False),
    Column("body", Text, nullable=False),  # event.v1 JSON
    Column("why", Text, nullable=False),  # JSON: reasons of place and category
    Column("sealed", LargeBinary, nullable=False),  # EventText under the record's key; b"" past retention
    Column("fate", String(10)),
    Column("note", String(24), nullable=False),  # opened, joined, revision, older_version, folded_alarm…
    Index("event_key", "key"),
    Index("event_record", "record_id"),
)

alias = Table(
    "alias",
    metadata,
    Column("system", String(64), nullable=False),
    Column("ref", String(200), nullable=False),
    Column("key", String(40), nullable=False),
    PrimaryKeyConstraint("system", "ref", "key"),
)

attachment = Table(
    "attachment",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("event_id", String(40), nullable=False),  # the revision that brought it first
    Column("event_key", String(40), nullable=False),
    Column("record_id", String(40), nullable=False),  # whose key seals it
    Column("source", String(64), nullable=False),
    Column("state", String(12), nullable=False),  # waiting, fetched, refused, expired, unreadable
    Column("code", String(24), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("asked_us", BigInteger, nullable=False),
    Column("next_us", BigInteger, nullable=False),
    Column("kind", String(8), nullable=False),  # by content
    Column("size", Integer, nullable=False),
    Column("digest", String(64), nullable=False),  # keyed
    Column("disclosure", String(12), nullable=False),  # undecided, released, covered, withheld
    Column("decided_by", String(64), nullable=False),
    Column("decided_us", BigInteger),
    Column("reason", String(32), nullable=False),
    Column("shown_size", Integer, nullable=False),
    Column("sealed_ref", LargeBinary, nullable=False),  # link and name, under the record's key
    Column("sealed", LargeBinary),  # the bytes as sent
    Column("sealed_shown", LargeBinary),  # the picture that departments are shown
    Index("attachment_event", "event_key"),
    Index("attachment_record", "record_id"),
    Index(
        "attachment_waiting",
        "source",
        "next_us",
        sqlite_where=Column("state") == "waiting",
        postgresql_where=Column("state") == "waiting",
    ),
    Index("attachment_asked", "asked_us"),
)

grid_version = Table(
    "grid_version",
    metadata,
    Column("id", String(100), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("code", String(64), nullable=False),
    Column("valid_from", String(10), nullable=False),
    Column("valid_to", String(10)),
    Column("body", Text, nullable=False),
    Column("record_id", String(40), nullable=False),
)
