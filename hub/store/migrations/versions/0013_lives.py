"""Whistles have whole lives: rounds, pauses, extensions and upgrades stand in their history, and a deadline beyond
the calendar is found again. What is overdue is noted a round, and says whether it counts.

Revision ID: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("whistle", sa.Column("provisional", sa.SmallInteger(), nullable=False, server_default="0"))
    provisional = sa.text("provisional = 1")
    op.create_index(
        "whistle_provisional", "whistle", ["id"], sqlite_where=provisional, postgresql_where=provisional
    )
    op.add_column("step", sa.Column("until_us", sa.BigInteger()))
    op.add_column("step", sa.Column("level", sa.String(10)))
    op.add_column("step", sa.Column("raised_from", sa.String(10)))
    op.rename_table("overdue", "overdue_before")
    op.create_table(
        "overdue",
        sa.Column("whistle_id", sa.String(40), nullable=False),
        sa.Column("step", sa.String(16), nullable=False),
        sa.Column("round", sa.SmallInteger(), nullable=False, server_default="0"),
        sa.Column("due_us", sa.BigInteger(), nullable=False),
        sa.Column("noted_us", sa.BigInteger(), nullable=False),
        sa.Column("excused", sa.String(16), nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("whistle_id", "step", "round", name="overdue_round_pkey"),
    )
    op.execute(
        "INSERT INTO overdue (whistle_id, step, round, due_us, noted_us, excused) "
        "SELECT whistle_id, step, 0, due_us, noted_us, '' FROM overdue_before"
    )
    op.drop_table("overdue_before")


def downgrade() -> None:
    op.rename_table("overdue", "overdue_after")
    op.create_table(
        "overdue",
        sa.Column("whistle_id", sa.String(40), nullable=False),
        sa.Column("step", sa.String(16), nullable=False),
        sa.Column("due_us", sa.BigInteger(), nullable=False),
        sa.Column("noted_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("whistle_id", "step", name="overdue_step_pkey"),
    )
    op.execute(
        "INSERT INTO overdue (whistle_id, step, due_us, noted_us) "
        "SELECT whistle_id, step, min(due_us), min(noted_us) FROM overdue_after GROUP BY whistle_id, step"
    )
    op.drop_table("overdue_after")
    op.drop_column("step", "raised_from")
    op.drop_column("step", "level")
    op.drop_column("step", "until_us")
    op.drop_index("whistle_provisional", "whistle")
    op.drop_column("whistle", "provisional")
