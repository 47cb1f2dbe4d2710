"""Alembic's entry: runs on the connection that `bot.store.database.migrating` hands over."""

from alembic import context

from bot.store.database.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
