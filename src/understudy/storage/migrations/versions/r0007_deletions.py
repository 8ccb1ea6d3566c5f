"""Which tenants were deleted, and when: what is from before does not come back."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """From the sixth schema."""
    op.create_table(
        "deletions",
        sa.Column("tenant", sa.Text, nullable=False),
        sa.Column("at_s", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("tenant", name="pk_deletions"),
    )
