"""Departments contact residents through the hub.

Revision ID: 0070
"""

import sqlalchemy as sa
from alembic import op

revision = "0070"
down_revision = "0069"
branch_labels = None
depends_on = None

_UNFILED = sa.text("filed = 0 OR (filed = 1 AND next_us IS NULL)")
_DUE = sa.text("next_us IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "contact",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("whistle_id", sa.String(40), nullable=False),
        sa.Column("department", sa.String(64), nullable=False),
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("event_id", sa.String(40), nullable=False),
        sa.Column("event_key", sa.String(40), nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("n", sa.SmallInteger(), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("template", sa.String(32), nullable=False),
        sa.Column("extension", sa.String(64), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("code", sa.String(24), nullable=False),
        sa.Column("receipt", sa.String(128), nullable=False),
        sa.Column("detail", sa.String(24), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("made_us", sa.BigInteger(), nullable=False),
        sa.Column("sent_us", sa.BigInteger()),
        sa.Column("next_us", sa.BigInteger()),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("filed", sa.SmallInteger(), nullable=False, server_default="0"),
    )
    op.create_index("contact_day", "contact", ["event_key", "day", "n"], unique=True)
    op.create_index("contact_whistle", "contact", ["whistle_id", "made_us"])
    op.create_index("contact_due", "contact", ["channel", "next_us"], sqlite_where=_DUE, postgresql_where=_DUE)
    op.create_index(
        "contact_unfiled", "contact", ["whistle_id"], sqlite_where=_UNFILED, postgresql_where=_UNFILED
    )


def downgrade() -> None:
    op.drop_table("contact")
