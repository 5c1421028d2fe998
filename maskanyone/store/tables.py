"""The tables. Every row has an owner; ``artefact`` is the lineage: which file comes from which recording and run.

Times are seconds since 1970 (UTC). Ids are drawn at random and cannot be guessed.
"""

from __future__ import annotations

import secrets
import time
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, Index, SQLModel

#: states of a recording
ARRIVING, CHECKING, READY, BROKEN, LEAVING = "arriving", "checking", "ready", "broken", "leaving"
#: states of a job
QUEUED, RUNNING, DONE, FAILED, CANCELLED = "queued", "running", "done", "failed", "cancelled"
#: kinds of jobs
CHECK, SAMPLE, MASK, VIEW = "check", "sample", "mask", "view"
#: those that say what a recording is
LOOKING_OVER = (CHECK, SAMPLE)
#: kinds of artefacts
ORIGINAL, PICTURE, STRIP, VIEWING, RESULT, REPORT = "original", "picture", "strip", "viewing", "result", "report"
RELEASED = "released"


def new_id() -> str:
    """128 random bits in hexadecimal digits, fit for a URL and for a key on a page."""
    return secrets.token_hex(16)


class Recording(SQLModel, table=True):
    """What a researcher brought.

    path: where its bytes lie. copied: they are our copy and go with the row; else the file was only named.
    facts: what a look at the file told; empty until then. problem: why it cannot be read, a sentence.
    """

    id: str = Field(default_factory=new_id, primary_key=True)
    owner: str = Field(index=True)
    name: str
    path: str
    copied: bool
    bytes: int
    sha256: str = Field(default="", index=True)
    state: str
    problem: str = ""
    facts: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    chosen: bool = True
    added: float = Field(default_factory=time.time)

    __table_args__ = (Index("recording_of_owner", "owner", "added"),)


class Job(SQLModel, table=True):
    """Work for a worker, and the queue itself.

    fence: goes up with every claim; whoever holds an older one may change nothing. lease: until when the claim holds.
    number: which of its recording's results it has made, counted from 1; 0 for none.
    claims: how often it was taken without any progress since. crashes: how often its process died.
    """

    id: str = Field(default_factory=new_id, primary_key=True)
    owner: str = Field(index=True)
    kind: str
    recording: str = Field(foreign_key="recording.id", index=True)
    state: str = QUEUED
    priority: int = 0
    recipe: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    title: str = ""
    salvage: bool = False
    number: int = 0
    created: float = Field(default_factory=time.time)
    started: float | None = None
    finished: float | None = None
    worked: float = 0.0
    stage: str = ""
    done: int = 0
    total: int = 0
    message: str = ""
    told: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    cancel: bool = False
    fence: int = 0
    lease: float = 0.0
    worker: str = ""
    claims: int = 0
    crashes: int = 0

    __table_args__ = (
        Index("job_in_line", "state", "kind", "priority", "created"),
        Index("job_of_owner", "owner", "kind", "created"),
    )


class Artefact(SQLModel, table=True):
    """A file of ours and what it comes from. suffix: with the dot, tells its kind to a browser."""

    id: str = Field(default_factory=new_id, primary_key=True)
    owner: str = Field(index=True)
    recording: str = Field(foreign_key="recording.id", index=True)
    job: str | None = Field(default=None, foreign_key="job.id", index=True)
    kind: str
    sha256: str = Field(index=True)
    suffix: str
    bytes: int
    made: float = Field(default_factory=time.time)

    @staticmethod
    def of(job: Job, kind: str, sha256: str, suffix: str, size: int) -> Artefact:
        """A file that a job has made. size: in bytes."""
        return Artefact(
            owner=job.owner, recording=job.recording, job=job.id, kind=kind, sha256=sha256, suffix=suffix, bytes=size
        )


class Looked(SQLModel, table=True):
    """A place of a result at which somebody has looked. place: its key, see ``proof.places``. owner: who looked."""

    job: str = Field(foreign_key="job.id", ondelete="CASCADE", primary_key=True)
    place: str = Field(primary_key=True)
    owner: str
    at: float = Field(default_factory=time.time)


class Release(SQLModel, table=True):
    """For whom a result was released. level: see ``proof.release``. by: who looked it through, if she said so."""

    job: str = Field(foreign_key="job.id", ondelete="CASCADE", primary_key=True)
    owner: str
    level: str
    by: str = ""
    at: float = Field(default_factory=time.time)


class Worker(SQLModel, table=True):
    """A worker process. seen: its last sign of life."""

    id: str = Field(default_factory=new_id, primary_key=True)
    owner: str = ""
    host: str
    pid: int
    began: float = Field(default_factory=time.time)
    seen: float = Field(default_factory=time.time)


class Draft(SQLModel, table=True):
    """What an owner has set on a page and not yet used, so that it outlives a tab."""

    owner: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    value: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
