"""What people enter on our own pages; what reporters were told is found by report.

Revision ID: 0067
"""

import sqlalchemy as sa
from alembic import op

revision = "0067"
down_revision = "0066"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "entered",
        sa.Column("event_key", sa.String(40), primary_key=True),
        sa.Column("source", sa.String(64), nullable=False),
        sa.Column("number", sa.String(64), nullable=False),
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("category", sa.String(64), nullable=False),
        sa.Column("photos", sa.Integer(), nullable=False),
        sa.Column("entered_us", sa.BigInteger(), nullable=False),
    )
    op.create_index("entered_by", "entered", ["account", "source", "entered_us"])
    op.create_index("entered_at", "entered", ["entered_us"])
    op.create_index("answer_report", "answer", ["event_key", "seq"])


def downgrade() -> None:
    op.drop_index("answer_report", "answer")
    op.drop_table("entered")
