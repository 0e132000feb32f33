"""What was sent lies beside its record, and what waits for the relay is counted by transaction: bytes are written once.

Revision ID: 0009
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

PARCEL = 1_000_000
MOST = 2_000


def upgrade() -> None:
    _bodies()
    _parcels()
    op.drop_index("alias_key", "alias")  # nobody asks so


def _bodies() -> None:
    op.create_table(
        "body",
        sa.Column("received_us", sa.BigInteger(), nullable=False),
        sa.Column("record_id", sa.String(40), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("received_us", "record_id"),
        postgresql_partition_by="RANGE (received_us)",
    )
    if op.get_bind().dialect.name == "postgresql":
        _months()
    op.execute(
        "INSERT INTO body (received_us, record_id, sealed) SELECT received_us, id, sealed FROM record "
        "WHERE sealed IS NOT NULL ORDER BY received_us"
    )
    op.drop_index("record_kept", "record")
    op.drop_index("record_digest", "record")
    op.drop_column("record", "sealed")


def _months() -> None:
    """One for each month of what was received so far, and the rest; clockwork makes those to come."""
    op.execute("CREATE TABLE body_rest PARTITION OF body DEFAULT")
    rows = op.get_bind().exec_driver_sql(
        "SELECT DISTINCT date_part('year', m)::int, date_part('month', m)::int FROM "
        "(SELECT to_timestamp(received_us / 1000000) AT TIME ZONE 'UTC' AS m FROM record) AS moments"
    )
    for year, month in rows.all():
        begins, ends = datetime(year, month, 1, tzinfo=UTC), datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
        op.execute(
            f"CREATE TABLE body_{year:04d}_{month:02d} PARTITION OF body FOR VALUES "
            f"FROM ({int(begins.timestamp()) * 1_000_000}) TO ({int(ends.timestamp()) * 1_000_000})"
        )


def _parcels() -> None:
    """Those of `sent = 0` that stood before are numbered anew in parcels, in order; new ones begin behind them."""
    op.create_table(
        "parcel",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=True
        ),
        sa.Column("number", sa.Integer(), nullable=False),
    )
    last = op.get_bind().exec_driver_sql("SELECT coalesce(max(seq), 0) FROM message").scalar_one()
    op.execute(
        f"UPDATE message SET seq = ({last // PARCEL + 1} + n / {MOST}) * {PARCEL} + n % {MOST} FROM "
        "(SELECT seq AS was, row_number() OVER (ORDER BY seq) - 1 AS n FROM message WHERE sent = 0) AS waiting "
        "WHERE seq = was"
    )
    op.execute(
        f"INSERT INTO parcel (id, number) SELECT seq / {PARCEL}, count(*) FROM message WHERE sent = 0 GROUP BY 1"
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "SELECT setval(pg_get_serial_sequence('parcel', 'id'), "
            f"(SELECT coalesce(max(seq), 0) / {PARCEL} + 1 FROM message), false)"
        )
    op.drop_index("message_unsent", "message")
    op.drop_index("message_topic", "message")
    lies_here = sa.text("sent = 1")
    op.create_index(
        "message_topic",
        "message",
        ["topic", "part", "seq"],
        sqlite_where=lies_here,
        postgresql_where=lies_here,
    )


def downgrade() -> None:
    op.create_index("alias_key", "alias", ["key"])
    op.add_column("record", sa.Column("sealed", sa.LargeBinary()))
    op.execute("UPDATE record SET sealed = (SELECT sealed FROM body WHERE body.record_id = record.id)")
    op.drop_table("body")
    op.create_index("record_digest", "record", ["source", "digest"])
    kept = sa.text("sealed IS NOT NULL")
    op.create_index("record_kept", "record", ["received_us"], sqlite_where=kept, postgresql_where=kept)
    op.execute(f"UPDATE message SET sent = 1 WHERE seq / {PARCEL} NOT IN (SELECT id FROM parcel)")
    op.drop_table("parcel")
    unsent = sa.text("sent = 0")
    op.drop_index("message_topic", "message")
    op.create_index("message_topic", "message", ["topic", "part", "seq"])
    op.create_index(
        "message_unsent", "message", ["sent", "seq"], sqlite_where=unsent, postgresql_where=unsent
    )
