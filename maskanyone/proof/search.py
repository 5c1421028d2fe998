"""Search a finished file for people who show, with detectors that did not make it."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np

from maskanyone.data import Float, Pixels
from maskanyone.proof.detail import shown
from maskanyone.proof.pairs import Pair
from maskanyone.runtime.crew import Crew, awaited
from maskanyone.video.picture import Picture
from maskanyone.video.read import Frame

#: share of a face's cells that show: from here on it counts as seen
SEEN = 0.5
#: seconds that one frame may take
_PATIENCE = 120.0
_OVERLAP = 0.3
#: who finds those that are known already
KNOWN = "known people"
#: part of its usual least score at which a detector confirms another
_NEARLY = 0.7
#: score of somebody known who needs no other detector
_SURE = 0.5


class Faces(Protocol):
    """What a detector finds. box: float32 (N, 4), px. score: float32 (N,)."""

    @property
    def box(self) -> Float: ...
    @property
    def score(self) -> Float: ...


@dataclass(frozen=True)
class Auditor:
    """A detector that searches. longer: longer side of the picture it is shown, px. least: scores below say nothing."""

    name: str
    detect: Callable[[Pixels], Faces]
    longer: int
    least: float


@dataclass(frozen=True)
class Finding:
    """Somebody shows. box: px of the upright original. shows: share of the face's cells that do.

    sure: known from the original, or taken for a face by two detectors.
    """

    frame: int
    box: tuple[float, float, float, float]
    score: float
    by: str
    shows: float
    sure: bool = True


@dataclass
class Searched:
    """What was searched, and what was found.

    frames: of the result that were searched. deep: those that every auditor searched. missing: frames that the result
    lacks. people: declared people in the deep frames of the original; known: those of them that an auditor finds there.
    """

    findings: list[Finding] = field(default_factory=list)
    frames: int = 0
    deep: int = 0
    missing: int = 0
    people: int = 0
    known: int = 0


def search(
    pairs: Iterator[Pair],
    auditors: Sequence[Auditor],
    people: Callable[[int], tuple[Float, Float]],
    deep: Callable[[int], bool],
    tick: Callable[[int], None],
    *,
    wanted: Callable[[int], bool] = lambda _: True,
    check: bool = False,
) -> Searched:
    """Every frame by the first auditor; those that are ``deep`` by all of them, and their originals too.

    Args:
        people: those who are known in a frame of the original: boxes, float32 (N, 4), px, and scores, float32 (N,).
        deep: whether a frame is searched thoroughly.
        tick: called with each frame's index; may raise to stop.
        wanted: whether a frame is searched at all.
        check: look whether those who are known show, too.

    Raises:
        TimeoutError: one frame takes too long. Whatever an auditor raises.
    """
    hands = max(1, os.cpu_count() or 1)
    told = Searched()
    waiting: deque[tuple[int, Future[Searched]]] = deque()
    crew = Crew(hands, "search")

    def take() -> None:
        index, future = waiting.popleft()
        error = awaited(future, _PATIENCE, lambda: tick(index))
        if error is not None:
            raise error
        _add(told, future.result())

    try:
        for pair in pairs:
            tick(pair.index)
            if not wanted(pair.index):
                continue
            known, thorough = people(pair.index), deep(pair.index)
            waiting.append((pair.index, crew.call(_searched, pair, auditors, known, thorough, check)))
            if len(waiting) > 3 * hands:
                take()
        while waiting:
            take()
    finally:
        crew.dismiss()
    return told


def _searched(pair: Pair, auditors: Sequence[Auditor], known: tuple[Float, Float], deep: bool, check: bool) -> Searched:
    told = Searched(frames=1, deep=int(deep))
    if pair.after is None:
        return Searched(missing=1)
    found = [_faces(auditor, pair.after) for auditor in (auditors if deep else auditors[:1])]
    if not (deep or check or any(len(box) for box, _ in found)):
        return told
    original = pair.before.opened()[1]
    before, after = original.y, pair.after.opened()[1].y
    across = np.array([before.shape[1] / after.shape[1], before.shape[0] / after.shape[0]] * 2, np.float32)
    for auditor, (box, score) in zip(auditors, found, strict=False):
        told.findings += _seen(pair.index, auditor.name, box * across, score, before, after)
    if check:
        told.findings += _seen(pair.index, KNOWN, *known, before, after)
    if deep:
        found = [_faces(auditor, pair.before) for auditor in auditors]
        boxes = np.concatenate([box for box, _ in found]) if found else np.zeros((0, 4), np.float32)
        told.people, told.known = len(known[0]), sum(bool(_overlap(person, boxes).any()) for person in known[0])
        for auditor, (box, score) in zip(auditors, found, strict=True):
            told.findings += _seen(pair.index, auditor.name, box, score, before, after)
    told.findings = [replace(one, sure=_confirmed(one, told.findings, auditors, original)) for one in told.findings]
    return told


def _faces(auditor: Auditor, frame: Frame) -> tuple[Float, Float]:
    """Boxes in px of the frame's upright picture, and scores."""
    picture, scale = frame.square(auditor.longer)
    found = auditor.detect(picture)
    sure = found.score >= auditor.least
    return np.asarray(found.box[sure] / np.array([*scale, *scale], np.float32), np.float32), found.score[sure]


