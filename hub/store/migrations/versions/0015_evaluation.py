"""Marks for finished whistles, and the evidence that departments hand in.

Revision ID: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "evaluation",
        sa.Column("whistle_id", sa.String(40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("round", sa.SmallInteger(), nullable=False),
        sa.Column("actor", sa.String(10), nullable=False),
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("response", sa.SmallInteger()),
        sa.Column("resolve", sa.SmallInteger()),
        sa.Column("satisfy", sa.SmallInteger()),
        sa.Column("made_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("whistle_id", "version"),
    )
    op.create_table(
        "evidence",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("whistle_id", sa.String(40), nullable=False),
        sa.Column("department", sa.String(64), nullable=False),
        sa.Column("round", sa.SmallInteger(), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("likeness", sa.String(16), nullable=False),
        sa.Column("taken_us", sa.BigInteger()),
        sa.Column("made_us", sa.BigInteger(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
    )
    op.create_index("evidence_whistle", "evidence", ["whistle_id"])
    op.create_index("evidence_digest", "evidence", ["digest"])
    kept = sa.text("length(sealed) > 0")
    op.create_index("evidence_kept", "evidence", ["made_us"], sqlite_where=kept, postgresql_where=kept)
    op.create_table(
        "evidence_band",
        sa.Column("code", sa.Integer(), nullable=False),
        sa.Column("evidence_id", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("code", "evidence_id"),
    )
    op.create_table(
        "evidence_flag",
        sa.Column("whistle_id", sa.String(40), nullable=False),
        sa.Column("round", sa.SmallInteger(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("evidence_id", sa.String(40), nullable=False),
        sa.Column("other_whistle_id", sa.String(40), nullable=False),
        sa.Column("made_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("whistle_id", "round", "kind", "evidence_id"),
    )
    op.create_index("evidence_flag_made", "evidence_flag", ["made_us"])


def downgrade() -> None:
    for table in ("evidence_flag", "evidence_band", "evidence", "evaluation"):
        op.drop_table(table)
