"""Second factors, changes that wait for a second person, sign-ins that are half done, tokens of machines.

Revision ID: 0064
"""

import sqlalchemy as sa
from alembic import op

revision = "0064"
down_revision = "0061"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("account") as table:
        table.add_column(sa.Column("subject", sa.String(512)))
        table.add_column(sa.Column("second", sa.LargeBinary()))
        table.add_column(sa.Column("second_us", sa.BigInteger()))
        table.add_column(sa.Column("second_step", sa.BigInteger(), nullable=False, server_default="0"))
        table.add_column(sa.Column("handover", sa.String(64), nullable=False, server_default=""))
    op.create_index("account_subject", "account", ["subject"], unique=True)
    with op.batch_alter_table("session") as table:
        table.add_column(sa.Column("agent", sa.String(160), nullable=False, server_default=""))
    op.create_table(
        "recovery",
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("account", "digest"),
    )
    op.create_table(
        "account_change",
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("change", sa.String(16), nullable=False),
        sa.Column("made_by", sa.String(64), nullable=False),
        sa.Column("made_us", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.String(512), nullable=False),
        sa.PrimaryKeyConstraint("account", "change"),
    )
    op.create_table(
        "signin_attempt",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("nonce", sa.String(64), nullable=False),
        sa.Column("verifier", sa.String(128), nullable=False),
        sa.Column("onward", sa.Text(), nullable=False),
        sa.Column("made_us", sa.BigInteger(), nullable=False),
    )
    op.create_index("signin_attempt_made", "signin_attempt", ["made_us"])
    with op.batch_alter_table("principal") as table:
        table.add_column(sa.Column("is_certificate", sa.SmallInteger(), nullable=False, server_default="0"))
    op.create_table(
        "access_token",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("key_hash", sa.String(64), nullable=False),
        sa.Column("scopes", sa.String(32), nullable=False),
        sa.Column("until_us", sa.BigInteger(), nullable=False),
    )
    op.create_index("access_token_until", "access_token", ["until_us"])


def downgrade() -> None:
    op.drop_table("access_token")
    with op.batch_alter_table("principal") as table:
        table.drop_column("is_certificate")
    op.drop_table("signin_attempt")
    op.drop_table("account_change")
    op.drop_table("recovery")
    with op.batch_alter_table("session") as table:
        table.drop_column("agent")
    op.drop_index("account_subject", "account")
    with op.batch_alter_table("account") as table:
        for name in ("handover", "second_step", "second_us", "second", "subject"):
            table.drop_column(name)
