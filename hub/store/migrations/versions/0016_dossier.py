"""The chained file of every whistle; and what has still to be put into one is found.

Revision ID: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

UNFILED = {
    "step": ("whistle_id", "filed = 0"),
    "overdue": ("whistle_id", "filed <> excused"),
    "delivery": ("whistle_id", "filed_us = 0 OR (done_us IS NOT NULL AND done_us <> filed_us)"),
    "answer": ("event_key", "state <> 'waiting' AND filed = 0"),
    "link": ("incident_id", "filed = 0 OR (filed = 1 AND undone_us IS NOT NULL)"),
    "card": ("whistle_id", "filed = 0"),
    "measure": ("whistle_id", "filed = 0"),
    "turn": ("subject_id", "filed = 0"),
    "evaluation": ("whistle_id", "filed = 0"),
    "evidence": ("whistle_id", "filed = 0"),
    "evidence_flag": ("whistle_id", "filed = 0"),
}
MARKED = ("step", "answer", "link", "card", "measure", "turn", "evaluation", "evidence", "evidence_flag")


def upgrade() -> None:
    op.create_table(
        "dossier_entry",
        sa.Column("whistle_id", sa.String(40), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("origin", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("made_us", sa.BigInteger(), nullable=False),
        sa.Column("algorithm", sa.String(8), nullable=False),
        sa.Column("inner_digest", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("seed", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("whistle_id", "seq"),
    )
    op.create_index("dossier_origin", "dossier_entry", ["whistle_id", "origin"], unique=True)
    op.create_table(
        "dossier_head",
        sa.Column("whistle_id", sa.String(40), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("incident_id", sa.String(40), nullable=False),
        sa.Column("clocks", sa.String(32), nullable=False),
        sa.Column("anchored", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("whistle_id"),
    )
    differs = sa.text("seq <> anchored")
    op.create_index(
        "dossier_unanchored", "dossier_head", ["whistle_id"], sqlite_where=differs, postgresql_where=differs
    )
    op.create_table(
        "dossier_mark",
        sa.Column("chain", sa.String(96), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("chain"),
    )
    for table in MARKED:
        op.add_column(table, sa.Column("filed", sa.SmallInteger(), nullable=False, server_default="0"))
    op.add_column("overdue", sa.Column("filed", sa.String(16), nullable=False, server_default="-"))
    op.add_column("delivery", sa.Column("filed_us", sa.BigInteger(), nullable=False, server_default="0"))
    for table, (column, where) in UNFILED.items():
        op.create_index(
            f"{table}_unfiled", table, [column], sqlite_where=sa.text(where), postgresql_where=sa.text(where)
        )


def downgrade() -> None:
    for table in UNFILED:
        op.drop_index(f"{table}_unfiled", table)
    for table in (*MARKED, "overdue"):
        op.drop_column(table, "filed")
    op.drop_column("delivery", "filed_us")
    for table in ("dossier_mark", "dossier_head", "dossier_entry"):
        op.drop_table(table)
