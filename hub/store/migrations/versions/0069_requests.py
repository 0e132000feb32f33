"""Requests of residents, and what retention let go, day by day.

Revision ID: 0069
"""

import sqlalchemy as sa
from alembic import op

revision = "0069"
down_revision = "0067"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("resident_id_number", "resident", ["id_number_index"])
    op.create_table(
        "resident_request",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("basis", sa.String(16), nullable=False),
        sa.Column("reference", sa.String(40), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("unsure", sa.Integer, nullable=False),
        sa.Column("due_us", sa.BigInteger, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    op.create_index("resident_request_state", "resident_request", ["state", "due_us"])
    op.create_table(
        "resident_request_row",
        sa.Column("request_id", sa.String(40), nullable=False),
        sa.Column("event_key", sa.String(40), nullable=False),
        sa.Column("resident_id", sa.String(40), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.PrimaryKeyConstraint("request_id", "event_key"),
    )
    op.create_table(
        "resident_request_step",
        sa.Column("request_id", sa.String(40), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("step", sa.String(16), nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("made_us", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.String(64), nullable=False),
        sa.Column("reports", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("request_id", "number"),
    )
    op.create_table(
        "resident_request_task",
        sa.Column("request_id", sa.String(40), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("receiver", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("refs", sa.Text, nullable=False),
        sa.Column("fields", sa.Text, nullable=False),
        sa.Column("done_us", sa.BigInteger),
        sa.Column("done_by", sa.String(64), nullable=False),
        sa.Column("reference", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("request_id", "number"),
    )
    op.create_table(
        "retired",
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("day", "kind"),
    )


def downgrade() -> None:
    for table in ("retired", "resident_request_task", "resident_request_step", "resident_request_row"):
        op.drop_table(table)
    op.drop_index("resident_request_state", "resident_request")
    op.drop_table("resident_request")
    op.drop_index("resident_id_number", "resident")
