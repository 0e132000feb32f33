"""The chained file of every whistle (一哨一档), and what has still to be put into one.

Rows that a dossier tells of carry a mark of their own (`filed…`), and an index of those without it: so nothing is
missed that is committed late, by a clock that is wrong, or into a database that was brought back from a copy.
"""

from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    text,
)

from hub.store.tables.base import metadata
from hub.store.tables.beyond import emergency, reveal
from hub.store.tables.contacts import contact
from hub.store.tables.evaluation import evaluation, evidence, evidence_flag
from hub.store.tables.matters import link
from hub.store.tables.supervision import card, measure, turn
from hub.store.tables.whistles import answer, delivery, overdue, step

dossier_entry = Table(
    "dossier_entry",
    metadata,
    Column("whistle_id", String(40), nullable=False),
    Column("seq", Integer, nullable=False),  # from 1, without gaps
    Column("origin", String(64), nullable=False),  # what it tells of: never twice in one dossier
    Column("kind", String(16), nullable=False),
    Column("made_us", BigInteger, nullable=False),  # when it happened
    Column("algorithm", String(8), nullable=False),
    Column("inner_digest", String(64), nullable=False),  # stands for all fields
    Column("digest", String(64), nullable=False),
    Column("said", Text, nullable=False),  # JSON: name → value; no personal one stands here
    Column(
        "sealed", Text, nullable=False
    ),  # JSON: name of a personal field → whose key salts it, salted digest
    Column("seed", String(32), nullable=False),  # of the salts of what is said
    PrimaryKeyConstraint("whistle_id", "seq"),
    Index("dossier_origin", "whistle_id", "origin", unique=True),
)

dossier_head = Table(
    "dossier_head",
    metadata,
    Column("whistle_id", String(40), primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("incident_id", String(40), nullable=False),  # whose links stand in it
    Column("clocks", String(32), nullable=False),  # digest of the deadlines that stand in it last
    Column("anchored", Integer, nullable=False),  # up to this entry it was anchored
    Index(
        "dossier_unanchored",
        "whistle_id",
        sqlite_where=text("seq <> anchored"),
        postgresql_where=text("seq <> anchored"),
    ),
)

dossier_mark = Table(
    "dossier_mark",
    metadata,
    Column("chain", String(96), primary_key=True),
    Column(
        "seq", BigInteger, nullable=False
    ),  # the last block of this chain of looks that stands in dossiers
)

UNFILED: Final = {
    "step": "filed = 0",
    "overdue": "filed <> excused",
    "delivery": "filed_us = 0 OR (done_us IS NOT NULL AND done_us <> filed_us)",
    "answer": "state <> 'waiting' AND filed = 0",
    "link": "filed = 0 OR (filed = 1 AND undone_us IS NOT NULL)",
    "card": "filed = 0",
    "measure": "filed = 0",
    "turn": "filed = 0",
    "evaluation": "filed = 0",
    "evidence": "filed = 0",
    "evidence_flag": "filed = 0 OR (filed = 1 AND withdrawn_us IS NOT NULL)",
    "reveal": "filed = 0 OR (filed = 1 AND decided_us IS NOT NULL)",
    "emergency": "filed = 0 OR (filed = 1 AND decided_us IS NOT NULL) OR (filed = 2 AND reviewed_us IS NOT NULL)",
    "contact": "filed = 0 OR (filed = 1 AND next_us IS NULL)",
}
"""Table → its rows that a dossier has still to tell of. Queries use these very words: so the index is found."""


def unfiled_index(table: Table) -> Index:
    """The index of those rows."""
    return next(one for one in table.indexes if one.name == f"{table.name}_unfiled")


def _unfiled(table: Table, column: str) -> None:
    where: Any = text(UNFILED[table.name])
    Index(f"{table.name}_unfiled", table.c[column], sqlite_where=where, postgresql_where=where)


_unfiled(step, "whistle_id")
_unfiled(overdue, "whistle_id")
_unfiled(delivery, "whistle_id")
_unfiled(answer, "event_key")
_unfiled(link, "incident_id")
_unfiled(card, "whistle_id")
_unfiled(measure, "whistle_id")
_unfiled(turn, "subject_id")
_unfiled(evaluation, "whistle_id")
_unfiled(evidence, "whistle_id")
_unfiled(evidence_flag, "whistle_id")
_unfiled(reveal, "whistle_id")
_unfiled(emergency, "incident_id")
_unfiled(contact, "whistle_id")
