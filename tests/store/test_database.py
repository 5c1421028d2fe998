"""The database is private, forgets thoroughly, and has the tables that its migrations say."""

from __future__ import annotations

import contextlib
import os
import random
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import IntegrityError
from sqlmodel import SQLModel, select

from maskanyone.store import database, recordings
from maskanyone.store.tables import Job, Worker
from tests.store.rows import OWNER

ROOT = Path(__file__).resolve().parents[2]
posix = pytest.mark.skipif(sys.platform == "win32", reason="file modes are POSIX's")


def test_every_connection_writes_ahead_deletes_for_good_and_keeps_references():
    with database.engine().connect() as one, database.engine().connect() as other:
        for connection in (one, other):
            asked = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in
                     ("journal_mode", "secure_delete", "foreign_keys")}  # fmt: skip
            assert asked == {"journal_mode": "wal", "secure_delete": 1, "foreign_keys": 1}


def test_a_job_without_a_recording_is_refused():
    with pytest.raises(IntegrityError), database.session() as session:
        session.add(Job(owner=OWNER, kind="mask", recording="none"))


def test_what_an_error_says_holds_no_name():
    with pytest.raises(IntegrityError) as raised, database.session() as session:
        session.add(Job(owner=OWNER, kind="mask", recording="none", title="Zoe Zander"))
    assert "Zander" not in str(raised.value)


def test_the_newest_migration_is_the_one_that_is_asked_for():
    config = Config()
    config.set_main_option("script_location", str(database._MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_heads() == [database.NEWEST]


def test_migrations_give_exactly_the_tables_of_the_models():
    with database.engine().connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_an_error_leaves_nothing_of_its_transaction():
    with contextlib.suppress(ZeroDivisionError), database.session() as session:
        session.add(Worker(host="here", pid=1))
        session.flush()
        raise ZeroDivisionError
    with database.session() as session:
        assert session.exec(select(Worker)).all() == []


@posix
def test_only_its_user_may_read_it(data: Path):
    recordings.arriving(OWNER, "talk.mp4", 1)
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    files = [path for path in data.iterdir() if path.name.startswith("maskanyone.db") and path.suffix != ".lock"]
    assert {path.name for path in files} >= {"maskanyone.db", "maskanyone.db-wal"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


@pytest.mark.parametrize("seed", range(4))
def test_what_is_deleted_is_gone_from_the_file_and_its_journal(data: Path, seed: int):
    """Rows of many lengths: they wander from page to page while others go."""
    chance = random.Random(seed)
    rows = {}
    for number in range(120):
        word = f"name{number:04}"
        made = recordings.arriving(OWNER, f"{word} {'x' * chance.randrange(900)} {word}.mp4", 1)
        rows[word] = made.id
        with database.session() as session:
            for _ in range(chance.randrange(4)):
                session.add(Job(owner=OWNER, kind="mask", recording=made.id, state="done", message=word * 99))
    gone = chance.sample(sorted(rows), 60)
    for start in range(0, 60, 4):
        recordings.forget(OWNER, [rows[word] for word in gone[start : start + 4]])
    held = b"".join(path.read_bytes() for path in data.glob("maskanyone.db*"))
    assert [word for word in gone if word.encode() in held or rows[word].encode() in held] == []
    assert all(word.encode() in held for word in rows.keys() - set(gone))


@pytest.mark.slow
def test_eight_processes_that_begin_at_once_all_find_their_tables(data: Path):
    program = (
        "import sys; sys.stdin.readline()\n"
        "from maskanyone.store import recordings\n"
        "recordings.arriving('local', 'talk.mp4', 1); print(recordings.listed('local')[1] > 0)"
    )
    begun = [
        subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)},
                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(8)
    ]  # fmt: skip
    for process in begun:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    ended = [process.communicate(timeout=100) for process in begun]
    assert [out for out, _ in ended] == ["True\n"] * 8, [err[-300:] for _, err in ended]
    with closing(sqlite3.connect(data / "maskanyone.db")) as rows:
        assert rows.execute("SELECT count(*) FROM recording").fetchone() == (8,)
        assert rows.execute("SELECT version_num FROM alembic_version").fetchall() == [(database.NEWEST,)]
