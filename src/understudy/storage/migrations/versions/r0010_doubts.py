"""When a judge spoke on a lesson, and since when what it said is doubted, once it is found fooled."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """From the ninth schema. What was judged before is dated by its exchange, since it was judged soon after."""
    op.add_column("lessons", sa.Column("judged_s", sa.Double, nullable=False, server_default=sa.text("0")))
    op.execute("UPDATE lessons SET judged_s = at_s WHERE \"by\" <> ''")
    op.add_column("probes", sa.Column("doubted_s", sa.Double))
    fallen = sa.text("doubted_s IS NOT NULL")
    op.create_index("ix_probes_fallen", "probes", ["route"], sqlite_where=fallen, postgresql_where=fallen)
