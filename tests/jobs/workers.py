"""Real workers on real clips: started as the page's server does, watched through the database."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
from sqlmodel import select

from maskanyone.jobs import keeper
from maskanyone.program import python
from maskanyone.store import database, recordings, runs
from maskanyone.store.tables import CHECKING, RESULT, Artefact, Job, Recording
from tests.lean import lean

OWNER = "local"
RECIPE = lean(size=320)
#: seconds within which anything here has happened, on a slow machine too
PATIENCE = 150.0
#: a worker that tells often how far it is: hiding a short film takes less than two of its usual pauses
OFTEN = "from maskanyone.jobs import attempt; attempt.BEAT = 0.05"


@contextlib.contextmanager
def worker(first: str = "") -> Iterator[subprocess.Popen[bytes]]:
    """A worker process, ended in order afterwards. first: Python that runs before it begins to work."""
    process = begun(first)
    try:
        yield process
    finally:
        ended(process)


def begun(first: str = "") -> subprocess.Popen[bytes]:
    """Start a worker by the command of the keeper."""
    if not first:
        return keeper.Keeper._started()
    *before, work, _ = keeper._CHILD.split("\n")
    program = "\n".join([*before, first, work])
    return subprocess.Popen(python(program), stdin=subprocess.PIPE, start_new_session=True)


def ended(process: subprocess.Popen[bytes]) -> None:
    """End a worker as its server does; in any way where that fails."""
    assert process.stdin is not None
    with contextlib.suppress(OSError):
        process.stdin.close()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(15)
    for one in (*doing(process), process):
        one.kill()
    process.wait()


def doing(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    """The processes in which a worker does its jobs."""
    try:
        return [one for one in psutil.Process(process.pid).children() if one.status() != psutil.STATUS_ZOMBIE]
    except psutil.Error:
        return []


def copied(path: Path, name: str = "") -> Recording:
    """Bring a recording in, and order a look at it."""
    made = recordings.arriving(OWNER, name or path.name, path.stat().st_size)
    shutil.copyfile(path, made.path)
    recordings.arrived(made.id)
    return made


def looked_over(recording: str) -> Recording:
    """The row once a worker has looked at the recording."""
    until(lambda: known(recording).state != CHECKING)
    return known(recording)


def known(recording: str) -> Recording:
    row = recordings.one(OWNER, recording)
    assert row is not None
    return row


def ordered(*which: Recording) -> list[str]:
    """Order these to be masked; the runs' ids."""
    return [job.id for job in runs.order(OWNER, list(which), RECIPE.data(), "Faces hidden")]


def run(job: str) -> Job:
    row = runs.one(OWNER, job)
    assert row is not None
    return row


def finished(job: str) -> Job:
    """The run once it is at an end."""
    until(lambda: run(job).finished is not None)
    return run(job)


def at(job: str, stage: str, share: float = 0.0) -> None:
    """Wait until a run has come so far."""
    until(lambda: run(job).stage == stage and run(job).done > share * run(job).total)


def results_of(job: str) -> list[Artefact]:
    """All results that a run has."""
    with database.session() as session:
        return list(session.exec(select(Artefact).where(Artefact.job == job, Artefact.kind == RESULT)).all())


def until(condition: Callable[[], bool], seconds: float = PATIENCE) -> float:
    """Wait until it is so; the seconds that it took."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, "it did not happen"
        time.sleep(0.02)
    return time.monotonic() - began
