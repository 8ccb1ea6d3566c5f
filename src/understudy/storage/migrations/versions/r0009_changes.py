"""Since when a route's traffic is as it is now, and of which conversation a lesson is."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """From the eighth schema."""
    op.add_column("beliefs", sa.Column("changed_s", sa.Double, nullable=False, server_default=sa.text("0")))
    op.add_column("lessons", sa.Column("unit", sa.Text, nullable=False, server_default=""))
