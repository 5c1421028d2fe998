"""Small pictures of a place that wants a look, of original and result, where it wants it most; kept in memory only."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2

from maskanyone.data import Pixels, Video
from maskanyone.errors import Refused
from maskanyone.proof import places
from maskanyone.store import files, recordings, runs
from maskanyone.store.tables import RESULT, Job, Recording
from maskanyone.ui import reviewing
from maskanyone.ui.closeup import around
from maskanyone.ui.newest import Newest
from maskanyone.video import stills
from maskanyone.video.picture import Rect
from maskanyone.video.probe import probe
from maskanyone.video.read import Frame, stamp

ORIGINAL_SIDE, RESULT_SIDE = SIDES = "original", "result"
#: px of a picture as it is shown; it is made twice as large, for fine screens
WIDTH, HEIGHT = 120, 90
_FINE, _QUALITY = 2, 85
#: how much higher than its box a picture is, and px of the film that it shows at least
_AROUND, _LEAST = 2.2, 72.0
#: s; rounding must not lead to the frame before
_WITHIN = 0.0005
_MOST_PICTURES, _MOST_VIDEOS, _MOST_REPORTS = 256, 16, 16
_pictures, _videos, _spots = Newest(_MOST_PICTURES), Newest(_MOST_VIDEOS), Newest(_MOST_REPORTS)
#: pictures that are drawn or wait for it at once, more than a browser asks for; each holds a thread of the server's 40
_MOST_WAITING = 8
_waiting = threading.BoundedSemaphore(_MOST_WAITING)
_drawing = threading.Lock()


class Busy(Exception):
    """So many pictures wait that this one is not to."""


@dataclass(frozen=True)
class _Spot:
    """Where a place wants a look most. seconds: of the original, and of the result. box: px, or everywhere."""

    original: float
    result: float
    box: Sequence[float] | None


def address(run: str, key: str, side: str) -> str:
    """Where the server hands a picture out."""
    return f"/api/runs/{run}/places/{key}/{side}.jpg"


def picture(owner: str, run: str, key: str, side: str) -> bytes | None:
    """A JPEG, or none where there is no such place, or its file is gone or cannot be read.

    Raises:
        Busy: too many wait for theirs.
    """
    found = runs.pair(owner, run)
    if found is None or side not in SIDES:
        return None
    name = (found[1].id, run, key, side)
    kept: bytes | None = _pictures.get(name)
    if kept is not None:
        return kept
    if not _waiting.acquire(blocking=False):
        raise Busy
    try:
        with _drawing:  # one film at a time: a page asks for many
            kept = _pictures.get(name)
            if kept is None and (kept := _made(*found, key, side)) is not None:
                _pictures.put(name, kept)
    finally:
        _waiting.release()
    return kept


def _made(job: Job, recording: Recording, key: str, side: str) -> bytes | None:
    spot = _spots_of(job, recording).get(key)
    if spot is None:
        return None
    try:
        if side == ORIGINAL_SIDE:
            recordings.check_in_place(recording)
            path, seconds = Path(recording.path), spot.original
        else:
            made = runs.artefact(job.id, RESULT)
            if made is None:
                return None
            path, seconds = files.place(made.sha256, made.suffix), spot.result
        video = _video(recording, path)
        frame = next(stills.at(video, [seconds + _WITHIN]), None)
    except (OSError, Refused):
        return None
    return stills.jpeg(_cropped(frame, video, spot.box), _QUALITY) if frame else None


def _spots_of(job: Job, recording: Recording) -> Mapping[str, _Spot]:
    """Of every place of a run's report, by its key; the report is read once."""
    kept: dict[str, _Spot] | None = _spots.get((recording.id, job.id))
    if kept is None:
        report = reviewing.report_of(job)
        if report is None:
            return {}
        first, kept = float(report["source"]["first_frame_s"]), {}
        for place in places.queue(report):
            seconds, box = places.worst(report, place.parts[0])
            kept[place.key] = _Spot(seconds + first, seconds, box)
        _spots.put((recording.id, job.id), kept)
    return kept


def _video(recording: Recording, path: Path) -> Video:
    kept: Video | None = _videos.get((recording.id, str(path)))
    if kept is None or kept.stamp != stamp(str(path.resolve())):
        kept = replace(probe(path), name=recording.name)
        _videos.put((recording.id, str(path)), kept)
    return kept


def _cropped(frame: Frame, video: Video, box: Sequence[float] | None) -> Pixels:
    """uint8 (h, w, 3), RGB, square pixels; all of the frame where there is no box."""
    picture = frame.opened()[1]
    rect = _around(box, picture.size, float(video.pixel_aspect)) if box else (0, 0, *picture.size)
    cut = picture.rgb(rect)
    wide, high = cut.shape[1] * float(video.pixel_aspect), cut.shape[0]
    factor = min(WIDTH * _FINE / wide, HEIGHT * _FINE / high)
    size = max(1, round(wide * factor)), max(1, round(high * factor))
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    scaled: Any = cv2.resize(cut, size, interpolation=how)
    return scaled  # type: ignore[no-any-return]


def _around(box: Sequence[float], size: tuple[int, int], pixel_aspect: float) -> Rect:
    """A rectangle of the pictures' shape around a box, even and inside the film's picture."""
    x1, y1, x2, y2 = box
    shape = WIDTH / HEIGHT / pixel_aspect
    high = max(_AROUND * max(y2 - y1, (x2 - x1) / shape), _LEAST)
    left, top, right, bottom = map(_even, around(box, size, shape, high))
    return left, top, right, bottom


def _even(edge: float) -> int:
    return round(edge / 2) * 2
