"""Files of ours by what is in them: one place a content, so the same bytes are kept once."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterable
from pathlib import Path

from sqlmodel import Session, col, select

from maskanyone import folders
from maskanyone.store.tables import Artefact, Recording

_SHARD = 2
#: seconds that a file may lie without a row: whoever made it may be about to write the row
_GRACE = 300.0


def place(sha256: str, suffix: str) -> Path:
    """Where the file with this content lies, or would."""
    return folders.files() / sha256[:_SHARD] / f"{sha256}{suffix}"


def adopt(path: Path, sha256: str, suffix: str) -> Path:
    """Give a finished file its place. Both must lie on one file system.

    It keeps its first name too, where links can be made: whoever dies before the row is written has lost nothing.
    """
    target = place(sha256, suffix)
    target.parent.mkdir(mode=0o700, exist_ok=True)
    path.chmod(0o600)
    try:
        os.link(path, target)
    except FileExistsError:
        pass
    except OSError:
        os.replace(path, target)
    os.utime(target)  # for ``sweep``: it is new here, however old it is
    return target


def drop_unused(session: Session, artefacts: Iterable[Artefact]) -> list[Path]:
    """Delete these rows; the files to be unlinked once that is written: those whose content no other row has."""
    gone = list(artefacts)
    for artefact in gone:
        session.delete(artefact)
    session.flush()
    return [place(artefact.sha256, artefact.suffix) for artefact in gone if not _used(session, artefact)]


def unlink(paths: Iterable[Path]) -> None:
    """Delete files that no row names any more."""
    for path in paths:
        path.unlink(missing_ok=True)


def sweep(session: Session) -> int:
    """Delete files that no row names, left by a process that died between file and row; returns how many."""
    known = set(session.exec(select(Artefact.sha256)).all())
    arriving = {Path(path).name for path in session.exec(select(Recording.path)).all()}
    left = [path for path in folders.files().glob("*/*") if path.name.partition(".")[0] not in known]
    left += [path for path in folders.arriving().iterdir() if path.name not in arriving]
    swept = 0
    for path in left:
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_mtime < time.time() - _GRACE:
                path.unlink()
                swept += 1
    return swept


def _used(session: Session, like: Artefact) -> bool:
    same = select(Artefact.id).where(col(Artefact.sha256) == like.sha256, col(Artefact.suffix) == like.suffix)
    return session.exec(same.limit(1)).first() is not None
