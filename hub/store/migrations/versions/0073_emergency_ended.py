"""Who ended an emergency before its day was over.

Revision ID: 0073
"""

import sqlalchemy as sa
from alembic import op

revision = "0073"
down_revision = "0072"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("emergency", sa.Column("ended_by", sa.String(64), nullable=False, server_default=""))
    op.add_column("emergency", sa.Column("ended_us", sa.BigInteger))


def downgrade() -> None:
    op.drop_column("emergency", "ended_us")
    op.drop_column("emergency", "ended_by")
