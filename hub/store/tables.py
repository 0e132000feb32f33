"""Every table of the hub, and nothing else. Columns say what they hold; `_us` is a moment (see moments.py).

No column outside `body.sealed`, `event.sealed`, `resident.sealed`, `report.sealed` and the three sealed ones
of `attachment` may hold a personal value; the canary test looks through all of them.
"""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Table,
    Text,
)

metadata: Final = MetaData()

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

# -- incidents ---------------------------------------------------------------------------------------

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
    Index("incident_state", "state", "opened_us"),
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

# -- whistles ----------------------------------------------------------------------------------------

whistle = Table(
    "whistle",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("incident_id", String(40), nullable=False),
    Column("department", String(64), nullable=False),
    Column("role", String(8), nullable=False),
    Column("state", String(16), nullable=False),
    Column("blown_us", BigInteger, nullable=False),
    Column("due_us", BigInteger),  # the next deadline, whatever step it is of
    Column("version", Integer, nullable=False),
    Column("body", Text, nullable=False),  # whistle.v1 JSON
    Index("whistle_incident", "incident_id"),
    Index("whistle_department", "department", "blown_us"),
    Index("whistle_due", "due_us"),
    Index(
        "whistle_unsettled",  # returns that the centre has not decided about
        "blown_us",
        sqlite_where=Column("state").in_(["disputed", "arbitrating"]),
        postgresql_where=Column("state").in_(["disputed", "arbitrating"]),
    ),
)

step = Table(
    "step",
    metadata,
    Column("whistle_id", String(40), nullable=False),
    Column("version", Integer, nullable=False),  # the whistle's after it; the call itself is version 1
    Column("move", String(10), nullable=False),
    Column("actor", String(10), nullable=False),
    Column("by", String(64), nullable=False),  # department or account; "" where the hub did it
    Column("before", String(16), nullable=False),
    Column("after", String(16), nullable=False),
    Column("made_us", BigInteger, nullable=False),
    Column("reason_code", String(32), nullable=False),
    PrimaryKeyConstraint("whistle_id", "version"),
)

overdue = Table(
    "overdue",
    metadata,
    Column("whistle_id", String(40), nullable=False),
    Column("step", String(16), nullable=False),
    Column("due_us", BigInteger, nullable=False),
    Column("noted_us", BigInteger, nullable=False),
    PrimaryKeyConstraint("whistle_id", "step"),
)

delivery = Table(
    "delivery",
    metadata,
    Column("message_id", String(64), nullable=False),  # the CloudEvents id; a whistle's own is the whistle's
    Column("whistle_id", String(40), nullable=False),
    Column("department", String(64), nullable=False),
    Column("channel", String(8), nullable=False),
    Column("state", String(16), nullable=False),  # waiting, sent, fetched, acknowledged, failed
    Column("seq", BigInteger, nullable=False),  # order within the department
    Column("attempts", Integer, nullable=False),
    Column("next_us", BigInteger, nullable=False),
    Column("code", String(24)),
    Column("done_us", BigInteger),
    PrimaryKeyConstraint("message_id", "channel"),
    Index("delivery_waiting", "department", "channel", "state", "seq"),
    Index("delivery_number", "department", "seq"),
)

report = Table(
    "report",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("whistle_id", String(40), nullable=False),
    Column("department", String(64), nullable=False),
    Column("move", String(10), nullable=False),
    Column("reported_us", BigInteger, nullable=False),
    Column("reason_code", String(32), nullable=False),
    Column(
        "sealed", LargeBinary, nullable=False
    ),  # note and form under the report's own key; b"" past retention
    Index("report_whistle", "whistle_id"),
)

answer = Table(
    "answer",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("source", String(64), nullable=False),
    Column("event_key", String(40), nullable=False),
    Column("body", Text, nullable=False),
    Column("state", String(10), nullable=False),  # waiting, told, cannot, failed
    Column("attempts", Integer, nullable=False),
    Column("next_us", BigInteger, nullable=False),
    Column("receipt", String(128)),
    Column("seq", BigInteger, nullable=False),  # order within the source
    Index("answer_waiting", "source", "state", "seq"),
    Index("answer_number", "source", "seq"),
)

# -- messages: the outbox, which is also the embedded bus --------------------------------------------

message = Table(
    "message",
    metadata,
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("topic", String(128), nullable=False),
    Column("part", Integer, nullable=False),
    Column("key", String(64), nullable=False),
    Column("value", Text, nullable=False),
    Column("made_us", BigInteger, nullable=False),
    Column("sent", SmallInteger, nullable=False),  # 1: it lies on the embedded bus; 0: its parcel is carried
    Index(
        "message_topic",
        "topic",
        "part",
        "seq",
        sqlite_where=Column("sent") == 1,
        postgresql_where=Column("sent") == 1,
    ),
    sqlite_autoincrement=True,
)

parcel = Table(
    "parcel",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("number", Integer, nullable=False),  # of its messages, which wait for the relay
)

offset = Table(
    "consumer_offset",
    metadata,
    Column("grp", String(64), nullable=False),
    Column("topic", String(128), nullable=False),
    Column("part", Integer, nullable=False),
    Column("next", BigInteger, nullable=False),
    PrimaryKeyConstraint("grp", "topic", "part"),
)

# -- workers, sources, principals ----------------------------------------------------------------------

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
)

principal = Table(
    "principal",
    metadata,
    Column("key_hash", String(64), primary_key=True),
    Column("kind", String(12), nullable=False),  # department, staff
    Column("name", String(64), nullable=False),
    Column("made_us", BigInteger, nullable=False),
    Column("revoked_us", BigInteger),
    Index("principal_name", "kind", "name"),
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
)

audit_head = Table(
    "audit_head",
    metadata,
    Column("chain", String(96), primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("digest", String(64), nullable=False),  # of the chain's last block
    Column("seal", String(64), nullable=False),  # keyed: blocks that were cut off cannot be forgotten with it
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
