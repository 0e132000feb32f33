"""What a person wants of a source: a pause, or that it goes on.

Revision ID: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("adapter_state", sa.Column("wish", sa.String(8), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("adapter_state", "wish")
