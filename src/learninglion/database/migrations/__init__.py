"""The steps by which a database grew; Alembic runs them from `learninglion.database.engine`."""
