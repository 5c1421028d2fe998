"""The SQLite database of this installation: opened, brought to the newest tables, private to its user."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import lru_cache
from pathlib import Path

from filelock import FileLock
from sqlalchemy import Engine, event
from sqlmodel import Session, create_engine

from maskanyone import folders

#: the newest migration in ``migrations/versions``; a test compares both
NEWEST = "0002"
_MIGRATIONS = Path(__file__).parent / "migrations"


@contextmanager
def session() -> Iterator[Session]:
    """A transaction, committed at the end and rolled back on an error."""
    with Session(engine(), expire_on_commit=False) as made:
        yield made
        made.commit()


def engine() -> Engine:
    """The database under the data folder."""
    return _engine(folders.data() / "maskanyone.db")


def scrub() -> None:
    """Write the database anew, so that nothing deleted stays in it or in its journal.

    ``secure_delete`` does not do it alone: rows that moved to another page may leave a copy where they were.
    """
    with engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


@lru_cache
def _engine(path: Path) -> Engine:
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    # names and paths must not come into a log by the words of an error
    made = create_engine(f"sqlite:///{path}", connect_args={"timeout": 30}, hide_parameters=True)
    event.listen(made, "connect", _prepared)
    if _version(path) != NEWEST:
        with FileLock(f"{path}.lock"):  # several processes may start at once
            if _version(path) != NEWEST:
                _migrate(made)
    return made


def _prepared(connection: sqlite3.Connection, _: object) -> None:
    # deleted rows are overwritten, not only forgotten; nothing is written outside the data folder
    pragmas = ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "secure_delete=ON", "temp_store=MEMORY")
    for pragma in pragmas:
        connection.execute(f"PRAGMA {pragma}").fetchall()


def _version(path: Path) -> str:
    with closing(sqlite3.connect(path)) as connection:
        try:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        except sqlite3.OperationalError:
            return ""
    return str(row[0]) if row else ""


def _migrate(engine: Engine) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
