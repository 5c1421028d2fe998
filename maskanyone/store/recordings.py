"""Recordings: brought in, listed, chosen, and forgotten with everything that came of them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Protocol

from sqlalchemy import func, update
from sqlmodel import Session, col, delete, select

from maskanyone import folders
from maskanyone.errors import Unreadable
from maskanyone.store import database, files, owners, traces
from maskanyone.store.cache import Cache
from maskanyone.store.tables import (
    ARRIVING,
    CANCELLED,
    CHECK,
    CHECKING,
    LEAVING,
    QUEUED,
    READY,
    RUNNING,
    SAMPLE,
    Artefact,
    Job,
    Recording,
)

#: seconds that a run may take to stop before its recording is deleted all the same
_PATIENCE = 5.0


def arriving(owner: str, name: str, size: int) -> Recording:
    """A recording that is about to be copied in."""
    made = Recording(owner=owner, name=name, path="", copied=True, bytes=size, state=ARRIVING, chosen=False)
    made.path = str(folders.arriving() / made.id)
    with database.session() as session:
        session.add(made)
    return made


def promised() -> int:
    """Bytes of recordings that are being copied in and are not here yet."""
    with database.session() as session:
        rows = session.exec(select(Recording).where(Recording.state == ARRIVING)).all()
    here = {path.name: path.stat().st_size for path in folders.arriving().iterdir()}
    return sum(max(0, row.bytes - here.get(row.id, 0)) for row in rows)


def arrived(recording: str) -> None:
    """All of it is here: a worker is to look at it."""
    with database.session() as session:
        changed = session.exec(
            update(Recording)
            .where(col(Recording.id) == recording, col(Recording.state) == ARRIVING)
            .values(state=CHECKING, added=time.time())
        )
        if changed.rowcount:
            row = session.get_one(Recording, recording)
            session.add(Job(owner=row.owner, kind=CHECK, recording=recording))


def sample(owner: str, name: str) -> Recording:
    """The clip that is made by code: a worker is to make it, and to look at it."""
    made = Recording(owner=owner, name=name, path="", copied=True, bytes=0, state=CHECKING)
    made.path = str(folders.arriving() / made.id)
    with database.session() as session:
        session.add(made)
        session.flush()
        session.add(Job(owner=owner, kind=SAMPLE, recording=made.id))
    return made


def named(owner: str, paths: Sequence[Path]) -> list[Recording]:
    """Recordings that stay where they are; those known already are left as they are."""
    with database.session() as session:
        kept = select(Recording.path).where(Recording.owner == owner, Recording.state != LEAVING)
        known = set(session.exec(kept).all())
        made = [
            Recording(
                owner=owner, name=path.name, path=str(path), copied=False, bytes=path.stat().st_size, state=CHECKING
            )
            for path in paths
            if str(path) not in known
        ]
        session.add_all(made)
        session.flush()
        session.add_all([Job(owner=owner, kind=CHECK, recording=row.id) for row in made])
        return made


def one(owner: str, recording: str) -> Recording | None:
    """A recording that this user may see."""
    with database.session() as session:
        row = session.get(Recording, recording)
        return row if row and row.state != LEAVING and owners.may_see(owner, row) else None


def listed(owner: str, *, start: int = 0, most: int = 25) -> tuple[list[Recording], int]:
    """One page of recordings, the newest first, and how many there are in all."""
    with database.session() as session:
        rows = select(Recording).where(Recording.owner == owner, Recording.state != LEAVING)
        total = session.exec(select(func.count()).select_from(rows.subquery())).one()
        newest = rows.order_by(col(Recording.added).desc(), col(Recording.id)).offset(start).limit(most)
        return list(session.exec(newest).all()), total


def chosen(owner: str) -> list[Recording]:
    """The recordings that are chosen and can be masked, in the order of the list."""
    with database.session() as session:
        rows = select(Recording).where(Recording.owner == owner, Recording.state == READY, col(Recording.chosen))
        return list(session.exec(rows.order_by(col(Recording.added).desc(), col(Recording.id))).all())


def choose(owner: str, recordings: Sequence[str] | None, value: bool) -> None:
    """Choose recordings, or not; all of them for none."""
    with database.session() as session:
        which = update(Recording).where(col(Recording.owner) == owner)
        if recordings is not None:
            which = which.where(col(Recording.id).in_(recordings))
        session.exec(which.values(chosen=value))


def forget(owner: str, recordings: Sequence[str]) -> None:
    """Delete recordings and everything that comes of them; a file that was only named stays where it is.

    Runs of theirs that still go on are stopped first.
    """
    with database.session() as session:
        rows = session.exec(select(Recording).where(col(Recording.id).in_(recordings))).all()
        going = [row.id for row in rows if owners.may_see(owner, row)]
        _call_off(session, going)
    _await_stop(going)
    _forget(going)


def finish_forgetting() -> None:
    """Forget the recordings that somebody began to forget in a process that has died."""
    with database.session() as session:
        going = list(session.exec(select(Recording.id).where(Recording.state == LEAVING)).all())
    if going:
        _forget(going)


def tidy(job: str, sha256: str) -> None:
    """To be called by whoever worked at a job until now: nothing of it stays where its recording was forgotten."""
    with database.session() as session:
        theirs = select(Recording.id).join(Job, col(Job.recording) == col(Recording.id))
        if session.exec(theirs.where(Job.id == job, Recording.state != LEAVING)).first() is not None:
            return
        same = select(Recording.id).where(Recording.sha256 == sha256, Recording.state != LEAVING)
        wanted = session.exec(same.limit(1)).first() is not None
    traces.remove(job)
    drop_facts([] if wanted or not sha256 else [sha256])


class Placed(Protocol):
    """What lies somewhere: a recording, or an order that is about one."""

    @property
    def name(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def copied(self) -> bool: ...


def in_place(row: Placed) -> bool:
    """Whether a path leads where it led when it was added, and not by a link to another file."""
    return row.copied or Path(row.path).resolve() == Path(row.path)


def check_in_place(row: Placed) -> None:
    """Raise ``Unreadable`` where a path leads elsewhere than when it was added."""
    if not in_place(row):
        raise Unreadable(row.name, "was replaced by a link to another file", "Add that file itself")


def artefact(recording: str, kind: str) -> Artefact | None:
    """The newest file of a kind that comes from a recording."""
    with database.session() as session:
        rows = select(Artefact).where(Artefact.recording == recording, Artefact.kind == kind)
        return session.exec(rows.order_by(col(Artefact.made).desc()).limit(1)).first()


def _call_off(session: Session, going: Sequence[str]) -> None:
    """From now on nobody sees these recordings, and nobody begins anything with them."""
    session.exec(update(Recording).where(col(Recording.id).in_(going)).values(state=LEAVING))
    theirs = update(Job).where(col(Job.recording).in_(going))
    session.exec(theirs.where(col(Job.state) == QUEUED).values(state=CANCELLED))
    session.exec(theirs.values(cancel=True))


def _forget(going: Sequence[str]) -> None:
    """Rows go last: whoever comes after a process that died here finds what is left to do."""
    with database.session() as session:
        hashes = _only_of(session, going)
        jobs = session.exec(select(Job.id).where(col(Job.recording).in_(going))).all()
    drop_facts(hashes)
    for job in jobs:
        traces.remove(job)
    with database.session() as session:
        _delete(session, going)
    database.scrub()


def _only_of(session: Session, going: Sequence[str]) -> list[str]:
    """Hashes of recordings that nobody else has."""
    hashes = session.exec(select(Recording.sha256).where(col(Recording.id).in_(going))).all()
    others = select(Recording.sha256).where(col(Recording.sha256).in_(hashes), Recording.state != LEAVING)
    return sorted({*hashes} - {*session.exec(others).all()} - {""})


def drop_facts(hashes: Sequence[str]) -> None:
    """Forget facts and pieces that derive from these contents, by their sha256."""
    if not hashes:
        return
    with closing(Cache(folders.cache())) as cache:
        for sha256 in hashes:
            cache.forget(sha256)


def _delete(session: Session, going: Sequence[str]) -> None:
    """Delete rows and files."""
    rows = session.exec(select(Recording).where(col(Recording.id).in_(going))).all()
    unused = select(Artefact).where(col(Artefact.recording).in_(going))
    files.unlink(files.drop_unused(session, session.exec(unused).all()))
    session.exec(delete(Job).where(col(Job.recording).in_(going)))
    for row in rows:
        if row.copied:
            (folders.arriving() / row.id).unlink(missing_ok=True)
        session.delete(row)


def _await_stop(going: Sequence[str]) -> None:
    """Wait until no worker is at these recordings; one that does not answer loses its claim."""
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        with database.session() as session:
            at_it = select(Job.id).where(
                col(Job.recording).in_(going), Job.state == RUNNING, col(Job.lease) > time.time()
            )
            if session.exec(at_it.limit(1)).first() is None:
                return
        time.sleep(0.1)
