"""What Alembic runs: migrations on the connection that ``database.py`` hands in."""

from __future__ import annotations

from alembic import context
from sqlmodel import SQLModel

from maskanyone.store import tables  # noqa: F401  (fills the metadata)

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
