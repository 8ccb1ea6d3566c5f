"""PostgreSQL's own ways: how it is reached, and how one migrates alone.

Everything that only PostgreSQL has stands here. Its driver is an extra: `pip install 'understudy[postgres]'`.
"""

import sqlalchemy as sa

# Any number will do as long as no other program on the database takes the same: the letters "Usp1".
SCHEMA_LOCK = 0x55737031
CONNECT_TIMEOUT_S = 10


def engine(url: sa.URL, *, read_only: bool) -> sa.Engine:
    """An engine for a URL; ModuleNotFoundError if the driver is not installed."""
    options = "-c default_transaction_read_only=on" if read_only else ""
    return sa.create_engine(
        url.set(drivername="postgresql+psycopg"),
        connect_args={"connect_timeout": CONNECT_TIMEOUT_S, "options": options},
        # A connection that the server or the network has dropped is noticed before it is used.
        pool_pre_ping=True,
    )


def take_schema(connection: sa.Connection) -> None:
    """Be the only one to migrate, from here to the end of the transaction."""
    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(SCHEMA_LOCK)))
