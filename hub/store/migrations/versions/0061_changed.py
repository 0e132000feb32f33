"""When a matter or a whistle was written last: what a live map looks for.

Revision ID: 0061
"""

import sqlalchemy as sa
from alembic import op

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None

TABLES = ("incident", "whistle")


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column("changed_us", sa.BigInteger(), nullable=False, server_default="0"))
        op.create_index(f"{table}_changed", table, ["changed_us"])
    over = sa.text("closed_us IS NOT NULL")
    op.create_index("incident_closed", "incident", ["closed_us"], sqlite_where=over, postgresql_where=over)


def downgrade() -> None:
    op.drop_index("incident_closed", "incident")
    for table in TABLES:
        op.drop_index(f"{table}_changed", table)
        op.drop_column(table, "changed_us")
