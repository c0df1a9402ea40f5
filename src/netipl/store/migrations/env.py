"""Alembic runs this for every command. The connection is given by `store.schema`: one transaction for all steps."""

from alembic import context

from netipl.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
