"""What a job leaves besides its results: a folder for each try, and a log. All of it goes with the job."""

from __future__ import annotations

import shutil
from pathlib import Path

from sqlmodel import Session, select

from maskanyone import folders
from maskanyone.store.tables import RUNNING, Job


def work_folder(job: str, fence: int) -> Path:
    """A folder for one try of a job."""
    return folders.work() / f"{job}.{fence}"


def log_of(job: str) -> Path:
    """Where a job's process writes what goes wrong."""
    folder = folders.logs() / "jobs"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder / f"{job}.log"


def remove(job: str) -> None:
    """Delete all of a job's."""
    log_of(job).unlink(missing_ok=True)
    for folder in folders.work().glob(f"{job}.*"):
        shutil.rmtree(folder, ignore_errors=True)


def sweep(session: Session) -> None:
    """Delete folders of tries that nobody is at, left by a worker that died, and logs of jobs that are gone."""
    left = [*folders.work().iterdir()]  # before the rows are read: a claim is written before its folder is made
    logs = [*log_of("").parent.iterdir()]
    jobs = session.exec(select(Job.id, Job.fence, Job.state)).all()
    going = {work_folder(job, fence) for job, fence, state in jobs if state == RUNNING}
    for folder in left:
        if folder not in going:
            shutil.rmtree(folder, ignore_errors=True)
    known = {job for job, _, _ in jobs}
    for log in logs:
        if log.stem not in known:
            log.unlink(missing_ok=True)
