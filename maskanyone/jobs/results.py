"""What a job has made is taken in: files and rows in one transaction, which only the holder of the claim may begin."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select

from maskanyone.jobs import queue
from maskanyone.jobs.queue import Claim
from maskanyone.jobs.tasks import Made
from maskanyone.store import database, files, runs
from maskanyone.store.tables import (
    FAILED,
    LOOKING_OVER,
    MASK,
    ORIGINAL,
    READY,
    VIEW,
    Artefact,
    Job,
    Recording,
)


def take_in(claim: Claim, outcome: Mapping[str, Any]) -> bool:
    """Keep a finished job's files and facts; false where the claim is no longer ours, or the job was asked to stop."""
    job, told = claim.job, outcome["told"]
    made = [Made(**plain) for plain in outcome["made"]]
    with database.session() as session:
        # from here on nobody else writes: a file cannot be deleted between its arrival and its row
        taken = queue.ended(session, claim, told={} if job.kind in LOOKING_OVER else told)
        if taken:
            places = {one.kind: _kept(session, job, one) for one in made}
            recording = session.get_one(Recording, job.recording)
            if job.kind in LOOKING_OVER:
                _know(recording, told, places.get(ORIGINAL))
                session.add(recording)
            elif job.kind == MASK:
                session.get_one(Job, job.id).number = runs.next_number(session, recording.id)
                if not recording.facts.get("playable", True):
                    _order_copy(session, job)
    if not taken:
        queue.stopped(claim)
        return False
    for one in made:
        Path(one.path).unlink(missing_ok=True)
    return True


def _kept(session: Session, job: Job, made: Made) -> Path:
    """Take one file in, with its row; where it lies now."""
    session.add(Artefact.of(job, made.kind, made.sha256, made.suffix, made.bytes))
    return files.adopt(Path(made.path), made.sha256, made.suffix)


def _know(recording: Recording, told: Mapping[str, Any], copy: Path | None) -> None:
    """Write down what a look at the file told. copy: where our own copy of it lies."""
    recording.sha256, recording.facts, recording.state = told["sha256"], told["facts"], READY
    recording.path = str(copy or recording.path)
    recording.bytes = Path(recording.path).stat().st_size
    recording.chosen = not told["facts"]["damage"]


def _order_copy(session: Session, job: Job) -> None:
    """A browser cannot play this recording: a copy that it can play is made once, after the runs in line."""
    same = select(Job.id).where(Job.recording == job.recording, Job.kind == VIEW, col(Job.state) != FAILED)
    if session.exec(same.limit(1)).first() is None:
        session.add(Job(owner=job.owner, kind=VIEW, recording=job.recording, priority=-1))
