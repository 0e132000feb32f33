"""Sources tested on a person's wish, records put back, figures by day.

Revision ID: 0066
"""

import sqlalchemy as sa
from alembic import op

revision = "0066"
down_revision = "0065"
branch_labels = None
depends_on = None

_ADDED = (
    ("trouble", sa.Text(), ""),
    ("test_asked_us", sa.BigInteger(), "0"),
    ("test_done_us", sa.BigInteger(), "0"),
    ("test_trouble", sa.Text(), ""),
)


def upgrade() -> None:
    for name, kind, default in _ADDED:
        op.add_column("adapter_state", sa.Column(name, kind, nullable=False, server_default=default))
    op.create_table(
        "replayed",
        sa.Column("record_id", sa.String(40), nullable=False),
        sa.Column("asked_us", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(64), nullable=False),
        sa.Column("asked_by", sa.String(64), nullable=False),
        sa.Column("fate", sa.String(10), nullable=False),
        sa.Column("code", sa.String(24), nullable=False),
        sa.PrimaryKeyConstraint("record_id", "asked_us"),
    )
    op.create_index("replayed_source", "replayed", ["source", "asked_us"])
    unmapped = sa.text("category = 'unmapped'")
    op.create_index(
        "incident_unmapped", "incident", ["opened_us"], sqlite_where=unmapped, postgresql_where=unmapped
    )
    op.create_table(
        "figure_day",
        sa.Column("day", sa.String(10), primary_key=True),
        sa.Column("counted_us", sa.BigInteger(), nullable=False),
        sa.Column("matters", sa.Integer(), nullable=False),
    )
    op.create_table(
        "figure_count",
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("scope", sa.String(80), nullable=False),
        sa.Column("split", sa.String(16), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("measure", sa.String(16), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("hits", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "scope", "split", "name", "measure"),
    )


def downgrade() -> None:
    op.drop_table("figure_count")
    op.drop_table("figure_day")
    op.drop_index("incident_unmapped", "incident")
    op.drop_table("replayed")
    for name, _, _ in reversed(_ADDED):
        op.drop_column("adapter_state", name)
