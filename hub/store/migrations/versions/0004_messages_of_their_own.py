"""Deliveries by the id of their message: a whistle that was called off is told by a message of its own.

The message itself is made when it is sent, under the grants of that moment.

Revision ID: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_COLUMNS = "whistle_id, department, channel, state, seq, attempts, next_us, code, done_us"


def upgrade() -> None:
    copy = f"INSERT INTO delivery_anew (message_id, {_COLUMNS}) SELECT whistle_id, {_COLUMNS} FROM delivery"
    _rebuild([sa.Column("message_id", sa.String(64), nullable=False)], [], "message_id", copy)


def downgrade() -> None:
    """Word of what was called off is lost, and so are messages not sent yet: there is no place for them."""
    copy = (
        f"INSERT INTO delivery_anew ({_COLUMNS}, message) SELECT {_COLUMNS}, '' FROM delivery "
        "WHERE message_id = whistle_id"
    )
    _rebuild([], [sa.Column("message", sa.Text(), nullable=False)], "whistle_id", copy)


def _rebuild(first: list[sa.Column[str]], last: list[sa.Column[str]], key: str, copy: str) -> None:
    # SQLite cannot change a primary key: the table is made anew, on PostgreSQL too, so that both are one
    op.create_table(
        "delivery_anew",
        *first,
        sa.Column("whistle_id", sa.String(40), nullable=False),
        sa.Column("department", sa.String(64), nullable=False),
        sa.Column("channel", sa.String(8), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_us", sa.BigInteger(), nullable=False),
        *last,
        sa.Column("code", sa.String(24)),
        sa.Column("done_us", sa.BigInteger()),
        sa.PrimaryKeyConstraint(key, "channel"),
    )
    op.execute(copy)
    op.drop_index("delivery_waiting", table_name="delivery")
    op.drop_table("delivery")
    op.rename_table("delivery_anew", "delivery")
    op.create_index("delivery_waiting", "delivery", ["department", "channel", "state", "seq"])
