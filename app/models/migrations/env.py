"""What Alembic runs: the migrations on the transaction that ``upgrade`` or ``downgrade`` was given."""

from alembic import context

from app.models import schema

context.configure(connection=context.config.attributes["connection"], target_metadata=schema.metadata, transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
