"""What was asked and what it cost by tenant, so that each reads its own bill."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
NAMES = ("tenant", "route", "kind", "model", "purpose")
FIGURES = (
    "exchanges", "costed", "cost_nano_usd", "incumbent_costed", "incumbent_cost_nano_usd", "compared", "saved_nano_usd",
)  # fmt: skip


def upgrade() -> None:
    """From the eleventh schema, whose totals stay where they are.

    They tell no tenant, and a program of that schema that still runs beside this one adds to them: by a key without a
    tenant, it would add to every tenant's.
    """
    op.create_table(
        "bills",
        *(sa.Column(name, sa.Text, nullable=False) for name in NAMES),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in FIGURES),
        sa.PrimaryKeyConstraint(*NAMES, name="pk_bills"),
    )
