"""What a job has made is taken in: files first, then all rows at once, which only the holder of the claim may write."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select

from maskanyone.jobs import queue
from maskanyone.jobs.queue import Claim
from maskanyone.jobs.tasks import Made
from maskanyone.store import database, files
from maskanyone.store.tables import (
    BROKEN,
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
    """Keep a finished job's files and facts; false where the claim is no longer ours."""
    job = claim.job
    if not queue.renew(claim, worked=0.0):
        queue.stopped(claim)
        return False
    artefacts, original = [], None
    for made in (Made(**plain) for plain in outcome["made"]):
        place = files.adopt(Path(made.path), made.sha256, made.suffix)
        original = place if made.kind == ORIGINAL else original
        artefacts.append(
            Artefact(
                owner=job.owner,
                recording=job.recording,
                job=job.id,
                kind=made.kind,
                sha256=made.sha256,
                suffix=made.suffix,
                bytes=made.bytes,
            )
        )
    told = outcome["told"]
    with database.session() as session:
        if not queue.ended(session, claim, told={} if job.kind in LOOKING_OVER else told):
            return False
        session.add_all(artefacts)
        recording = session.get_one(Recording, job.recording)
        if job.kind in LOOKING_OVER:
            recording.sha256, recording.facts, recording.state = told["sha256"], told["facts"], READY
            recording.path = str(original or recording.path)
            recording.bytes = Path(recording.path).stat().st_size
            recording.chosen = not told["facts"]["damage"]
            session.add(recording)
        elif job.kind == MASK and not recording.facts.get("playable", True):
            _order_copy(session, job)
        return True


def refuse(claim: Claim, sentence: str, *, about_recording: bool) -> None:
    """The job cannot be done; where that lies in the recording, its row says so."""
    with database.session() as session:
        if not queue.ended(session, claim, failed=sentence):
            return
        if claim.job.kind in LOOKING_OVER and about_recording:
            recording = session.get_one(Recording, claim.job.recording)
            recording.state, recording.problem, recording.chosen = BROKEN, sentence, False
            session.add(recording)


def _order_copy(session: Session, job: Job) -> None:
    """A browser cannot play this recording: a copy that it can play is made once, after the runs in line."""
    same = select(Job.id).where(Job.recording == job.recording, Job.kind == VIEW, col(Job.state) != FAILED)
    if session.exec(same.limit(1)).first() is None:
        session.add(Job(owner=job.owner, kind=VIEW, recording=job.recording, priority=-1))
