"""Calls over further channels where nobody takes an emergency: who was called, by what, and how far it came; and the
emergencies that nobody has taken yet are found at once.

Revision ID: 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "summons",
        sa.Column("whistle_id", sa.String(40), nullable=False),
        sa.Column("n", sa.SmallInteger(), nullable=False),
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("department", sa.String(64), nullable=False),
        sa.Column("contact", sa.String(64), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("code", sa.String(24), nullable=False),
        sa.Column("receipt", sa.String(128), nullable=False),
        sa.Column("detail", sa.String(24), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("made_us", sa.BigInteger(), nullable=False),
        sa.Column("sent_us", sa.BigInteger()),
        sa.Column("next_us", sa.BigInteger()),
        sa.PrimaryKeyConstraint("whistle_id", "n"),
    )
    due = sa.text("next_us IS NOT NULL")
    op.create_index("summons_due", "summons", ["channel", "next_us"], sqlite_where=due, postgresql_where=due)
    op.create_index(
        "whistle_untaken",
        "whistle",
        ["blown_us"],
        sqlite_where=sa.text("""state = 'blown' AND instr(body, '"level":"emergency"') > 0"""),
        postgresql_where=sa.text("""state = 'blown' AND strpos(body, '"level":"emergency"') > 0"""),
    )


def downgrade() -> None:
    op.drop_index("whistle_untaken", "whistle")
    op.drop_table("summons")
