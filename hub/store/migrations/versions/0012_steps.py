"""Every move of a whistle, by whom and when; and returns that nobody has decided about are found. What was moved before has none: its reports tell of it.

Revision ID: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "step",
        sa.Column("whistle_id", sa.String(40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("move", sa.String(10), nullable=False),
        sa.Column("actor", sa.String(10), nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("before", sa.String(16), nullable=False),
        sa.Column("after", sa.String(16), nullable=False),
        sa.Column("made_us", sa.BigInteger(), nullable=False),
        sa.Column("reason_code", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("whistle_id", "version"),
    )
    unsettled = sa.text("state IN ('disputed', 'arbitrating')")
    op.create_index(
        "whistle_unsettled", "whistle", ["blown_us"], sqlite_where=unsettled, postgresql_where=unsettled
    )


def downgrade() -> None:
    op.drop_index("whistle_unsettled", "whistle")
    op.drop_table("step")
