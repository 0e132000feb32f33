"""Files that sources offer with reports: what is wanted, what came, and what a person said about showing it.

Revision ID: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attachment",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("event_id", sa.String(40), nullable=False),
        sa.Column("event_key", sa.String(40), nullable=False),
        sa.Column("record_id", sa.String(40), nullable=False),
        sa.Column("source", sa.String(64), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("code", sa.String(24), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("asked_us", sa.BigInteger(), nullable=False),
        sa.Column("next_us", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("disclosure", sa.String(12), nullable=False),
        sa.Column("decided_by", sa.String(64), nullable=False),
        sa.Column("decided_us", sa.BigInteger()),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("shown_size", sa.Integer(), nullable=False),
        sa.Column("sealed_ref", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary()),
        sa.Column("sealed_shown", sa.LargeBinary()),
    )
    op.create_index("attachment_event", "attachment", ["event_key"])
    op.create_index("attachment_record", "attachment", ["record_id"])
    waits = sa.text("state = 'waiting'")
    op.create_index(
        "attachment_waiting",
        "attachment",
        ["source", "next_us"],
        sqlite_where=waits,
        postgresql_where=waits,
    )
    op.create_index("attachment_asked", "attachment", ["asked_us"])


def downgrade() -> None:
    """What was fetched is lost; the records' bytes still name where it lay."""
    op.drop_table("attachment")
