"""How far a run is, in words and as a share, and how long it takes still."""

from __future__ import annotations

import time
from collections.abc import Mapping

from maskanyone.pipeline import JOINING, LOOKING
from maskanyone.pipeline.auditing import SEARCHING
from maskanyone.pipeline.following import FOLLOWING
from maskanyone.pipeline.piecework import HIDING
from maskanyone.pipeline.second_look import CLOSELY
from maskanyone.store.tables import QUEUED, RUNNING, Job
from maskanyone.ui.words import runs as words
from maskanyone.written import duration

#: about which share of a run each stage takes
_SHARES: Mapping[str, tuple[float, float]] = {
    LOOKING: (0.0, 0.43),
    CLOSELY: (0.43, 0.46),
    FOLLOWING: (0.46, 0.5),
    HIDING: (0.5, 0.75),
    JOINING: (0.75, 0.77),
    SEARCHING: (0.77, 1.0),
}
_EARLY = 0.03


def moves(job: Job) -> bool:
    """Whether a run is in line or at work."""
    return job.state in (QUEUED, RUNNING)


def share(job: Job) -> float:
    """How much of a run is done, 0 to 1."""
    start, end = _SHARES.get(job.stage, (0.0, 0.0))
    return start + (end - start) * (job.done / job.total if job.total else 0.0)


def told(job: Job) -> str:
    """``Finding faces · 412 of 1,204 · 18 s left``."""
    if not job.stage:
        return words.STARTING if job.started else words.STATES[QUEUED]
    parts = [job.stage, f"{job.done:,} of {job.total:,}"]
    done = share(job)
    if done > _EARLY and job.started:
        spent = job.worked or time.time() - job.started
        parts.append(f"{duration(max(1.0, spent * (1 - done) / done))} left")
    return " · ".join(parts)
