"""What each day has cost, by key and route: budgets are held by it."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """From the fourth schema; days before it are not counted, since budgets begin with it."""
    op.create_table(
        "spent",
        sa.Column("day", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("route", sa.Text, nullable=False),
        sa.Column("cost_nano_usd", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("day", "key", "route", name="pk_spent"),
    )
