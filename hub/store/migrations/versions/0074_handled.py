"""Who deals with a matter, and until when what was announced explains it.

Revision ID: 0074
"""

import sqlalchemy as sa
from alembic import op

revision = "0074"
down_revision = "0073"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("incident", sa.Column("handling", sa.String(10), nullable=False, server_default="call"))
    op.add_column("incident", sa.Column("until_us", sa.BigInteger))
    open_and_announced = sa.text("until_us IS NOT NULL AND state = 'open'")
    op.create_index(
        "incident_until",
        "incident",
        ["until_us"],
        sqlite_where=open_and_announced,
        postgresql_where=open_and_announced,
    )


def downgrade() -> None:
    op.drop_index("incident_until", "incident")
    op.drop_column("incident", "until_us")
    op.drop_column("incident", "handling")
