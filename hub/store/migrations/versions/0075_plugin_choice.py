"""Which version of a plugin is used, and whether it is on.

Revision ID: 0075
"""

import sqlalchemy as sa
from alembic import op

revision = "0075"
down_revision = "0074"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "plugin_choice",
        sa.Column("distribution", sa.String(128), primary_key=True),
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("before", sa.String(64)),
        sa.Column("is_on", sa.SmallInteger, nullable=False),
        sa.Column("changed_us", sa.BigInteger, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("plugin_choice")
