"""Indexes by which a tenant's own rows, a user's word on an answer and a judge's on a stretch of time are found."""

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """From the tenth schema."""
    op.create_index("ix_exchanges_tenant_at_s", "exchanges", ["tenant", "at_s"])
    op.create_index("ix_feedback_exchange_id", "feedback", ["exchange_id"])
    op.drop_index("ix_verdicts_hypothesis", "verdicts")
    op.create_index("ix_verdicts_hypothesis_at_s", "verdicts", ["hypothesis", "at_s"])
