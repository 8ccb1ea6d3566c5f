"""The first tables: the journal, its running totals, the evidence, the slices and their record."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

# SQLite numbers rows by itself only where the key is called INTEGER.
SEQ = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """From nothing to the first schema."""
    _house()
    _journal()
    _evidence()
    _slices()


def _house() -> None:
    op.create_table(
        "house",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("writes", sa.BigInteger, nullable=False),
        sa.Column("board_version", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_house"),
    )
    op.create_table(
        "positions",
        sa.Column("segment", sa.Text, nullable=False),
        sa.Column("place", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("segment", name="pk_positions"),
    )
    op.create_table(
        "leases",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("fence", sa.BigInteger, nullable=False),
        sa.Column("expires_at_s", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_leases"),
    )
    house = sa.table("house", sa.column("id"), sa.column("writes"), sa.column("board_version"))
    op.execute(house.insert().values(id=1, writes=0, board_version=0))


def _journal() -> None:
    op.create_table(
        "exchanges",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("at_s", sa.Double, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("shadow_of", sa.Text),
        sa.Column("tenant", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("route", sa.Text),
        sa.Column("kind", sa.Text),
        sa.Column("dialect", sa.Text, nullable=False),
        sa.Column("asked", sa.Text, nullable=False),
        sa.Column("model", sa.Text),
        sa.Column("owned", sa.Boolean),
        sa.Column("build", sa.Text),
        sa.Column("stream", sa.Boolean, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("http_status", sa.Integer, nullable=False),
        sa.Column("fault", sa.Text),
        sa.Column("stop", sa.Text),
        sa.Column("uncached_in", sa.BigInteger),
        sa.Column("cache_read", sa.BigInteger),
        sa.Column("cache_write_5m", sa.BigInteger),
        sa.Column("cache_write_1h", sa.BigInteger),
        sa.Column("out", sa.BigInteger),
        sa.Column("reasoning", sa.BigInteger),
        sa.Column("cost_nano_usd", sa.BigInteger),
        sa.Column("incumbent_cost_nano_usd", sa.BigInteger),
        sa.Column("latency_ms", sa.Double, nullable=False),
        sa.Column("first_token_ms", sa.Double),
        sa.Column("hypothesis", sa.Text),
        sa.Column("unit", sa.Text),
        sa.Column("record", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_exchanges"),
    )
    op.create_index("ix_exchanges_at_s", "exchanges", ["at_s"])
    op.create_index("ix_exchanges_route_at_s", "exchanges", ["route", "at_s"])
    op.create_table(
        "money",
        sa.Column("route", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("exchanges", sa.BigInteger, nullable=False),
        sa.Column("costed", sa.BigInteger, nullable=False),
        sa.Column("cost_nano_usd", sa.BigInteger, nullable=False),
        sa.Column("incumbent_costed", sa.BigInteger, nullable=False),
        sa.Column("incumbent_cost_nano_usd", sa.BigInteger, nullable=False),
        sa.Column("compared", sa.BigInteger, nullable=False),
        sa.Column("saved_nano_usd", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("route", "kind", "model", "purpose", name="pk_money"),
    )


def _evidence() -> None:
    op.create_table(
        "hypotheses",
        sa.Column("seq", SEQ, autoincrement=True, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("tenant", sa.Text, nullable=False),
        sa.Column("route", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("registered_at_s", sa.Double, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_hypotheses"),
        sa.UniqueConstraint("id", name="uq_hypotheses_id"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "pairs",
        sa.Column("seq", SEQ, autoincrement=True, nullable=False),
        sa.Column("exchange_id", sa.Text, nullable=False),
        sa.Column("hypothesis", sa.Text, nullable=False),
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("at_s", sa.Double, nullable=False),
        sa.Column("served", sa.Text, nullable=False),
        sa.Column("deadline_s", sa.Double, nullable=False),
        sa.Column("propensity", sa.Double, nullable=False),
        sa.Column("idle_s", sa.Double),
        sa.Column("settled", sa.Boolean, nullable=False),
        sa.Column("candidate", sa.Double),
        sa.Column("incumbent", sa.Double),
        sa.Column("candidate_good", sa.Boolean, nullable=False),
        sa.Column("incumbent_good", sa.Boolean, nullable=False),
        sa.Column("missing", sa.Text),
        sa.Column("candidate_build", sa.Text, nullable=False),
        sa.Column("incumbent_build", sa.Text, nullable=False),
        sa.Column("prompt_hash", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("shadow_cost_nano_usd", sa.BigInteger),
        sa.PrimaryKeyConstraint("seq", name="pk_pairs"),
        sa.UniqueConstraint("exchange_id", name="uq_pairs_exchange_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_pairs_hypothesis_seq", "pairs", ["hypothesis", "seq"])
    op.create_table(
        "outcomes",
        sa.Column("seq", SEQ, autoincrement=True, nullable=False),
        sa.Column("exchange_id", sa.Text, nullable=False),
        sa.Column("hypothesis", sa.Text, nullable=False),
        sa.Column("at_s", sa.Double, nullable=False),
        sa.Column("side", sa.Text, nullable=False),
        sa.Column("outcome", sa.Double),
        sa.Column("good", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_outcomes"),
        sa.UniqueConstraint("exchange_id", name="uq_outcomes_exchange_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outcomes_hypothesis_seq", "outcomes", ["hypothesis", "seq"])


def _slices() -> None:
    op.create_table(
        "slices",
        sa.Column("tenant", sa.Text, nullable=False),
        sa.Column("route", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("hypothesis", sa.Text, nullable=False),
        sa.Column("share", sa.Double, nullable=False),
        sa.Column("shadow", sa.Boolean, nullable=False),
        sa.Column("watching", sa.Boolean, nullable=False),
        sa.Column("state", sa.LargeBinary, nullable=False),
        sa.Column("updated_at_s", sa.Double, nullable=False),
        sa.ForeignKeyConstraint(["hypothesis"], ["hypotheses.id"], name="fk_slices_hypothesis"),
        sa.PrimaryKeyConstraint("tenant", "route", "kind", name="pk_slices"),
    )
    op.create_table(
        "transitions",
        sa.Column("seq", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("tenant", sa.Text, nullable=False),
        sa.Column("route", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("hypothesis", sa.Text, nullable=False),
        sa.Column("at_s", sa.Double, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("prev_hash", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["hypothesis"], ["hypotheses.id"], name="fk_transitions_hypothesis"),
        sa.PrimaryKeyConstraint("seq", name="pk_transitions"),
        sa.UniqueConstraint("hash", name="uq_transitions_hash"),
        sa.UniqueConstraint("prev_hash", name="uq_transitions_prev_hash"),
    )
    op.create_index("ix_transitions_route_kind_seq", "transitions", ["route", "kind", "seq"])
