"""Contract versions that were used, rows read under a daily limit, heads of audit chains; what retention looks through.

Revision ID: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "contract_version",
        sa.Column("id", sa.String(100), primary_key=True),
        sa.Column("first_used_us", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
    )
    op.create_table(
        "row_read",
        sa.Column("grant_id", sa.String(255), nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("row_id", sa.String(40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("grant_id", "day", "row_id"),
    )
    op.create_index("row_read_number", "row_read", ["grant_id", "day", "number"], unique=True)
    op.create_table(
        "audit_head",
        sa.Column("chain", sa.String(96), primary_key=True),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("seal", sa.String(64), nullable=False),
    )
    kept = sa.text("sealed IS NOT NULL")
    op.create_index("record_kept", "record", ["received_us"], sqlite_where=kept, postgresql_where=kept)
    op.create_index("resident_updated", "resident", ["updated_us"])


def downgrade() -> None:
    op.drop_index("resident_updated", "resident")
    op.drop_index("record_kept", "record")
    op.drop_table("audit_head")
    op.drop_table("row_read")
    op.drop_table("contract_version")
