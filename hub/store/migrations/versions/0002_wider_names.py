"""Numbers and versions of sources as long as the unified schema lets them be (200 characters).

Revision ID: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_WIDER = (("alias", "ref", 128, 200), ("event", "version", 64, 200),
          ("grid_version", "id", 64, 100), ("grid_version", "code", 32, 64))


def upgrade() -> None:
    for table, column, old, new in _WIDER:
        _resize(table, column, old, new)


def downgrade() -> None:
    for table, column, old, new in _WIDER:
        _resize(table, column, new, old)


def _resize(table: str, column: str, old: int, new: int) -> None:
    with op.batch_alter_table(table) as batch:  # SQLite cannot alter a column: the table is made anew
        batch.alter_column(column, existing_type=sa.String(old), type_=sa.String(new), existing_nullable=False)
