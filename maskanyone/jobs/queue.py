"""The queue: a job is claimed for a while by one conditional UPDATE, with a fencing number that only goes up.

Whoever holds an older number may neither report nor finish: a worker that slept, or was thought dead, cannot give a
job a second result.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psutil
from sqlalchemy import update
from sqlmodel import Session, col, select

from maskanyone.store import database
from maskanyone.store.tables import (
    BROKEN,
    CANCELLED,
    CHECKING,
    DONE,
    FAILED,
    LOOKING_OVER,
    QUEUED,
    RUNNING,
    Job,
    Recording,
    Worker,
)

#: seconds that a claim holds without a sign of life
LEASE = 15.0
#: claims without any progress between them, after which a job is given up
MOST_CLAIMS = 30
#: deaths of a job's own process, after which it is given up
MOST_CRASHES = 3


@dataclass(frozen=True)
class Claim:
    """A job in hand."""

    job: Job
    fence: int


def claim(worker: str, kinds: Sequence[str]) -> Claim | None:
    """Take the next job of these kinds, if there is one."""
    now = time.time()
    recover()
    with database.session() as session:
        waiting = (
            select(Job.id)
            .where(Job.state == QUEUED, col(Job.kind).in_(kinds))
            .order_by(col(Job.priority).desc(), col(Job.created), col(Job.id))
            .limit(1)
        )
        taken = session.exec(
            update(Job)
            .where(col(Job.id) == waiting.scalar_subquery(), col(Job.state) == QUEUED)
            .values(
                state=RUNNING, worker=worker, lease=now + LEASE, fence=Job.fence + 1, claims=Job.claims + 1, stage=""
            )
            .returning(col(Job.id), col(Job.fence))
        ).first()
        if taken is None:
            return None
        job = session.get_one(Job, taken[0])
        if job.started is None:
            job.started = now
            session.add(job)
        return Claim(job, taken[1])


def recover() -> None:
    """Put back what dead workers held; give up what nobody gets on with."""
    with database.session() as session:
        _recover(session, time.time())


def renew(
    claim: Claim, *, worked: float, stage: str = "", done: int = 0, total: int = 0, further: bool = False
) -> bool:
    """A sign of life with how far it is.

    Args:
        worked: seconds since the last one. further: something was finished since then that will be used again.

    Returns:
        Whether the job is to go on: false if it is to stop, or is no longer ours.
    """
    values: dict[str, Any] = {"lease": time.time() + LEASE, "worked": Job.worked + worked}
    if stage:
        values |= {"stage": stage, "done": done, "total": total}
    if further:
        values["claims"] = 1
    with database.session() as session:
        ours = session.exec(_held(claim).values(**values).returning(col(Job.cancel))).first()
        return ours is not None and not ours[0]


def ended(session: Session, claim: Claim, *, told: dict[str, Any] | None = None, failed: str = "") -> bool:
    """The job is done, or failed with a sentence, as part of a larger transaction.

    Returns:
        False, and nothing is written, where the job is no longer ours, or is done but was asked to stop.
    """
    if failed:
        return _ended(session, _held(claim), state=FAILED, message=failed)
    return _ended(session, _held(claim).where(~col(Job.cancel)), state=DONE, told=told or {})


def fail(claim: Claim, sentence: str) -> None:
    """The job cannot be done; the sentence says why, also of the recording where it was to be looked over."""
    with database.session() as session:
        if ended(session, claim, failed=sentence):
            _tell_recordings(session)


def stopped(claim: Claim) -> None:
    """The job was stopped on request."""
    with database.session() as session:
        _ended(session, _held(claim), state=CANCELLED)


def give_back(claim: Claim) -> None:
    """Leave the job to another worker, unless it was asked to stop; what it has finished will be used again."""
    with database.session() as session:
        _ended(session, _held(claim).where(col(Job.cancel)), state=CANCELLED)
        session.exec(_held(claim).values(state=QUEUED, lease=0.0, worker="", stage=""))


def crashed(claim: Claim, sentence: str) -> None:
    """The job's process died: try again a few times, then give up with the sentence."""
    with database.session() as session:
        row = session.exec(_held(claim).values(crashes=Job.crashes + 1).returning(col(Job.crashes))).first()
    if row is not None and row[0] >= MOST_CRASHES:
        fail(claim, sentence)
    else:
        give_back(claim)


