"""Comparisons of a pool that wait for a judge, how sane it is, and on which scale a lesson's outcomes are."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """From the seventh schema."""
    op.add_column("lessons", sa.Column("by", sa.Text, nullable=False, server_default=""))
    op.create_table(
        "comparisons",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False, autoincrement=True),
        sa.Column("exchange_id", sa.Text, nullable=False),
        sa.Column("tenant", sa.Text, nullable=False),
        sa.Column("route", sa.Text, nullable=False),
        sa.Column("at_s", sa.Double, nullable=False),
        sa.Column("expires_at_s", sa.Double, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_comparisons"),
        sa.UniqueConstraint("exchange_id", name="uq_comparisons_exchange_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_comparisons_expires_at_s", "comparisons", ["expires_at_s"])
    op.create_index("ix_comparisons_route_seq", "comparisons", ["route", "seq"])
    op.create_table(
        "probes",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False, autoincrement=True),
        sa.Column("exchange_id", sa.Text, nullable=False),
        sa.Column("tenant", sa.Text, nullable=False),
        sa.Column("route", sa.Text, nullable=False),
        sa.Column("at_s", sa.Double, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("score", sa.Double),
        sa.PrimaryKeyConstraint("seq", name="pk_probes"),
        sa.UniqueConstraint("exchange_id", "version", name="uq_probes_exchange_id_version"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_probes_route_seq", "probes", ["route", "seq"])
