"""Runs the steps on the connection that `learninglion.database.engine.upgrade` hands over."""

from __future__ import annotations

from alembic import context

connection = context.config.attributes["connection"]
# The caller's transaction holds the lock and commits: a step that fails leaves the old schema whole.
context.configure(
    connection=connection, render_as_batch=connection.dialect.name == "sqlite", transactional_ddl=True
)
with context.begin_transaction():
    context.run_migrations()
