"""How often kinds are compared, and what a budget leaves of it."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """From the fifth schema."""
    op.create_table(
        "strata",
        sa.Column("tenant", sa.Text, nullable=False),
        sa.Column("route", sa.Text, nullable=False),
        sa.Column("at_s", sa.Double, nullable=False),
        sa.Column("kinds", sa.LargeBinary, nullable=False),
        sa.Column("new", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("tenant", "route", name="pk_strata"),
    )
    op.create_table(
        "paces",
        sa.Column("route", sa.Text, nullable=False),
        sa.Column("pace", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("route", name="pk_paces"),
    )
