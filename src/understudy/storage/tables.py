"""The tables, all of them. The migrations beside this file make them; a test holds the two together.

The books (exchanges, pairs, outcomes) are keyed by the exchange that a row came from, so that the same record entered
twice is there once. What is asked of often has a column; an exchange is also kept whole. `house` has one row, which
every writing transaction touches first: writers stand in one queue on every engine, and a row's number (`seq`) grows
in the order in which rows become visible.
"""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import TypeDecorator

# Named for us, and not `alembic_version`: a database that has tables but not this one is somebody else's.
VERSION_TABLE = "understudy_schema"
HOUSE_ROW = 1
# More than this (a thousand dollars for one answer) is an upstream's nonsense. Columns and totals must not overflow
# for it; it stands unchanged in the exchange's record.
MAX_FIGURE = 10**12


class Words(TypeDecorator[str]):
    """Text from outside. A NUL character, which PostgreSQL refuses, is kept as the replacement character."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str | None:
        """The text as every engine takes it."""
        return value.replace("\x00", "\ufffd") if value is not None and "\x00" in value else value


class Figure(TypeDecorator[int]):
    """A count of tokens or nano-dollars from outside; one beyond MAX_FIGURE is unknown here."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: int | None, dialect: sa.Dialect) -> int | None:
        """The count, or None."""
        return figure(value)


def figure(value: int | None) -> int | None:
    """A count of tokens or nano-dollars, or None if it is absurd."""
    return value if value is not None and abs(value) <= MAX_FIGURE else None


metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite numbers rows by itself only where the key is called INTEGER.
_SEQ = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _seq() -> sa.Column[int]:
    """A number that grows with every row and is never used again."""
    return sa.Column("seq", _SEQ, primary_key=True, autoincrement=True)


house = sa.Table(
    "house",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("writes", sa.BigInteger, nullable=False),
    sa.Column("board_version", sa.BigInteger, nullable=False),
)

positions = sa.Table(
    "positions",
    metadata,
    sa.Column("segment", Words, primary_key=True),
    sa.Column("place", sa.BigInteger, nullable=False),
)

exchanges = sa.Table(
    "exchanges",
    metadata,
    sa.Column("id", Words, primary_key=True),
    sa.Column("at_s", sa.Double, nullable=False, index=True),
    sa.Column("purpose", Words, nullable=False),
    sa.Column("shadow_of", Words),
    sa.Column("tenant", Words, nullable=False),
    sa.Column("key", Words, nullable=False),
    sa.Column("route", Words),
    sa.Column("kind", Words),
    sa.Column("dialect", Words, nullable=False),
    sa.Column("asked", Words, nullable=False),
    sa.Column("model", Words),
    sa.Column("owned", sa.Boolean),
    sa.Column("build", Words),
    sa.Column("stream", sa.Boolean, nullable=False),
    sa.Column("status", Words, nullable=False),
    sa.Column("http_status", sa.Integer, nullable=False),
    sa.Column("fault", Words),
    sa.Column("stop", Words),
    sa.Column("uncached_in", Figure),
    sa.Column("cache_read", Figure),
    sa.Column("cache_write_5m", Figure),
    sa.Column("cache_write_1h", Figure),
    sa.Column("out", Figure),
    sa.Column("reasoning", Figure),
    sa.Column("cost_nano_usd", Figure),
    sa.Column("incumbent_cost_nano_usd", Figure),
    sa.Column("latency_ms", sa.Double, nullable=False),
    sa.Column("first_token_ms", sa.Double),
    sa.Column("hypothesis", Words),
    sa.Column("unit", Words),
    # The whole exchange as JSON.
    sa.Column("record", sa.LargeBinary, nullable=False),
    sa.Index(None, "route", "at_s"),
    sa.Index(None, "purpose", "at_s"),
    sa.Index(None, "tenant", "at_s"),
)


def _totals() -> Iterator[sa.Column[Any]]:
    """What a bill is by besides its tenant, and its figures."""
    for name in ("route", "kind", "model", "purpose"):
        yield sa.Column(name, Words, primary_key=True)
    for name in BILLED:
        yield sa.Column(name, sa.BigInteger, nullable=False)


# The figures of a bill.
BILLED = (
    "exchanges", "costed", "cost_nano_usd", "incumbent_costed", "incumbent_cost_nano_usd", "compared", "saved_nano_usd",
)  # fmt: skip
# Running totals of the exchanges, so that the bill does not take a walk over the journal, and outlives it.
bills = sa.Table("bills", metadata, sa.Column("tenant", Words, primary_key=True), *_totals())
# The totals from before they were kept by tenant, whose they are nobody knows any more. Only a program from before adds
# to them, where one still runs beside this one on the same database.
money = sa.Table("money", metadata, *_totals())

