"""Search a finished file for people who show, with detectors that did not make it."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Protocol, TypeVar

import numpy as np

from maskanyone.data import Float, Pixels
from maskanyone.overlap import common, overlaps
from maskanyone.proof.detail import shown
from maskanyone.proof.placement import AS_IT_WAS, Placement
from maskanyone.runtime.crew import Crew, awaited
from maskanyone.video.again import Again
from maskanyone.video.picture import Picture
from maskanyone.video.read import Frame

T = TypeVar("T")

#: share of a face's cells that show: from here on it counts as seen
SEEN = 0.5
#: seconds that one frame may take
_PATIENCE = 120.0
_OVERLAP = 0.3
#: who finds those that are known already
KNOWN = "known people"
#: part of its usual least score at which a detector confirms another
NEARLY = 0.7
#: degrees by which the place of somebody known is turned for those who confirm
_ALL_TURNS = (0, 90, 180, 270)
#: score of somebody known who needs no other detector
_SURE = 0.5

#: boxes, float32 (N, 4), px, and scores, float32 (N,)
People = tuple[Float, Float]
NOBODY: People = np.zeros((0, 4), np.float32), np.zeros(0, np.float32)


class Faces(Protocol):
    """What a detector finds. box: float32 (N, 4), px. score: float32 (N,)."""

    @property
    def box(self) -> Float: ...
    @property
    def score(self) -> Float: ...


@dataclass(frozen=True)
class Look:
    """One way in which a detector looks at a frame.

    longer: longer side of the picture it is shown, px. turn: degrees clockwise by which that is turned first.
    least: scores below say nothing. detect: turns it, looks at it, and answers in pixels of the picture before.
    """

    longer: int
    turn: int
    least: float
    detect: Callable[[Pixels], Faces]


@dataclass(frozen=True)
class Auditor:
    """A detector that searches.

    looks: the first is its quickest; without any it only confirms others. confirm: looks at a part of a picture, turned
    clockwise by so many degrees. least: its usual least score.
    """

    name: str
    looks: tuple[Look, ...]
    confirm: Callable[[Pixels, int], Faces]
    least: float


@dataclass(frozen=True)
class Asked:
    """What is asked of a frame.

    thorough: all auditors search it, else the first one with its first look. turns: by which it is turned for that.
    people: who is known there from the original. recall: the original is searched in the same way, to learn how many of
    them the auditors find. count: they count as checks of the bound. check: look whether they show.
    supposed: where somebody known may be; told only where it shows and an auditor takes it for a face.
    """

    thorough: bool = False
    turns: tuple[int, ...] = ()
    people: People = NOBODY
    recall: bool = False
    count: bool = False
    check: bool = False
    supposed: People = NOBODY


@dataclass(frozen=True)
class Finding:
    """Somebody shows. box: px of the upright original. shows: share of the face's cells that do.

    sure: known from the original, or taken for a face by two detectors. turn: of the picture in which it was found.
    """

    frame: int
    box: tuple[float, float, float, float]
    score: float
    by: str
    shows: float
    sure: bool = True
    turn: int = 0


@dataclass
class Searched:
    """What was searched, and what was found.

    frames: of the result that were searched. deep: those that every auditor searched. missing: frames that the result
    lacks. beyond: of the result, after the original's last. unlike: of the result in which a face was found that is not
    what the original shows there. strange: of these, those in which two detectors find it where the original shows
    nobody. checks: people declared in the deep frames. people: those in the frames of the original that were searched;
    known: those of them that an auditor finds there.
    """

    findings: list[Finding] = field(default_factory=list)
    frames: int = 0
    deep: int = 0
    missing: int = 0
    beyond: int = 0
    unlike: int = 0
    strange: int = 0
    checks: int = 0
    people: int = 0
    known: int = 0


@dataclass(frozen=True)
class _Sight:
    """What one auditor finds in a frame. box: float32 (N, 4), px of its upright picture. turn: degrees, (N,)."""

    by: str
    box: Float
    score: Float
    turn: tuple[int, ...]


def search(
    original: Again,
    results: Iterable[tuple[int, Frame | None]],
    auditors: Sequence[Auditor],
    asked: Callable[[int], Asked],
    tick: Callable[[int], None],
    placement: Placement = AS_IT_WAS,
) -> Searched:
    """Search the frames of a result, and those of the original that are needed to judge what is found.

    Args:
        placement: how the result's pictures lie in the original's.
        results: the result's frames that are searched, or none where one is missing, each with the index of the
            original's, rising.
        asked: what is asked of the frame with an index.
        tick: called with each frame's index; may raise to stop.

    Raises:
        TimeoutError: one frame takes too long. Whatever an auditor raises.
    """
    hands = max(1, os.cpu_count() or 1)
    crew = Crew(hands, "search")
    told = Searched()
    looking: deque[tuple[int, Frame, Asked, Future[list[_Sight]]]] = deque()
    judging: deque[tuple[int, Future[Searched]]] = deque()

    def seen() -> None:
        index, after, task, future = looking.popleft()
        sights = _answer(future, lambda: tick(index))
        told.frames, told.deep = told.frames + 1, told.deep + task.thorough
        told.checks += len(task.people[0]) * task.count
        if task.recall or (task.check and len(task.people[0])) or len(task.supposed[0]) or sights:
            judged(hands)
            before = original.frame(index)
            judging.append((index, crew.call(_judged, before, after, sights, auditors, task, placement)))

    def judged(most: int) -> None:
        while len(judging) > most:
            index, future = judging.popleft()
            _add(told, _answer(future, lambda: tick(index)))  # noqa: B023

    try:
        for index, after in results:
            tick(min(index, len(original)))
            if index >= len(original):
                told.beyond += 1
                continue
            if after is None:
                told.missing += 1
                continue
            task = asked(index)
            looking.append((index, after, task, crew.call(_looked, after, auditors, task)))
            if len(looking) > 3 * hands:
                seen()
        while looking:
            seen()
        judged(0)
    finally:
        crew.dismiss()
    return told


def _answer(future: Future[T], ask: Callable[[], None]) -> T:
    error = awaited(future, _PATIENCE, ask)
    if error is not None:
        raise error
    return future.result()


def _looked(frame: Frame, auditors: Sequence[Auditor], asked: Asked) -> list[_Sight]:
    """What the auditors find in a frame: all of them where it is searched thoroughly, else the first at once."""
    sights = []
    for auditor in auditors if asked.thorough else auditors[:1]:
        looks = [look for look in auditor.looks if not look.turn or look.turn in asked.turns]
        sights.append(_sight(auditor, looks if asked.thorough else looks[:1], frame))
    return [sight for sight in sights if len(sight.box)]


def _sight(auditor: Auditor, looks: Sequence[Look], frame: Frame) -> _Sight:
    box, score, turn = [NOBODY[0]], [NOBODY[1]], list[int]()
    for look in looks:
        picture, scale = frame.square(look.longer)
        across = np.array([*scale, *scale], np.float32)
        found = look.detect(picture)
        sure = found.score >= look.least
        box.append(np.asarray(found.box[sure] / across, np.float32))
        score.append(found.score[sure])
        turn += [look.turn] * int(sure.sum())
    boxes, scores = np.concatenate(box), np.concatenate(score)
    kept = _distinct(boxes, scores)
    return _Sight(auditor.name, boxes[kept], scores[kept], tuple(turn[row] for row in kept))


def _distinct(box: Float, score: Float) -> list[int]:
    """Indices of boxes that do not show the same face as a better one."""
    kept: list[int] = []
    for row in np.argsort(-score, kind="stable"):
        if not kept or not overlaps(box[row], box[kept], _OVERLAP).any():
            kept.append(int(row))
    return kept


def _judged(
    before: Frame,
    after: Frame,
    sights: Sequence[_Sight],
    auditors: Sequence[Auditor],
    asked: Asked,
    placement: Placement,
) -> Searched:
    """What of all that was found in the result, and is found in the original, shows."""
    told = Searched()
    picture, result = before.opened()[1], after.opened()[1]
    luma = placement.pictures(result.y, picture.y.shape)
    own = [replace(sight, box=placement.boxes(sight.box, result.y.shape, picture.y.shape)) for sight in sights]
    others: list[_Sight] = []
    if asked.check:
        others.append(_Sight(KNOWN, *asked.people, turn=(0,) * len(asked.people[0])))
    if asked.recall:
        originals = _looked(before, auditors, asked)
        boxes = np.concatenate([NOBODY[0], *(sight.box for sight in originals)])
        told.people = len(asked.people[0])
        told.known = sum(bool(overlaps(person, boxes, _OVERLAP).any()) for person in asked.people[0])
        others += originals
    shows = [_shows(before.index, sight, picture.y, luma) for sight in (*own, *others)]
    unlike = [
        (sight.by, sight.box[row], place.box[row])
        for sight, place, judged in zip(sights, own, shows, strict=False)
        for row, finding in enumerate(judged)
        if finding is None
    ]
    told.unlike = int(bool(unlike))
    told.strange = int(
        asked.check
        and any(
            not _somebody(place, asked) and _taken_for_a_face(box, result, by, auditors, {0})
            for by, box, place in unlike
        )
    )
    found = [finding for judged in shows for finding in judged if finding is not None]
    told.findings = [replace(one, sure=_confirmed(one, found, auditors, picture)) for one in found]
    supposed = _shows(before.index, _Sight(KNOWN, *asked.supposed, turn=(0,) * len(asked.supposed[0])), picture.y, luma)
    told.findings += [one for one in supposed if one and _confirmed(replace(one, score=0), found, auditors, picture)]
    return told


def _shows(index: int, sight: _Sight, before: Pixels, after: Pixels) -> list[Finding | None]:
    """For each of a sight's boxes what shows there, none where it is not what the original shows."""
    found: list[Finding | None] = []
    for row, value, turn in zip(sight.box, sight.score, sight.turn, strict=True):
        shows = shown(before, after, row)
        x1, y1, x2, y2 = (round(float(corner), 1) for corner in row)
        finding = Finding(index, (x1, y1, x2, y2), round(float(value), 3), sight.by, round(shows, 3), turn=turn)
        found.append(finding if shows >= SEEN else None)
    return found


