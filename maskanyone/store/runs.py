"""Runs: ordered, listed, stopped, run again; every masking ever, while its recording is there."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from maskanyone.store import database, files, owners, traces
from maskanyone.store.tables import CANCELLED, DONE, LEAVING, MASK, QUEUED, RUNNING, VIEW, Artefact, Job, Recording

#: what stands before a file's suffix, by the suffix
_ENDINGS = {".json": ".report", ".html": ".report", ".zip": ".release"}


def order(owner: str, which: Sequence[Recording], recipe: Mapping[str, Any], title: str) -> list[Job]:
    """Put recordings in line to be masked, in their order; damaged ones are salvaged, since somebody chose them."""
    now = time.time()
    with database.session() as session:
        there = select(Recording.id).where(col(Recording.id).in_([row.id for row in which]), Recording.state != LEAVING)
        known = set(session.exec(there).all())
        made = [
            Job(
                owner=owner,
                kind=MASK,
                recording=row.id,
                recipe=dict(recipe),
                title=title,
                salvage=bool(row.facts.get("damage")),
                created=now + place * 1e-6,
            )
            for place, row in enumerate(which)
            if row.id in known and owners.may_see(owner, row)
        ]
        session.add_all(made)
    return made


def one(owner: str, run: str) -> Job | None:
    """A run that this user may see."""
    both = pair(owner, run)
    return both[0] if both else None


def pair(owner: str, run: str) -> tuple[Job, Recording] | None:
    """A run that this user may see, and its recording."""
    with database.session() as session:
        row = session.exec(_of(owner).where(Job.id == run)).first()
        return (row[0], row[1]) if row else None


def listed(owner: str, *, start: int = 0, most: int = 25) -> tuple[list[tuple[Job, Recording]], int]:
    """One page of runs with their recordings, the newest first, and how many there are in all."""
    with database.session() as session:
        total = session.exec(select(func.count()).select_from(_of(owner).subquery())).one()
        newest = _of(owner).order_by(col(Job.created).desc(), col(Job.id)).offset(start).limit(most)
        return [(job, recording) for job, recording in session.exec(newest).all()], total


def finished(owner: str, *, most: int = 200) -> list[tuple[Job, Recording]]:
    """Runs with a result, the newest result first."""
    with database.session() as session:
        mine = _of(owner).where(Job.state == DONE)
        found = session.exec(mine.order_by(col(Job.finished).desc(), col(Job.created).desc()).limit(most)).all()
        return [(job, recording) for job, recording in found]


def finished_since(owner: str, moment: float) -> list[str]:
    """Runs whose result was made after a moment (seconds since 1970), the newest first."""
    with database.session() as session:
        mine = select(Job.id).where(Job.owner == owner, Job.kind == MASK, Job.state == DONE)
        return list(session.exec(mine.where(col(Job.finished) > moment).order_by(col(Job.finished).desc())).all())


def unfinished(owner: str, *, most: int) -> list[tuple[Job, Recording]]:
    """Runs in line or at work, those at work first."""
    with database.session() as session:
        mine = _of(owner).where(col(Job.state).in_([QUEUED, RUNNING]))
        order = (col(Job.state) != RUNNING, col(Job.priority).desc(), col(Job.created))
        return [(job, recording) for job, recording in session.exec(mine.order_by(*order).limit(most)).all()]


def newest_of(owner: str, recordings: Sequence[str]) -> dict[str, Job]:
    """The newest run of each recording that has one; one that was stopped does not hide a result."""
    found: dict[str, Job] = {}
    with database.session() as session:
        mine = select(Job).where(Job.owner == owner, Job.kind == MASK, col(Job.recording).in_(recordings))
        for job in session.exec(mine.order_by(col(Job.created))).all():
            before = found.get(job.recording)
            if not (job.state == CANCELLED and before and before.state == DONE):
                found[job.recording] = job
    return found


def going(owner: str) -> int:
    """How many runs are in line or at work."""
    with database.session() as session:
        mine = select(func.count()).select_from(Job).where(Job.owner == owner, Job.kind == MASK)
        return session.exec(mine.where(col(Job.state).in_([QUEUED, RUNNING]))).one()


def artefact(run: str, kind: str) -> Artefact | None:
    """A file that a run has made."""
    with database.session() as session:
        return session.exec(select(Artefact).where(Artefact.job == run, Artefact.kind == kind)).first()


def copy_failed(recording: str) -> bool:
    """Whether no copy of a recording that a browser can play is to be expected."""
    with database.session() as session:
        going = select(Job.id).where(
            Job.recording == recording, Job.kind == VIEW, col(Job.state).in_([QUEUED, RUNNING])
        )
        return session.exec(going.limit(1)).first() is None


def next_number(session: Session, recording: str) -> int:
    """The number of a recording's next result, counted from 1."""
    return int(session.exec(select(func.max(Job.number)).where(Job.recording == recording)).one() or 0) + 1


def forget(owner: str, run: str) -> None:
    """Delete a finished run with its result; the recording stays."""
    with database.session() as session:
        row = session.get(Job, run)
        ours = row is not None and row.kind == MASK and owners.may_see(owner, row)
        if row is None or not ours or row.state in (QUEUED, RUNNING):
            return
        unused = files.drop_unused(session, session.exec(select(Artefact).where(Artefact.job == run)).all())
        session.delete(row)
    files.unlink(unused)
    traces.remove(run)
    database.scrub()


def file_name(run: str, suffix: str) -> str:
    """What a run's file is called when it is saved, its place in a folder included; from the second on, its number."""
    with database.session() as session:
        job = session.get_one(Job, run)
        recording = session.get_one(Recording, job.recording)
    again = f".{job.number}" if job.number > 1 else ""
    ending = f"{_ENDINGS.get(suffix, '')}{suffix}"
    stem = str(PurePosixPath(recording.name).with_suffix("")).replace("/", "_")
    return f"{stem}.masked{again}{ending}"


def _of(owner: str) -> Any:
    """A user's runs with their recordings, but for those that are being deleted."""
    rows = select(Job, Recording).join(Recording, col(Job.recording) == col(Recording.id))
    return rows.where(Job.owner == owner, Job.kind == MASK, Recording.state != LEAVING)
