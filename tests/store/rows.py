"""Rows and files as workers leave them, made without one; and a look for what is left of them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from maskanyone import folders
from maskanyone.jobs import queue, results
from maskanyone.store import database, recordings, runs
from maskanyone.store.tables import CHECK, MASK, ORIGINAL, PICTURE, REPORT, RESULT, Job, Recording

OWNER, OTHER = "local", "somebody else"
FACTS: dict[str, Any] = {"seconds": 2.0, "playable": True, "damage": []}
RECIPE: dict[str, Any] = {"format": 1, "name": "Faces hidden"}


def brought(name: str = "talk.mp4", data: bytes = b"some pictures", owner: str = OWNER) -> Recording:
    """A recording that was copied in and looked over."""
    made = recordings.arriving(owner, name, len(data))
    Path(made.path).write_bytes(data)
    recordings.arrived(made.id)
    done((CHECK,), {ORIGINAL: Path(made.path), PICTURE: b"picture of " + data}, hashed(data))
    return known(made.id, owner)


def masked(recording: Recording, result: bytes = b"masked", owner: str = OWNER) -> Job:
    """A finished run of a recording."""
    (job,) = runs.order(owner, [recording], RECIPE, "Faces hidden")
    done((MASK,), {RESULT: result, REPORT: b"report of " + result})
    return run(job.id, owner)


def done(
    kinds: Sequence[str], files: dict[str, bytes | Path], sha256: str = "", told: dict[str, Any] | None = None
) -> None:
    """Do what a worker does with the next job of these kinds: these files are what it makes, and what it tells."""
    claim = queue.claim(queue.enrol().id, kinds)
    assert claim is not None
    folder = folders.work() / f"{claim.job.id}.{claim.fence}"
    folder.mkdir()
    made = []
    for kind, content in files.items():
        path = content if isinstance(content, Path) else folder / kind
        if isinstance(content, bytes):
            path.write_bytes(content)
        plain = path.read_bytes()
        made.append({"kind": kind, "path": str(path), "sha256": hashed(plain), "suffix": ".bin", "bytes": len(plain)})
    facts = {"sha256": sha256, "facts": FACTS} if sha256 else told or {"frames": 50}
    assert results.take_in(claim, {"made": made, "told": facts})


def known(recording: str, owner: str = OWNER) -> Recording:
    """The row as it is now."""
    row = recordings.one(owner, recording)
    assert row is not None
    return row


def run(job: str, owner: str = OWNER) -> Job:
    """The row as it is now."""
    with database.session() as session:
        row = session.get_one(Job, job)
    assert row.owner == owner
    return row


def hashed(data: bytes) -> str:
    """sha256 in hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def traces(folder: Path, *words: str) -> list[str]:
    """Where below a folder one of these words stands, in a file's name or in what it holds."""
    found = []
    for path in folder.rglob("*"):
        held = path.read_bytes() if path.is_file() else b""
        found += [f"{path.relative_to(folder)}: {word}" for word in words if word in path.name or word.encode() in held]
    return found
