"""Alembic's way in. The connection is handed over by bot.storage.schema; there is no ini file."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
