"""Chains of the audit are anchored, and looked through by the moment of their rows.

Revision ID: 0021
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("audit_made", "audit", ["made_us"])
    op.add_column("audit_head", sa.Column("anchored", sa.BigInteger(), nullable=False, server_default="0"))
    where = sa.text("seq <> anchored")
    op.create_index(
        "audit_unanchored", "audit_head", ["chain"], sqlite_where=where, postgresql_where=where
    )


def downgrade() -> None:
    op.drop_index("audit_unanchored", "audit_head")
    op.drop_column("audit_head", "anchored")
    op.drop_index("audit_made", "audit")