def _confirmed(one: Finding, others: Sequence[Finding], auditors: Sequence[Auditor], original: Picture) -> bool:
    """Whether it is known for sure, or another detector takes it for a face, in the whole picture or on its own."""
    box = np.array(one.box, np.float32)
    apart = [other.box for other in others if other.by != one.by]
    if (one.by == KNOWN and one.score >= _SURE) or (
        apart and overlaps(box, np.array(apart, np.float32), _OVERLAP).any()
    ):
        return True
    turns = _ALL_TURNS if one.by == KNOWN else {0, one.turn}
    return _taken_for_a_face(box, original, one.by, auditors, turns)


def _taken_for_a_face(box: Float, picture: Picture, by: str, auditors: Sequence[Auditor], turns: Iterable[int]) -> bool:
    """Whether an auditor does that is another one than ``by``, shown the place by itself, turned by any of these.

    Args:
        box: float32 (4,), px of the picture. turns: degrees clockwise.
    """
    crop, left, top = _around(picture, box)
    for auditor, turn in product((auditor for auditor in auditors if auditor.name != by), turns):
        found = auditor.confirm(crop, turn)
        sure = found.box[found.score >= NEARLY * auditor.least] + np.array([left, top] * 2, np.float32)
        if len(sure) and overlaps(box, sure, _OVERLAP).any():
            return True
    return False


def _somebody(box: Float, asked: Asked) -> bool:
    """Whether somebody is known, or supposed, where a box is: in the original's px."""
    people = np.concatenate([asked.people[0], asked.supposed[0]])
    return bool(len(people) and (common(box, people) > 0).any())


def _around(picture: Picture, box: Float) -> tuple[Pixels, int, int]:
    """The picture around a box, and where it begins."""
    width, height = picture.size
    sides = box[2:] - box[:2]
    x1, y1 = (max(0, int(value) // 2 * 2) for value in box[:2] - sides)
    x2, y2 = min(width, int(box[2] + sides[0]) // 2 * 2), min(height, int(box[3] + sides[1]) // 2 * 2)
    return picture.rgb((x1, y1, max(x2, x1 + 2), max(y2, y1 + 2))), x1, y1


def _add(told: Searched, more: Searched) -> None:
    told.findings += more.findings
    told.people += more.people
    told.known += more.known
    told.unlike += more.unlike
    told.strange += more.strange
