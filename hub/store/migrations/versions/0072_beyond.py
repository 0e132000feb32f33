"""What two persons had shown beyond the whitelist; who of a department made a move.

Revision ID: 0072
"""

import sqlalchemy as sa
from alembic import op

revision = "0072"
down_revision = "0071"
branch_labels = None
depends_on = None

_ASKED = "filed = 0 OR (filed = 1 AND decided_us IS NOT NULL)"
_REVIEWED = f"{_ASKED} OR (filed = 2 AND reviewed_us IS NOT NULL)"


def upgrade() -> None:
    op.create_table(
        "reveal",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("whistle_id", sa.String(40), nullable=False),
        sa.Column("department", sa.String(64), nullable=False),
        sa.Column("event_key", sa.String(40), nullable=False),
        sa.Column("field", sa.String(64), nullable=False),
        *_asked(),
        sa.Column("looks", sa.Integer, nullable=False),
        sa.Column("filed", sa.SmallInteger, nullable=False, server_default="0"),
    )
    op.create_index("reveal_whistle", "reveal", ["whistle_id", "asked_by"])
    op.create_index("reveal_asked", "reveal", ["asked_us", "id"])
    op.create_index("reveal_department", "reveal", ["department", "asked_us", "id"])
    _unfiled("reveal", "whistle_id", _ASKED)
    op.create_table(
        "emergency",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("incident_id", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        *_asked(),
        sa.Column("due_us", sa.BigInteger),
        sa.Column("reviewed_by", sa.String(64), nullable=False),
        sa.Column("reviewed_us", sa.BigInteger),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("filed", sa.SmallInteger, nullable=False, server_default="0"),
    )
    op.create_index("emergency_incident", "emergency", ["incident_id"])
    op.create_index("emergency_asked", "emergency", ["asked_us", "id"])
    _unfiled("emergency", "incident_id", _REVIEWED)
    op.add_column("step", sa.Column("person", sa.String(64), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("step", "person")
    for table in ("emergency", "reveal"):
        op.drop_table(table)


def _asked() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("asked_by", sa.String(64), nullable=False),
        sa.Column("asked_us", sa.BigInteger, nullable=False),
        sa.Column("verdict", sa.String(8), nullable=False),
        sa.Column("decided_by", sa.String(64), nullable=False),
        sa.Column("decided_us", sa.BigInteger),
    )


def _unfiled(table: str, column: str, where: str) -> None:
    op.create_index(
        f"{table}_unfiled", table, [column], sqlite_where=sa.text(where), postgresql_where=sa.text(where)
    )
