"""What a job does, one function a kind. It runs in a process of its own and hands back files and plain facts."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import maskanyone
from maskanyone.errors import Unreadable
from maskanyone.files import replaced, sha256
from maskanyone.pipeline import Cancel, Progress
from maskanyone.pipeline.overview import overview, viewing_copy
from maskanyone.proof import places
from maskanyone.recipe import Recipe
from maskanyone.store import recordings
from maskanyone.store.cache import Cache
from maskanyone.store.tables import (
    CHECK,
    MASK,
    ORIGINAL,
    PICTURE,
    REPORT,
    RESULT,
    SAMPLE,
    STRIP,
    VIEW,
    VIEWING,
)

_LONGEST_NAME = 200
_FORBIDDEN = '<>:"/\\|?*'


@dataclass(frozen=True)
class Made:
    """A file that a job has made. path: where it lies until it is taken in."""

    kind: str
    path: str
    sha256: str
    suffix: str
    bytes: int


@dataclass(frozen=True)
class Outcome:
    """What a finished job hands back. told: plain facts for its row (of a check: for the recording's)."""

    made: tuple[Made, ...]
    told: Mapping[str, Any]


@dataclass(frozen=True)
class Order:
    """What a job's process is told: plain data. name: what the recording is called. folder: where it may write.

    sha256: of the recording when it was looked over; empty before that.
    """

    kind: str
    path: str
    name: str
    copied: bool
    recipe: Mapping[str, Any]
    salvage: bool
    folder: str
    sha256: str = ""


def perform(order: Order, progress: Progress, cancel: Cancel) -> Outcome:
    """Do what is ordered; raises what the pipeline raises."""
    recordings.check_in_place(order)
    return _TASKS[order.kind](order, progress, cancel)


def _check(order: Order, progress: Progress, cancel: Cancel) -> Outcome:
    def ask() -> None:
        if cancel():
            raise maskanyone.Cancelled(order.name, "was stopped", "Add it again")

    seen = overview(order.path, ask)
    made = [
        _made(PICTURE, _written(order, "picture.jpg", seen.picture)),
        _made(STRIP, _written(order, "strip.jpg", seen.strip)),
    ]
    if order.copied:
        size = os.stat(order.path).st_size
        made.append(Made(ORIGINAL, order.path, seen.video.sha256, _suffix(order.name), size))
    return Outcome(tuple(made), {"sha256": seen.video.sha256, "facts": seen.facts})


def _sample(order: Order, progress: Progress, cancel: Cancel) -> Outcome:
    from maskanyone import sample

    with replaced(Path(order.path)) as unfinished:
        sample.make(unfinished)
    return _check(order, progress, cancel)


def _mask(order: Order, progress: Progress, cancel: Cancel) -> Outcome:
    out = Path(order.folder) / f"{_stem(order.name)}.mp4"
    result = maskanyone.mask(
        order.path,
        out,
        Recipe.parse(dict(order.recipe)),
        progress=progress,
        cancel=cancel,
        salvage=order.salvage,
        name=order.name,
    )
    report = result.report
    if report["source"]["sha256"] != order.sha256:
        recordings.drop_facts([report["source"]["sha256"]])
        raise Unreadable(order.name, "was changed since it was added", "Remove it from the list and add it again")
    told = {
        "verdict": report["verdict"],
        "frames": report["result"]["frames"],
        "seconds": report["result"]["seconds"],
        "faces": report["faces"],
        "to_look_at": len(report["to_look_at"]),
        "not_hidden": len(report["not_hidden"]),
        "places": places.number(report),
        "faults": len(report["faults"]),
        "sound": report["result"]["sound"],
    }
    return Outcome((_made(RESULT, result.video), _made(REPORT, result.report_file, ".json")), told)


def _view(order: Order, progress: Progress, cancel: Cancel) -> Outcome:
    out = Path(order.folder) / "viewing.mp4"
    # pieces of the original must not outlive this run
    with closing(Cache(Path(order.folder) / "pieces")) as cache:
        viewing_copy(order.path, out, cache=cache, progress=progress, cancel=cancel)
    return Outcome((_made(VIEWING, out),), {})


_TASKS: Mapping[str, Callable[[Order, Progress, Cancel], Outcome]] = {
    CHECK: _check,
    SAMPLE: _sample,
    MASK: _mask,
    VIEW: _view,
}


def _made(kind: str, path: Path, suffix: str | None = None) -> Made:
    return Made(kind, str(path), sha256(path), suffix or path.suffix, path.stat().st_size)


def _written(order: Order, name: str, data: bytes) -> Path:
    path = Path(order.folder) / name
    path.write_bytes(data)
    return path


def _suffix(name: str) -> str:
    """A file's ending, if it is a harmless one."""
    ending = Path(name).suffix.lower()
    return ending if ending[1:].isalnum() and ending.isascii() and len(ending) <= 6 else ""


def _stem(name: str) -> str:
    """A name that every file system takes."""
    stem = "".join("_" if c in _FORBIDDEN or ord(c) < 32 else c for c in Path(name).stem).strip(" .")
    while len(stem.encode()) > _LONGEST_NAME:
        stem = stem[:-1]
    return stem or "recording"
