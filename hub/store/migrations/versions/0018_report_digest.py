"""A keyed digest of what a department said in a report, so that another one under the same number is known as another.

Revision ID: 0018
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("report", sa.Column("digest", sa.String(64), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("report", "digest")
