"""Results that were released: for whom, when, and the files that tell of it, which never change afterwards."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any
from zipfile import BadZipFile, ZipFile

from sqlmodel import select

from maskanyone import folders
from maskanyone.errors import Refused
from maskanyone.files import replaced, sha256
from maskanyone.proof import places
from maskanyone.proof import release as proof
from maskanyone.store import database, files, owners, reviews, runs
from maskanyone.store.tables import RELEASED, REPORT, RESULT, Artefact, Job, Release, new_id
from maskanyone.written import counted


def of(owner: str, run: str) -> Release | None:
    """For whom a run's result was released; none where it was not."""
    with database.session() as session:
        row = session.get(Release, run)
        return row if row and owners.may_see(owner, row) else None


def release(owner: str, run: str, level: str, by: str = "") -> None:
    """Release a result, or release it anew for others.

    Args:
        level: one of ``proof.release.LEVELS``.
        by: who looked it through.

    Raises:
        Refused: there is no such level or result, or something is left to look at.
    """
    job, told, made = runs.one(owner, run), runs.artefact(run, REPORT), runs.artefact(run, RESULT)
    if job is None or told is None or made is None or not files.place(made.sha256, made.suffix).is_file():
        raise Refused("This result", "is not here any more", "Mask its recording again")
    at, looked_at = time.time(), reviews.looked_at(owner, run)
    report = json.loads(files.place(told.sha256, told.suffix).read_text("utf-8"))
    _check(runs.file_name(run, ".mp4"), report, level, looked_at)
    released = proof.released(report, proof.Released(level, at, by.strip(), looked_at))
    data = proof.packed(released, runs.file_name(run, ".mp4"), at)
    row = Release(job=run, owner=owner, level=level, by=by.strip(), at=at)
    _keep(job, row, data)


def file(run: str, suffix: str, *, shareable: bool = False) -> bytes | None:
    """One of the files that went with a release; none where there was none."""
    made = runs.artefact(run, RELEASED)
    if made is None:
        return None
    try:
        with ZipFile(files.place(made.sha256, made.suffix)) as packed:
            folder = proof.SHAREABLE if shareable else proof.PRIVATE
            name = next(name for name in packed.namelist() if _is(name, folder, f".report{suffix}"))
            return packed.read(name)
    except (OSError, BadZipFile, StopIteration):
        return None


def _check(name: str, report: Mapping[str, Any], level: str, looked_at: Mapping[str, float]) -> None:
    if level not in proof.LEVELS:
        raise Refused(name, f"cannot be released for “{level}”", f"Choose one of {', '.join(proof.LEVELS)}")
    if left := sum(place.key not in looked_at for place in places.queue(report)):
        what = counted(left, "place is", "places are")
        raise Refused(name, f"cannot be released: {what} left to look at", "Look at what is left, then release it")


def _is(name: str, folder: str, ending: str) -> bool:
    path = PurePosixPath(name)
    return path.parent.name == folder and path.name.endswith(ending)


def _keep(job: Job, row: Release, data: bytes) -> None:
    """File and rows; what an earlier release of this run has left goes."""
    made = folders.work() / f"{new_id()}.zip"
    with replaced(made) as unfinished:
        unfinished.write_bytes(data)
    try:
        content = sha256(made)
        with database.session() as session:
            before = select(Artefact).where(Artefact.job == job.id, Artefact.kind == RELEASED)
            unused = files.drop_unused(session, session.exec(before).all())
            session.merge(row)
            session.add(Artefact.of(job, RELEASED, content, ".zip", len(data)))
            place = files.adopt(made, content, ".zip")
        files.unlink(path for path in unused if path != place)
    finally:
        made.unlink(missing_ok=True)
