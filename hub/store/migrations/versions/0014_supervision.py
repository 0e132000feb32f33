"""Cards, orders of supervision, and matters that are agreed to wait.

Revision ID: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

INDEXES = (
    ("card_due_at", "card_due", ["at_us"]),
    ("card_whistle", "card", ["whistle_id"]),
    ("card_department", "card", ["department", "due_us"]),
    ("card_state", "card", ["state", "id"]),
    ("measure_department", "measure", ["department", "opened_us"]),
    ("measure_state", "measure", ["state", "due_us"]),
    ("deferral_incident", "deferral", ["incident_id"]),
    ("deferral_state", "deferral", ["state", "review_us"]),
)


def upgrade() -> None:
    op.create_table(
        "card_due",
        sa.Column("whistle_id", sa.String(40), primary_key=True),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "card",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("whistle_id", sa.String(40), nullable=False),
        sa.Column("department", sa.String(64), nullable=False),
        sa.Column("round", sa.SmallInteger(), nullable=False),
        sa.Column("step", sa.String(16), nullable=False),
        sa.Column("rule", sa.String(32), nullable=False),
        sa.Column("card", sa.String(8), nullable=False),
        sa.Column("due_us", sa.BigInteger(), nullable=False),
        sa.Column("issued_us", sa.BigInteger(), nullable=False),
        sa.Column("calculation", sa.Text(), nullable=False),
        *_state(),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "measure",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("department", sa.String(64), nullable=False),
        sa.Column("whistle_id", sa.String(40), nullable=False),
        sa.Column("why", sa.String(10), nullable=False),
        sa.Column("cards", sa.Text(), nullable=False),
        sa.Column("opened_us", sa.BigInteger(), nullable=False),
        sa.Column("due_us", sa.BigInteger(), nullable=False),
        *_state(),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "deferral",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("incident_id", sa.String(40), nullable=False),
        sa.Column("reason_code", sa.String(32), nullable=False),
        sa.Column("proposed_by", sa.String(64), nullable=False),
        sa.Column("proposed_us", sa.BigInteger(), nullable=False),
        sa.Column("review_us", sa.BigInteger(), nullable=False),
        *_state(),
    )
    op.create_table(
        "turn",
        sa.Column("subject_id", sa.String(40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("turn", sa.String(10), nullable=False),
        sa.Column("actor", sa.String(10), nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("before", sa.String(10), nullable=False),
        sa.Column("after", sa.String(10), nullable=False),
        sa.Column("made_us", sa.BigInteger(), nullable=False),
        sa.Column("reason_code", sa.String(64), nullable=False),
        sa.Column("until_us", sa.BigInteger()),
        sa.Column("nonce", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("subject_id", "version"),
    )
    for name, table, columns in INDEXES:
        op.create_index(name, table, columns)


def _state() -> tuple[sa.Column[str], sa.Column[int]]:
    return sa.Column("state", sa.String(10), nullable=False), sa.Column("version", sa.Integer(), nullable=False)


def downgrade() -> None:
    for table in ("turn", "deferral", "measure", "card", "card_due"):
        op.drop_table(table)
