"""What Alembic runs for each upgrade: the migrations, on the connection that schema.upgrade hands over.

No URL and no environment is read here; there is no other way in than that connection.
"""

from alembic import context

from understudy.storage.tables import VERSION_TABLE, metadata

context.configure(
    connection=context.config.attributes["connection"], target_metadata=metadata, version_table=VERSION_TABLE
)
with context.begin_transaction():
    context.run_migrations()
