"""A doubt about evidence may be withdrawn, and its dossier tells of that, too.

Revision ID: 0019
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

BEFORE = "filed = 0"
SINCE = "filed = 0 OR (filed = 1 AND withdrawn_us IS NOT NULL)"
COLUMNS = ("withdrawn_us", "withdrawn_by", "reason_code")


def upgrade() -> None:
    op.add_column("evidence_flag", sa.Column("withdrawn_us", sa.BigInteger()))
    op.add_column(
        "evidence_flag", sa.Column("withdrawn_by", sa.String(64), nullable=False, server_default="")
    )
    op.add_column("evidence_flag", sa.Column("reason_code", sa.String(32), nullable=False, server_default=""))
    _index(SINCE)


def downgrade() -> None:
    _index(BEFORE)
    for column in COLUMNS:
        op.drop_column("evidence_flag", column)


def _index(where: str) -> None:
    op.drop_index("evidence_flag_unfiled", "evidence_flag")
    op.create_index(
        "evidence_flag_unfiled",
        "evidence_flag",
        ["whistle_id"],
        sqlite_where=sa.text(where),
        postgresql_where=sa.text(where),
    )
