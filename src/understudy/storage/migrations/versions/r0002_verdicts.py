"""What is said of a pair after its answers came: verdicts, words until they expire, reactions, people's orders."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

# SQLite numbers rows by itself only where the key is called INTEGER.
SEQ = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """From the first schema."""
    op.add_column("hypotheses", sa.Column("imported", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("slices", sa.Column("rate", sa.Double))
    op.add_column("slices", sa.Column("evict", sa.Boolean, nullable=False, server_default=sa.false()))
    op.create_index("ix_exchanges_purpose_at_s", "exchanges", ["purpose", "at_s"])
    _pairs()
    with op.batch_alter_table("outcomes", table_kwargs={"sqlite_autoincrement": True}) as batch:
        batch.alter_column("good", existing_type=sa.Boolean, nullable=True)
        batch.add_column(sa.Column("alone", sa.Boolean, nullable=False, server_default=sa.false()))
    _verdicts()
    _texts()
    _people()


def _pairs() -> None:
    # SQLite would keep the default as text in a column of bytes; elsewhere its way of writing bytes means bits.
    nothing = sa.text("X'7B7D'" if op.get_bind().dialect.name == "sqlite" else "'{}'")
    for column in (
        sa.Column("asked", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("label_propensity", sa.Double, nullable=False, server_default="0"),
        sa.Column("answered", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("surplus", sa.Double, nullable=False, server_default="0"),
        sa.Column("rails", sa.LargeBinary, nullable=False, server_default=nothing),
        sa.Column("candidate_failure", sa.Text),
        sa.Column("incumbent_failure", sa.Text),
        sa.Column("candidate_cost_nano_usd", sa.BigInteger),
        sa.Column("incumbent_cost_nano_usd", sa.BigInteger),
        sa.Column("candidate_ms", sa.Double),
        sa.Column("incumbent_ms", sa.Double),
    ):
        op.add_column("pairs", column)
    open_ones = sa.text("answered AND NOT settled")
    op.create_index("ix_pairs_open", "pairs", ["deadline_s"], sqlite_where=open_ones, postgresql_where=open_ones)


def _verdicts() -> None:
    op.create_table(
        "verdicts",
        sa.Column("seq", SEQ, autoincrement=True, nullable=False),
        sa.Column("exchange_id", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("hypothesis", sa.Text, nullable=False),
        sa.Column("at_s", sa.Double, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("candidate", sa.Double),
        sa.Column("incumbent", sa.Double),
        sa.Column("score", sa.Double),
        sa.Column("first", sa.Double),
        sa.Column("second", sa.Double),
        sa.Column("missing", sa.Text),
        sa.Column("digest", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_verdicts"),
        sa.UniqueConstraint("exchange_id", "source", name="uq_verdicts_exchange_id_source"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_verdicts_hypothesis", "verdicts", ["hypothesis"])


def _texts() -> None:
    op.create_table(
        "texts",
        sa.Column("exchange_id", sa.Text, nullable=False),
        sa.Column("hypothesis", sa.Text, nullable=False),
        sa.Column("at_s", sa.Double, nullable=False),
        sa.Column("expires_at_s", sa.Double, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("candidate_model", sa.Text, nullable=False),
        sa.Column("candidate_may_train", sa.Boolean, nullable=False),
        sa.Column("candidate_may_evaluate", sa.Boolean, nullable=False),
        sa.Column("incumbent_model", sa.Text, nullable=False),
        sa.Column("incumbent_may_train", sa.Boolean, nullable=False),
        sa.Column("incumbent_may_evaluate", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("exchange_id", name="pk_texts"),
    )
    op.create_index("ix_texts_expires_at_s", "texts", ["expires_at_s"])


def _people() -> None:
    op.create_table(
        "feedback",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("exchange_id", sa.Text, nullable=False),
        sa.Column("at_s", sa.Double, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("signal", sa.Text, nullable=False),
        sa.Column("y", sa.Double, nullable=False),
        sa.Column("hypothesis", sa.Text),
        sa.Column("unit", sa.Text),
        sa.Column("side", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_feedback"),
    )
    op.create_index("ix_feedback_hypothesis_at_s", "feedback", ["hypothesis", "at_s"])
    op.create_table(
        "orders",
        sa.Column("seq", SEQ, autoincrement=True, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("at_s", sa.Double, nullable=False),
        sa.Column("tenant", sa.Text, nullable=False),
        sa.Column("route", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("verb", sa.Text, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("rung", sa.Integer),
        sa.Column("seen", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("hypothesis", sa.Text, nullable=False),
        sa.Column("done", sa.Boolean),
        sa.Column("words", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_orders"),
        sa.UniqueConstraint("id", name="uq_orders_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_orders_hypothesis", "orders", ["hypothesis"])
    unanswered = sa.text("done IS NULL")
    op.create_index("ix_orders_open", "orders", ["seq"], sqlite_where=unanswered, postgresql_where=unanswered)
