"""Alembic's entry: migrates the database that ASSENT_POSTGRES_ADMIN_DSN names."""

import os

from alembic import context
from sqlalchemy import create_engine


def run() -> None:
    """Applies the missing migrations in one transaction."""
    dsn = os.environ["ASSENT_POSTGRES_ADMIN_DSN"].replace("postgresql://", "postgresql+psycopg://")
    with create_engine(dsn).connect() as connection:
        context.configure(connection=connection, transactional_ddl=True)
        with context.begin_transaction():
            context.run_migrations()


run()
