"""Where in a block the reports of an incident lie, so that those out of reach are left alone.

Revision ID: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

SIDES = ("west", "south", "east", "north")


def upgrade() -> None:
    for side in SIDES:
        op.add_column("block", sa.Column(side, sa.Float()))


def downgrade() -> None:
    for side in reversed(SIDES):
        op.drop_column("block", side)
