"""What somebody has looked at, place by place, and how much is left; it goes with its run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import func
from sqlalchemy.dialects.sqlite import insert
from sqlmodel import Session, col, delete, select

from maskanyone.store import database, owners
from maskanyone.store.tables import DONE, LEAVING, MASK, Job, Looked, Recording, Release


def looked_at(owner: str, run: str) -> dict[str, float]:
    """When somebody looked, seconds since 1970, by place of this run."""
    with database.session() as session:
        rows = session.exec(select(Looked).where(Looked.job == run, Looked.owner == owner)).all()
        return {row.place: row.at for row in rows}


def look(owner: str, run: str, place: str) -> None:
    """Somebody has looked at a place; the first time counts."""
    with database.session() as session:
        if _mine(session, owner, run):
            row = Looked(job=run, place=place, owner=owner).model_dump()
            session.exec(insert(Looked).values(row).on_conflict_do_nothing())  # another tab may look as well


def look_again(owner: str, run: str, place: str) -> None:
    """A place is to be looked at once more."""
    with database.session() as session:
        if _mine(session, owner, run):
            session.exec(delete(Looked).where(col(Looked.job) == run, col(Looked.place) == place))


def left(jobs: Iterable[Job]) -> dict[str, int]:
    """How many places nobody has looked at, by run."""
    with database.session() as session:
        return _left(session, {job.id: job.told for job in jobs if job.state == DONE})


def left_in_all(owner: str, *, most: int = 200) -> int:
    """How many places are left in the newest result of each recording, but for those that were released."""
    with database.session() as session:
        mine = select(Job.id, Job.recording, Job.told).join(Recording, col(Job.recording) == col(Recording.id))
        mine = mine.where(Job.owner == owner, Job.kind == MASK, Job.state == DONE, Recording.state != LEAVING)
        newest: dict[str, tuple[str, Mapping[str, Any]]] = {}
        for run, recording, told in session.exec(mine.order_by(col(Job.finished).desc()).limit(most)).all():
            newest.setdefault(recording, (run, told))
        runs = dict(newest.values())
        released = set(session.exec(select(Release.job).where(col(Release.job).in_(runs))).all())
        return sum(_left(session, {run: told for run, told in runs.items() if run not in released}).values())


def _left(session: Session, told: Mapping[str, Mapping[str, Any]]) -> dict[str, int]:
    number = _number(session, list(told))
    return {run: max(0, _places(facts) - number.get(run, 0)) for run, facts in told.items()}


def _number(session: Session, runs: Sequence[str]) -> dict[str, int]:
    counted = select(Looked.job, func.count()).where(col(Looked.job).in_(runs)).group_by(col(Looked.job))
    return dict(session.exec(counted).all())


def _places(told: Mapping[str, Any]) -> int:
    """How many places a run's result has; an early version told of stretches only."""
    return int(told.get("places", told.get("to_look_at", 0) + told.get("not_hidden", 0)))


def _mine(session: Session, owner: str, run: str) -> bool:
    row = session.get(Job, run)
    return row is not None and owners.may_see(owner, row)
