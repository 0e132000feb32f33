"""What departments ask of the whitelist, and days on which grants were used.

Revision ID: 0071
"""

import sqlalchemy as sa
from alembic import op

revision = "0071"
down_revision = "0070"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "access_application",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("department", sa.String(64), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("proposal_id", sa.String(40), nullable=False),
        sa.Column("asked_us", sa.BigInteger, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_index("access_application_department", "access_application", ["department", "asked_us"])
    op.create_index("access_application_state", "access_application", ["state", "asked_us"])
    op.create_index("access_application_proposal", "access_application", ["proposal_id"])
    op.create_table(
        "access_application_step",
        sa.Column("application_id", sa.String(40), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("step", sa.String(12), nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("made_us", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("proposal_id", sa.String(40), nullable=False),
        sa.Column("due_us", sa.BigInteger),
        sa.PrimaryKeyConstraint("application_id", "number"),
    )
    op.create_table(
        "grant_day",
        sa.Column("grant_id", sa.String(255), nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.PrimaryKeyConstraint("grant_id", "day"),
    )
    op.create_table(
        "audit_counted",
        sa.Column("chain", sa.String(96), primary_key=True),
        sa.Column("seq", sa.BigInteger, nullable=False),
    )


def downgrade() -> None:
    for table in ("audit_counted", "grant_day", "access_application_step"):
        op.drop_table(table)
    for index in ("proposal", "state", "department"):
        op.drop_index(f"access_application_{index}", "access_application")
    op.drop_table("access_application")
