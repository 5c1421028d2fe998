"""What was looked at outlives a tab, is counted, and goes with its run."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import select

from maskanyone.jobs import queue
from maskanyone.store import database, recordings, releases, reviews, runs
from maskanyone.store.tables import Job, Looked, Recording, Release
from tests.store.rows import OTHER, OWNER, brought, masked


def waiting(places: int, recording: Recording | None = None) -> Job:
    """A finished run with so many places to look at."""
    job = masked(recording or brought(f"{places}.mp4", b"%d" % places), b"result %d" % places)
    with database.session() as session:
        row = session.get_one(Job, job.id)
        row.told = row.told | {"places": places}
        session.add(row)
    return row


def test_what_was_looked_at_is_kept_and_counted():
    job = waiting(3)
    assert reviews.left([job]) == {job.id: 3}
    reviews.look(OWNER, job.id, "guessed-3-9")
    first = reviews.looked_at(OWNER, job.id)
    reviews.look(OWNER, job.id, "guessed-3-9")
    database._engine.cache_clear()  # as after a restart
    assert reviews.looked_at(OWNER, job.id) == first
    assert reviews.left([job]) == {job.id: 2}
    reviews.look_again(OWNER, job.id, "guessed-3-9")
    assert reviews.left([job]) == {job.id: 3}


def test_two_tabs_look_at_the_same_place_at_once(data: Path):
    job, place = waiting(3), "guessed-3-9"
    first = (job.id, place, OWNER, 1.0)

    def look_in_another_tab(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("INSERT INTO looked"):
            with closing(sqlite3.connect(data / "maskanyone.db")) as other:
                other.execute("INSERT INTO looked (job, place, owner, at) VALUES (?, ?, ?, ?)", first)
                other.commit()

    event.listen(database.engine(), "before_cursor_execute", look_in_another_tab)
    try:
        reviews.look(OWNER, job.id, place)
    finally:
        event.remove(database.engine(), "before_cursor_execute", look_in_another_tab)
    assert reviews.looked_at(OWNER, job.id) == {place: 1.0}


def test_nobody_else_looks_at_it():
    job = waiting(2)
    reviews.look(OTHER, job.id, "guessed-3-9")
    assert reviews.looked_at(OWNER, job.id) == reviews.looked_at(OTHER, job.id) == {}
    reviews.look(OWNER, job.id, "guessed-3-9")
    reviews.look_again(OTHER, job.id, "guessed-3-9")
    assert reviews.looked_at(OTHER, job.id) == {}
    assert list(reviews.looked_at(OWNER, job.id)) == ["guessed-3-9"]
    assert reviews.left_in_all(OTHER) == 0


def test_in_all_the_newest_result_of_each_recording_counts():
    row = brought("talk.mp4", b"talk")
    waiting(5, row)
    waiting(2, row)
    other = waiting(4)
    assert reviews.left_in_all(OWNER) == 6
    reviews.look(OWNER, other.id, "weak-1-1")
    assert reviews.left_in_all(OWNER) == 5


def test_a_run_that_is_in_line_has_nothing_left():
    (job,) = runs.order(OWNER, [brought()], {"format": 1}, "Faces hidden")
    assert reviews.left([job]) == {}
    assert queue.claim(queue.enrol().id, ("mask",)) is not None


@pytest.mark.parametrize("which", ["run", "recording"])
def test_it_goes_with_its_run(data: Path, which: str):
    job = waiting(3)
    reviews.look(OWNER, job.id, "guessed-3-9")
    with database.session() as session:
        session.add(Release(job=job.id, owner=OWNER, level="team", by="Zoe Zander"))
    if which == "run":
        runs.forget(OWNER, job.id)
    else:
        recordings.forget(OWNER, [job.recording])
    with database.session() as session:
        assert not session.exec(select(Looked)).all()
        assert not session.exec(select(Release)).all()
    held = b"".join(path.read_bytes() for path in data.glob("maskanyone.db*"))
    assert b"Zander" not in held
    assert b"guessed-3-9" not in held
    assert releases.of(OWNER, job.id) is None