def _seen(index: int, by: str, box: Float, score: Float, before: Pixels, after: Pixels) -> list[Finding]:
    found = []
    for row, value in zip(box, score, strict=True):
        shows = shown(before, after, row)
        if shows >= SEEN:
            corners = tuple(round(float(corner), 1) for corner in row)
            found.append(Finding(index, corners, round(float(value), 3), by, round(shows, 3)))  # type: ignore[arg-type]
    return found


def _confirmed(one: Finding, others: Sequence[Finding], auditors: Sequence[Auditor], original: Picture) -> bool:
    """Whether it is known for sure, or another detector takes it for a face, in the whole picture or on its own."""
    box = np.array(one.box, np.float32)
    apart = [other.box for other in others if other.by != one.by]
    if (one.by == KNOWN and one.score >= _SURE) or (apart and _overlap(box, np.array(apart, np.float32)).any()):
        return True
    crop, left, top = _around(original, box)
    for auditor in auditors:
        if auditor.name != one.by:
            found = auditor.detect(crop)
            sure = found.box[found.score >= _NEARLY * auditor.least] + np.array([left, top] * 2, np.float32)
            if len(sure) and _overlap(box, sure).any():
                return True
    return False


def _around(picture: Picture, box: Float) -> tuple[Pixels, int, int]:
    """The picture around a box, and where it begins."""
    width, height = picture.size
    sides = box[2:] - box[:2]
    x1, y1 = (max(0, int(value) // 2 * 2) for value in box[:2] - sides)
    x2, y2 = min(width, int(box[2] + sides[0]) // 2 * 2), min(height, int(box[3] + sides[1]) // 2 * 2)
    return picture.rgb((x1, y1, max(x2, x1 + 2), max(y2, y1 + 2))), x1, y1


def _overlap(one: Float, others: Float) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """bool (N,): which of the boxes show the same face."""
    corner1, corner2 = np.maximum(one[:2], others[:, :2]), np.minimum(one[2:], others[:, 2:])
    common = np.prod(np.maximum(corner2 - corner1, 0), axis=1)
    areas = np.prod(others[:, 2:] - others[:, :2], axis=1) + np.prod(one[2:] - one[:2])
    return np.asarray(common >= _OVERLAP * (areas - common))


def _add(told: Searched, more: Searched) -> None:
    told.findings += more.findings
    for name in ("frames", "deep", "missing", "people", "known"):
        setattr(told, name, getattr(told, name) + getattr(more, name))
