"""The field whitelist is changed by proposals that others approve.

Revision ID: 0060
"""

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "proposal",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("action", sa.String(8), nullable=False),
        sa.Column("changes", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("proposed_by", sa.String(64), nullable=False),
        sa.Column("proposed_us", sa.BigInteger, nullable=False),
        sa.Column("review_by", sa.String(10), nullable=False),
        sa.Column("needs", sa.SmallInteger, nullable=False),
    )
    op.create_index("proposal_proposed", "proposal", ["proposed_us", "id"])
    op.create_table(
        "proposal_said",
        sa.Column("proposal_id", sa.String(40), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("word", sa.String(8), nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("said_us", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("review_by", sa.String(10), nullable=False),
        sa.PrimaryKeyConstraint("proposal_id", "number"),
    )
    op.create_table(
        "grant_decision",
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("grant_id", sa.String(255), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("proposal_id", sa.String(40), nullable=False),
        sa.Column("decided_us", sa.BigInteger, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_index("grant_decision_grant", "grant_decision", ["grant_id", "number"])


def downgrade() -> None:
    for table in ("grant_decision", "proposal_said", "proposal"):
        op.drop_table(table)