def cancel(owner: str, jobs: Sequence[str]) -> None:
    """Ask jobs to stop: those in line at once, a running one within two seconds."""
    with database.session() as session:
        mine = update(Job).where(col(Job.owner) == owner, col(Job.id).in_(jobs))
        now = time.time()
        session.exec(mine.where(col(Job.state) == QUEUED).values(state=CANCELLED, cancel=True, finished=now))
        session.exec(mine.where(col(Job.state) == RUNNING).values(cancel=True))


def enrol() -> Worker:
    """A row for this worker process."""
    made = Worker(host=socket.gethostname(), pid=os.getpid())
    with database.session() as session:
        session.add(made)
    return made


def alive(worker: str) -> None:
    """A worker's sign of life."""
    with database.session() as session:
        session.exec(update(Worker).where(col(Worker.id) == worker).values(seen=time.time()))


def leave(worker: str) -> None:
    """A worker goes."""
    with database.session() as session:
        row = session.get(Worker, worker)
        if row is not None:
            session.delete(row)


def workers() -> list[Worker]:
    """Workers that live; rows of dead ones are cleared away."""
    with database.session() as session:
        _recover(session, time.time())  # what dead ones held goes back before their rows go
        rows = session.exec(select(Worker)).all()
        for row in rows:
            if not _lives(row):
                session.delete(row)
        return [row for row in rows if _lives(row)]


def _held(claim: Claim) -> Any:
    return update(Job).where(col(Job.id) == claim.job.id, col(Job.fence) == claim.fence, col(Job.state) == RUNNING)


def _ended(session: Session, held: Any, **values: Any) -> bool:
    ended = held.values(finished=time.time(), lease=0.0, stage="", **values)
    return bool(session.exec(ended).rowcount)


def _recover(session: Session, now: float) -> None:
    if session.exec(select(Job.id).where(Job.state == RUNNING).limit(1)).first() is None:
        return
    dead = [row.id for row in session.exec(select(Worker)).all() if not _lives(row)]
    held = update(Job).where(col(Job.state) == RUNNING)
    lost = held.where((col(Job.lease) < now) | col(Job.worker).in_(dead))
    session.exec(lost.where(col(Job.cancel)).values(state=CANCELLED, finished=now, lease=0.0, stage=""))
    given_up = session.exec(
        lost.where(col(Job.claims) >= MOST_CLAIMS).values(
            state=FAILED,
            finished=now,
            lease=0.0,
            stage="",
            message=f"It was begun {MOST_CLAIMS} times and never got on. Restart the computer, then run it again.",
        )
    )
    session.exec(lost.values(state=QUEUED, lease=0.0, worker="", stage=""))
    if given_up.rowcount:
        _tell_recordings(session)


def _tell_recordings(session: Session) -> None:
    """A recording that could not be looked over is broken; its row says why."""
    looked_over = (Job.recording == Recording.id, col(Job.kind).in_(LOOKING_OVER), Job.state == FAILED)
    failed = select(Job.message).where(*looked_over).limit(1)
    session.exec(
        update(Recording)
        .where(col(Recording.state) == CHECKING, failed.exists())
        .values(state=BROKEN, chosen=False, problem=failed.scalar_subquery())
    )


def _lives(worker: Worker) -> bool:
    if worker.host == socket.gethostname():
        try:
            process = psutil.Process(worker.pid)
            # not a later process with its number; a clock that was set meanwhile moves the time of birth
            same = process.create_time() <= max(worker.began, worker.seen) + 1.0
            return bool(same and process.status() != psutil.STATUS_ZOMBIE)
        except psutil.Error:
            return False
    return worker.seen > time.time() - LEASE
