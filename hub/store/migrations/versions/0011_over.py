"""Whether what stands in a block is over, and when it was closed, so that the open and the newest are found by themselves.

Revision ID: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

SIDES = ("west", "south", "east", "north")
CLOSED = """
    (SELECT CASE WHEN i.state = 'open' THEN NULL WHEN i.state IN ('cancelled', 'merged') THEN 0
    ELSE coalesce(i.closed_us, i.last_us) END FROM incident AS i WHERE i.id = block_before.incident_id)"""


def upgrade() -> None:
    op.drop_index("block_incident", "block")
    _key("incident_id", "block", with_closed=True)
    for name, columns, which in (
        ("block_open", ["block", "last_us"], "closed_us IS NULL"),
        ("block_over", ["block", "closed_us", "incident_id"], "closed_us IS NOT NULL"),
    ):
        op.create_index(name, "block", columns, sqlite_where=sa.text(which), postgresql_where=sa.text(which))


def downgrade() -> None:
    op.drop_index("block_over", "block")
    op.drop_index("block_open", "block")
    _key("block", "incident_id", with_closed=False)
    op.create_index("block_incident", "block", ["incident_id"])


def _key(*columns: str, with_closed: bool) -> None:
    """The table anew, with this primary key."""
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint("block_pkey", "block")
    op.rename_table("block", "block_before")
    op.create_table(
        "block",
        sa.Column("block", sa.String(64), nullable=False),
        sa.Column("incident_id", sa.String(40), nullable=False),
        sa.Column("last_us", sa.BigInteger(), nullable=False),
        *(sa.Column(side, sa.Float()) for side in SIDES),
        *([sa.Column("closed_us", sa.BigInteger())] if with_closed else []),
        sa.PrimaryKeyConstraint(*columns),
    )
    kept = ", ".join(("block", "incident_id", "last_us", *SIDES))
    more, values = (", closed_us", f", {CLOSED}") if with_closed else ("", "")
    op.execute(f"INSERT INTO block ({kept}{more}) SELECT {kept}{values} FROM block_before")
    op.drop_table("block_before")
