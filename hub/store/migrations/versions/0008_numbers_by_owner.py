"""The highest number of a department's deliveries and of a source's answers is one look into an index.

Revision ID: 0008
"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("delivery_number", "delivery", ["department", "seq"])
    op.create_index("answer_number", "answer", ["source", "seq"])


def downgrade() -> None:
    op.drop_index("answer_number", "answer")
    op.drop_index("delivery_number", "delivery")
