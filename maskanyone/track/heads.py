"""Heads of people whose face nobody finds: seen from behind, covered by a hand, or too far away.

A face that was found says where the head is. Where there is none, the head of somebody upright lies in the upper part
of the person's box; of somebody who bends or lies, it may lie anywhere in it. Of people whom the picture's edge cuts
off above, and of those who lie and are cut off anywhere, the head may be outside: these are told and not hidden.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maskanyone.data import PLACED, SEEN, Float, Span, Track
from maskanyone.overlap import overlaps
from maskanyone.present import Present
from maskanyone.track.build import name
from maskanyone.track.motion import LEAST

#: the region of an upright person's head, in widths of the box: as wide and as high as this, in the middle at the top
WIDE, HIGH = 0.7, 0.6
#: height of a box in its widths from which on somebody is upright; part of the picture's height that counts as its edge
UPRIGHT, EDGE = 0.75, 0.005
#: overlap of two regions at which both are the same head, found as part of two boxes
SAME = 0.4
#: how far from the middle of its region the middle of a face may be, in sides of the region
NEAR = 0.7


@dataclass(frozen=True)
class Heads:
    """hidden: where a person has no face. outside: where in addition the head may lie outside the picture."""

    hidden: tuple[Track, ...]
    outside: tuple[Track, ...]


def heads(
    people: Sequence[Track],
    faces: Sequence[Track],
    times: NDArray[np.float64],
    size: tuple[int, int],
    lasting: float,
    aspect: float = 1.0,
) -> Heads:
    """Tracks of heads, wherever a person has no face. A face is one person's at most, the one it fits best.

    Args:
        people: tracks of whole people. faces: tracks of all faces that are hidden.
        times: float64 (F,), when each frame is shown, seconds.
        size: width and height of the picture, px.
        lasting: seconds for which a head is hidden longer, where a face takes over.
        aspect: width of a pixel in its heights.
    """
    regions = [_region(person.box, size, aspect) for person in people]
    bare = _bare(people, [region for region, _ in regions], faces)
    hidden: list[Track] = []
    outside: list[Track] = []
    for person, (region, inside), without in zip(people, regions, bare, strict=True):
        for there, made in ((inside, hidden), (~inside, outside)):
            for run in Span.runs(there & without):
                rows = _longer(run, times[person.frame], there, lasting)
                # who comes in is only guessed to be outside at first
                if made is hidden or (person.state[rows] == SEEN).any():
                    made.append(_head(person, region, rows))
    return Heads(tuple(hidden), tuple(outside))


def _head(person: Track, region: Float, rows: slice) -> Track:
    frame, box = person.frame[rows], region[rows]
    return Track(
        name("head", int(frame[0]), box[0]),
        "head",
        frame,
        box,
        np.full(len(frame), PLACED, np.uint8),
        person.score[rows],
        person.support,
        person.starts if rows.start == 0 else "found",
        person.ends if rows.stop == len(person) else "lost",
    )


def _region(box: Float, size: tuple[int, int], aspect: float) -> tuple[Float, NDArray[np.bool_]]:
    """Where the head of each row is, float32 (T, 4), px, and bool (T,): whether it is sure to be in the picture."""
    wide, high = box[:, 2] - box[:, 0], box[:, 3] - box[:, 1]
    middle = (box[:, 0] + box[:, 2]) / 2
    aside, down = WIDE / 2 * wide, np.minimum(HIGH * wide * aspect, high)
    upper = np.stack([middle - aside, box[:, 1], middle + aside, box[:, 1] + down], axis=1)
    upright = high >= UPRIGHT * wide * aspect
    edge = EDGE * size[1]
    inside = (box[:, :2] > edge).all(axis=1) & (box[:, 2:] < np.array(size) - edge).all(axis=1)
    there = np.where(upright, box[:, 1] > edge, inside)
    return np.where(upright[:, None], upper, box).astype(np.float32), there


def _bare(people: Sequence[Track], regions: Sequence[Float], faces: Sequence[Track]) -> list[NDArray[np.bool_]]:
    """For each person bool (T,): no face is hers."""
    bare = [np.ones(len(person), bool) for person in people]
    heads = Present([(person.frame, region) for person, region in zip(people, regions, strict=True)])
    seen = Present([(face.frame, face.box) for face in faces])
    for frame in np.intersect1d(heads.frame, seen.frame).tolist():
        rows, face = heads.at(frame), seen.box[seen.at(frame)]
        faced = _faced(heads.box[rows], (face[:, :2] + face[:, 2:]) / 2)
        for number in heads.owner[rows][faced].tolist():
            bare[number][frame - int(people[number].frame[0])] = False
    return bare


def _faced(region: Float, middle: Float) -> NDArray[np.bool_]:
    """bool (N,): which regions (N, 4) have a face, each of the middles (M, 2) being the face of at most one."""
    sides = np.maximum(region[:, 2:] - region[:, :2], LEAST)
    apart = np.abs(middle[None] - (region[:, None, :2] + region[:, None, 2:]) / 2) / sides[:, None]
    cost = np.where((apart <= NEAR).all(axis=2), apart.sum(axis=2), np.inf)
    faced, taken = np.zeros(len(region), bool), np.zeros(len(middle), bool)
    for flat in np.argsort(cost, axis=None):
        row, face = divmod(int(flat), len(middle))
        if not np.isfinite(cost[row, face]):
            break
        if not faced[row] and not taken[face]:
            faced[row] = taken[face] = True
    for row in np.flatnonzero(~faced & np.isfinite(cost).any(axis=1)).tolist():
        faced[row] = bool((faced & overlaps(region[row], region, SAME)).any())
    return faced


def _longer(run: Span, times: NDArray[np.float64], there: NDArray[np.bool_], lasting: float) -> slice:
    """The rows of a run, and those beside it within ``lasting`` seconds."""
    start, stop = run.start, run.stop
    while start > 0 and there[start - 1] and times[run.start] - times[start - 1] <= lasting + LEAST:
        start -= 1
    while stop < len(times) and there[stop] and times[stop] - times[run.stop - 1] <= lasting + LEAST:
        stop += 1
    return slice(start, stop)
