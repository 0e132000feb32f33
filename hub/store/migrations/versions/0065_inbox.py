"""What an inbox filters and orders by stands beside each whistle: its level, its department's next deadline, of what and
where its matter is. Questions that nobody has answered have an index of their own.

Revision ID: 0065
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
import sqlalchemy as sa
from alembic import op

revision = "0065"
down_revision = "0064"
branch_labels = None
depends_on = None

PORTION = 2000
NEVER_US = 253_402_214_400_000_000
"""9999-12-31 UTC: open without a deadline."""
FILTERS = ("state", "level", "role", "category", "subdistrict_id")
ACTIVE = ("blown", "signed", "contacted", "reported_in", "handling", "reopened", "disputed", "arbitrating")
REACHED = {
    "sign": {"signed", "contacted", "reported_in", "handling"},
    "contact": {"contacted", "reported_in", "handling"},
    "report_in": {"reported_in", "handling"},
    "arrive": {"reported_in"},
}
LEVEL = {"postgresql": "body::json ->> 'level'", "sqlite": "json_extract(body, '$.level')"}


def upgrade() -> None:
    op.add_column("whistle", sa.Column("level", sa.String(10), nullable=False, server_default=""))
    op.add_column("whistle", sa.Column("next_us", sa.BigInteger()))
    op.add_column("whistle", sa.Column("category", sa.String(64), nullable=False, server_default=""))
    op.add_column("whistle", sa.Column("subdistrict_id", sa.String(16), nullable=False, server_default=""))
    conn = op.get_bind()
    of_matter = "(SELECT i.{0} FROM incident AS i WHERE i.id = whistle.incident_id)"
    op.execute(
        f"UPDATE whistle SET level = coalesce({LEVEL[conn.dialect.name]}, ''), "
        f"category = coalesce({of_matter.format('category')}, ''), "
        f"subdistrict_id = coalesce({of_matter.format('subdistrict_id')}, '')"
    )
    for rows in _portions(conn):
        conn.execute(sa.text("UPDATE whistle SET next_us = :next_us WHERE id = :id"), rows)
    op.drop_index("whistle_department", "whistle")
    op.create_index("whistle_department", "whistle", ["department", "blown_us", "id", *FILTERS])
    is_open = sa.text("next_us IS NOT NULL")
    op.create_index(
        "whistle_open",
        "whistle",
        ["department", "next_us", "id", *FILTERS, "blown_us"],
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
    asked = sa.text("decision IS NULL")
    op.create_index("review_asked", "review", ["asked_us"], sqlite_where=asked, postgresql_where=asked)


def downgrade() -> None:
    op.drop_index("review_asked", "review")
    op.drop_index("whistle_open", "whistle")
    op.drop_index("whistle_department", "whistle")
    op.create_index("whistle_department", "whistle", ["department", "blown_us"])
    for name in ("subdistrict_id", "category", "next_us", "level"):
        op.drop_column("whistle", name)


def _portions(conn: sa.Connection) -> Iterator[list[dict[str, Any]]]:
    query = sa.text("SELECT id, state, body FROM whistle WHERE state IN :open AND id > :last ORDER BY id LIMIT :n")
    query = query.bindparams(sa.bindparam("open", expanding=True))
    last = ""
    while rows := conn.execute(query, {"open": ACTIVE, "last": last, "n": PORTION}).all():
        last = rows[-1].id
        made = _history(conn, [row.id for row in rows])
        yield [
            {"id": row.id, "next_us": _next_us(row.state, orjson.loads(row.body), made.get(row.id, ()))} for row in rows
        ]


def _history(conn: sa.Connection, ids: Sequence[str]) -> Mapping[str, list[tuple[str, str]]]:
    query = sa.text('SELECT whistle_id, move, "after" FROM step WHERE whistle_id IN :ids ORDER BY version')
    found: dict[str, list[tuple[str, str]]] = {}
    for id_, move, after in conn.execute(query.bindparams(sa.bindparam("ids", expanding=True)), {"ids": ids}):
        found.setdefault(id_, []).append((move, after))
    return found


def _next_us(state: str, whistle: Mapping[str, Any], made: Iterable[tuple[str, str]]) -> int:
    states = {state}
    for move, after in made:
        states = {state} if move in ("rework", "reopen") else states | {after}
    due = [
        max(filter(None, (one["due_at"], one.get("managed_at"))), key=datetime.fromisoformat)
        for one in whistle.get("deadlines", ())
        if one["step"] != "review" and not states & REACHED.get(one["step"], set())
    ]
    return min((round(datetime.fromisoformat(one).timestamp() * 1_000_000) for one in due), default=NEVER_US)
