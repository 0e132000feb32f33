"""Whistles and their moves, what is told to departments and to sources."""

from typing import Final

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
    text,
)

from hub.store.tables.base import metadata

_FILTERS: Final = ("state", "level", "role", "category", "subdistrict_id")
"""By which an inbox is filtered: within its indexes, so that no row is read that is not shown."""
whistle = Table(
    "whistle",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("incident_id", String(40), nullable=False),
    Column("department", String(64), nullable=False),
    Column("role", String(8), nullable=False),
    Column("state", String(16), nullable=False),
    Column("blown_us", BigInteger, nullable=False),
    Column("due_us", BigInteger),  # when clockwork looks at it next; NULL: never
    Column("version", Integer, nullable=False),
    Column("provisional", SmallInteger, nullable=False),  # 1: a deadline lies beyond the calendar
    Column("body", Text, nullable=False),  # whistle.v1 JSON
    Column("changed_us", BigInteger, nullable=False, server_default="0"),  # when a move wrote it last
    # what an inbox filters and orders by (hub.store.inbox)
    Column("level", String(10), nullable=False, server_default=""),
    Column("next_us", BigInteger),  # its department's next deadline; NULL: nothing is asked of it
    Column("category", String(64), nullable=False, server_default=""),  # of its matter, as it is now
    Column("subdistrict_id", String(16), nullable=False, server_default=""),
    Index("whistle_incident", "incident_id"),
    Index("whistle_changed", "changed_us"),
    Index("whistle_department", "department", "blown_us", "id", *_FILTERS),
    Index(
        "whistle_open",
        "department",
        "next_us",
        "id",
        *_FILTERS,
        "blown_us",
        sqlite_where=Column("next_us").is_not(None),
        postgresql_where=Column("next_us").is_not(None),
    ),
    Index("whistle_due", "due_us"),
    Index(
        "whistle_provisional",
        "id",
        sqlite_where=Column("provisional") == 1,
        postgresql_where=Column("provisional") == 1,
    ),
    Index(
        "whistle_unsettled",  # returns that the centre has not decided about
        "blown_us",
        sqlite_where=Column("state").in_(["disputed", "arbitrating"]),
        postgresql_where=Column("state").in_(["disputed", "arbitrating"]),
    ),
    Index(
        "whistle_untaken",  # emergencies that nobody has signed yet
        "blown_us",
        sqlite_where=text("""state = 'blown' AND instr(body, '"level":"emergency"') > 0"""),
        postgresql_where=text("""state = 'blown' AND strpos(body, '"level":"emergency"') > 0"""),
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
    Column("person", String(64), nullable=False, server_default=""),  # account of `by`; "": its software
    Column("before", String(16), nullable=False),
    Column("after", String(16), nullable=False),
    Column("made_us", BigInteger, nullable=False),
    Column("reason_code", String(32), nullable=False),
    Column("until_us", BigInteger),  # of a pause its end, of an extension the moment asked for or granted
    Column("level", String(10)),  # of an upgrade the level reached
    Column("raised_from", String(10)),  # of an upgrade the level before
    Column("filed", SmallInteger, nullable=False, server_default="0"),  # 1: it stands in its dossier
    PrimaryKeyConstraint("whistle_id", "version"),
)

overdue = Table(
    "overdue",
    metadata,
    Column("whistle_id", String(40), nullable=False),
    Column("step", String(16), nullable=False),
    Column("round", SmallInteger, nullable=False),
    Column("due_us", BigInteger, nullable=False),  # what the rules say; this fact never changes
    Column("noted_us", BigInteger, nullable=False),
    Column(
        "excused", String(16), nullable=False
    ),  # why it does not count: extended, late_received, carried… ; "" counts
    Column("filed", String(16), nullable=False, server_default="-"),  # as what it stands in its dossier
    PrimaryKeyConstraint("whistle_id", "step", "round"),
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
    Column(
        "filed_us", BigInteger, nullable=False, server_default="0"
    ),  # in its dossier: 1 that it waits, else its end
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
    # keyed, of what a repeat says again; "" where nobody kept it, and past retention
    Column("digest", String(64), nullable=False, server_default=""),
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
    Column("filed", SmallInteger, nullable=False, server_default="0"),  # 1: it stands in its dossiers
    Index("answer_waiting", "source", "state", "seq"),
    Index("answer_number", "source", "seq"),
    Index("answer_report", "event_key", "seq"),
)