# What each day has cost, by key and route, for budgets: what callers were served, trials among it.
spent = sa.Table(
    "spent",
    metadata,
    sa.Column("day", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("key", Words, primary_key=True),
    sa.Column("route", Words, primary_key=True),
    sa.Column("cost_nano_usd", sa.BigInteger, nullable=False),
)

hypotheses = sa.Table(
    "hypotheses",
    metadata,
    _seq(),
    sa.Column("id", Words, nullable=False, unique=True),
    sa.Column("tenant", Words, nullable=False),
    sa.Column("route", Words, nullable=False),
    sa.Column("kind", Words, nullable=False),
    sa.Column("attempt", sa.Integer, nullable=False),
    sa.Column("registered_at_s", sa.Double, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("imported", sa.Boolean, nullable=False, server_default=sa.false()),
    sqlite_autoincrement=True,
)

# No foreign key to the hypotheses: a spool may outlive the database that its hypotheses were registered in, and one
# record without a home must not stop the books for all others.
pairs = sa.Table(
    "pairs",
    metadata,
    _seq(),
    sa.Column("exchange_id", Words, nullable=False, unique=True),
    sa.Column("hypothesis", Words, nullable=False),
    sa.Column("unit", Words, nullable=False),
    sa.Column("at_s", sa.Double, nullable=False),
    sa.Column("served", Words, nullable=False),
    sa.Column("deadline_s", sa.Double, nullable=False),
    sa.Column("propensity", sa.Double, nullable=False),
    sa.Column("idle_s", sa.Double),
    sa.Column("settled", sa.Boolean, nullable=False),
    sa.Column("candidate", sa.Double),
    sa.Column("incumbent", sa.Double),
    sa.Column("candidate_good", sa.Boolean, nullable=False),
    sa.Column("incumbent_good", sa.Boolean, nullable=False),
    sa.Column("missing", Words),
    sa.Column("candidate_build", Words, nullable=False),
    sa.Column("incumbent_build", Words, nullable=False),
    sa.Column("prompt_hash", Words, nullable=False),
    sa.Column("digest", Words, nullable=False),
    sa.Column("shadow_cost_nano_usd", Figure),
    sa.Column("asked", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("label_propensity", sa.Double, nullable=False, server_default="0"),
    sa.Column("answered", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("surplus", sa.Double, nullable=False, server_default="0"),
    sa.Column("rails", sa.LargeBinary, nullable=False),
    sa.Column("candidate_failure", Words),
    sa.Column("incumbent_failure", Words),
    sa.Column("candidate_cost_nano_usd", Figure),
    sa.Column("incumbent_cost_nano_usd", Figure),
    sa.Column("candidate_ms", sa.Double),
    sa.Column("incumbent_ms", sa.Double),
    sa.Index(None, "hypothesis", "seq"),
    # Late verdicts are looked for many times a second: only what is answered, open and not overdue is walked.
    sa.Index(
        "ix_pairs_open",
        "deadline_s",
        sqlite_where=sa.text("answered AND NOT settled"),
        postgresql_where=sa.text("answered AND NOT settled"),
    ),
    sqlite_autoincrement=True,
)

outcomes = sa.Table(
    "outcomes",
    metadata,
    _seq(),
    sa.Column("exchange_id", Words, nullable=False, unique=True),
    sa.Column("hypothesis", Words, nullable=False),
    sa.Column("at_s", sa.Double, nullable=False),
    sa.Column("side", Words, nullable=False),
    sa.Column("outcome", sa.Double),
    sa.Column("good", sa.Boolean),
    sa.Column("alone", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Index(None, "hypothesis", "seq"),
    sqlite_autoincrement=True,
)

# The first verdict of a source on a pair counts; pairs are changed by none.
verdicts = sa.Table(
    "verdicts",
    metadata,
    _seq(),
    sa.Column("exchange_id", Words, nullable=False),
    sa.Column("source", Words, nullable=False),
    sa.Column("hypothesis", Words, nullable=False),
    sa.Column("at_s", sa.Double, nullable=False),
    sa.Column("by", Words, nullable=False),
    sa.Column("version", Words, nullable=False),
    sa.Column("candidate", sa.Double),
    sa.Column("incumbent", sa.Double),
    sa.Column("score", sa.Double),
    sa.Column("first", sa.Double),
    sa.Column("second", sa.Double),
    sa.Column("missing", Words),
    sa.Column("digest", Words, nullable=False),
    sa.UniqueConstraint("exchange_id", "source"),
    sa.Index(None, "hypothesis", "at_s"),
    sqlite_autoincrement=True,
)

# Words at rest: `body` is encrypted under a key that is not in the database.
texts = sa.Table(
    "texts",
    metadata,
    sa.Column("exchange_id", Words, primary_key=True),
    sa.Column("hypothesis", Words, nullable=False),
    sa.Column("at_s", sa.Double, nullable=False),
    sa.Column("expires_at_s", sa.Double, nullable=False, index=True),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("candidate_model", Words, nullable=False),
    sa.Column("candidate_may_train", sa.Boolean, nullable=False),
    sa.Column("candidate_may_evaluate", sa.Boolean, nullable=False),
    sa.Column("incumbent_model", Words, nullable=False),
    sa.Column("incumbent_may_train", sa.Boolean, nullable=False),
    sa.Column("incumbent_may_evaluate", sa.Boolean, nullable=False),
)

# Answers that requests go on from. `key` is made of tenant and id; without a body, an answer was deleted, and the row
# stays until it would have expired, so that the spool cannot bring it back.
kept = sa.Table(
    "kept",
    metadata,
    sa.Column("key", Words, primary_key=True),
    sa.Column("id", Words, nullable=False),
    sa.Column("tenant", Words, nullable=False),
    sa.Column("at_s", sa.Double, nullable=False),
    sa.Column("expires_at_s", sa.Double, nullable=False, index=True),
    sa.Column("body", sa.LargeBinary),
)

# What routes learn from: `outcomes` is JSON by model, `body` the prompt's first characters, encrypted.
lessons = sa.Table(
    "lessons",
    metadata,
    _seq(),
    sa.Column("exchange_id", Words, nullable=False, unique=True),
    sa.Column("tenant", Words, nullable=False),
    sa.Column("key", Words, nullable=False),
    sa.Column("route", Words, nullable=False),
    sa.Column("kind", Words, nullable=False),
    sa.Column("at_s", sa.Double, nullable=False),
    sa.Column("expires_at_s", sa.Double, nullable=False, index=True),
    sa.Column("served", Words, nullable=False),
    sa.Column("outcomes", sa.LargeBinary, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("by", Words, nullable=False, server_default=""),
    sa.Column("unit", Words, nullable=False, server_default=""),
    sa.Column("judged_s", sa.Double, nullable=False, server_default=sa.text("0")),
    sa.Index(None, "route", "seq"),
    sqlite_autoincrement=True,
)

# All answers of a pool to one prompt, encrypted, until a judge has spoken and they are a lesson.
comparisons = sa.Table(
    "comparisons",
    metadata,
    _seq(),
    sa.Column("exchange_id", Words, nullable=False, unique=True),
    sa.Column("tenant", Words, nullable=False),
    sa.Column("route", Words, nullable=False),
    sa.Column("at_s", sa.Double, nullable=False),
    sa.Column("expires_at_s", sa.Double, nullable=False, index=True),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Index(None, "route", "seq"),
    sqlite_autoincrement=True,
)

# What judges said of answers that say nothing: numbers, so that they stay.
probes = sa.Table(
    "probes",
    metadata,
    _seq(),
    sa.Column("exchange_id", Words, nullable=False),
    sa.Column("tenant", Words, nullable=False),
    sa.Column("route", Words, nullable=False),
    sa.Column("at_s", sa.Double, nullable=False),
    sa.Column("by", Words, nullable=False),
    sa.Column("version", Words, nullable=False),
    sa.Column("score", sa.Double),
    sa.Column("doubted_s", sa.Double),
    sa.UniqueConstraint("exchange_id", "version"),
    sa.Index(None, "route", "seq"),
    # Few judges fall, and it is asked every second whether one has.
    sa.Index(
        "ix_probes_fallen",
        "route",
        sqlite_where=sa.text("doubted_s IS NOT NULL"),
        postgresql_where=sa.text("doubted_s IS NOT NULL"),
    ),
    sqlite_autoincrement=True,
)

# What a tenant's route believes; without a body, a belief that was taken back: lessons before `since_s` do not count.
beliefs = sa.Table(
    "beliefs",
    metadata,
    sa.Column("tenant", Words, primary_key=True),
    sa.Column("route", Words, primary_key=True),
    sa.Column("version", Words, nullable=False),
    sa.Column("at_s", sa.Double, nullable=False),
    sa.Column("since_s", sa.Double, nullable=False),
    sa.Column("words", Words, nullable=False),
    sa.Column("body", sa.LargeBinary),
    sa.Column("changed_s", sa.Double, nullable=False, server_default=sa.text("0")),
)

# How often the kinds of a tenant's route are compared: `kinds` is JSON, multiples of the route's rate by kind.
strata = sa.Table(
    "strata",
    metadata,
    sa.Column("tenant", Words, primary_key=True),
    sa.Column("route", Words, primary_key=True),
    sa.Column("at_s", sa.Double, nullable=False),
    sa.Column("kinds", sa.LargeBinary, nullable=False),
    sa.Column("new", sa.Double, nullable=False),
)

# What the budget of a route with a pool leaves of its comparisons.
paces = sa.Table(
    "paces",
    metadata,
    sa.Column("route", Words, primary_key=True),
    sa.Column("pace", sa.Double, nullable=False),
)

feedback = sa.Table(
    "feedback",
    metadata,
    sa.Column("id", Words, primary_key=True),
    sa.Column("exchange_id", Words, nullable=False, index=True),
    sa.Column("at_s", sa.Double, nullable=False),
    sa.Column("key", Words, nullable=False),
    sa.Column("signal", Words, nullable=False),
    sa.Column("y", sa.Double, nullable=False),
    sa.Column("hypothesis", Words),
    sa.Column("unit", Words),
    sa.Column("side", Words),
    sa.Index(None, "hypothesis", "at_s"),
)

orders = sa.Table(
    "orders",
    metadata,
    _seq(),
    sa.Column("id", Words, nullable=False, unique=True),
    sa.Column("at_s", sa.Double, nullable=False),
    sa.Column("tenant", Words, nullable=False),
    sa.Column("route", Words, nullable=False),
    sa.Column("kind", Words, nullable=False),
    sa.Column("verb", Words, nullable=False),
    sa.Column("who", Words, nullable=False),
    sa.Column("rung", sa.Integer),
    sa.Column("seen", Words, nullable=False),
    sa.Column("note", Words, nullable=False),
    sa.Column("hypothesis", Words, nullable=False),
    sa.Column("done", sa.Boolean),
    sa.Column("words", Words, nullable=False),
    sa.Index(None, "hypothesis"),
    sa.Index("ix_orders_open", "seq", sqlite_where=sa.text("done IS NULL"), postgresql_where=sa.text("done IS NULL")),
    sqlite_autoincrement=True,
)

slices = sa.Table(
    "slices",
    metadata,
    sa.Column("tenant", Words, primary_key=True),
    sa.Column("route", Words, primary_key=True),
    sa.Column("kind", Words, primary_key=True),
    sa.Column("hypothesis", Words, sa.ForeignKey("hypotheses.id"), nullable=False),
    sa.Column("share", sa.Double, nullable=False),
    sa.Column("shadow", sa.Boolean, nullable=False),
    sa.Column("watching", sa.Boolean, nullable=False),
    sa.Column("state", sa.LargeBinary, nullable=False),
    sa.Column("updated_at_s", sa.Double, nullable=False),
    sa.Column("rate", sa.Double),
    sa.Column("evict", sa.Boolean, nullable=False, server_default=sa.false()),
)

# Append-only. Each hash is followed once: the record cannot fork, whoever writes it.
transitions = sa.Table(
    "transitions",
    metadata,
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("tenant", Words, nullable=False),
    sa.Column("route", Words, nullable=False),
    sa.Column("kind", Words, nullable=False),
    sa.Column("hypothesis", Words, sa.ForeignKey("hypotheses.id"), nullable=False),
    sa.Column("at_s", sa.Double, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("prev_hash", Words, nullable=False, unique=True),
    sa.Column("hash", Words, nullable=False, unique=True),
    sa.Index(None, "route", "kind", "seq"),
)

leases = sa.Table(
    "leases",
    metadata,
    sa.Column("name", Words, primary_key=True),
    sa.Column("holder", Words, nullable=False),
    sa.Column("fence", sa.BigInteger, nullable=False),
    sa.Column("expires_at_s", sa.Double, nullable=False),
)

# When a tenant was last deleted. Its words, weights and reactions from before are not booked any more.
deletions = sa.Table(
    "deletions",
    metadata,
    sa.Column("tenant", Words, primary_key=True),
    sa.Column("at_s", sa.Double, nullable=False),
)
