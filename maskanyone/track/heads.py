"""Heads of people whose face nobody finds: seen from behind, covered by a hand, or too far away.

A face that was found says where the head is. Where there is none, the head of somebody upright lies in the upper part
of the person's box; of somebody who bends or lies, it may lie anywhere in it. Of people whom the picture's edge cuts
off above, and of those who lie and are cut off anywhere, the head may be outside, and nothing is hidden.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from maskanyone.data import Float, Span, Track
from maskanyone.track.build import name
from maskanyone.track.looked import spans
from maskanyone.track.motion import LEAST

#: the region of an upright person's head, in widths of the box: as wide and as high as this, in the middle at the top
WIDE, HIGH = 0.7, 0.6
#: height of a box in its widths from which on somebody is upright; part of the picture's height that counts as its edge
UPRIGHT, EDGE = 0.75, 0.01


def heads(
    people: Sequence[Track], faces: Sequence[Track], times: NDArray[np.float64], size: tuple[int, int], lasting: float
) -> tuple[Track, ...]:
    """Tracks of heads, wherever a person has no face.

    Args:
        people: tracks of whole people. faces: tracks of all faces that are hidden.
        times: float64 (F,), when each frame is shown, seconds.
        size: width and height of the picture, px.
        lasting: seconds for which a head is hidden longer, where a face takes over.
    """
    at: dict[int, list[Float]] = defaultdict(list)
    for face in faces:
        for frame, box in zip(face.frame.tolist(), face.box, strict=True):
            at[frame].append(box)
    return tuple(head for person in people for head in _of(person, at, times, size, lasting))


def _of(
    person: Track, faces: dict[int, list[Float]], times: NDArray[np.float64], size: tuple[int, int], lasting: float
) -> Iterator[Track]:
    region, there = _region(person.box, size)
    frames = person.frame.tolist()
    bare = np.array([not _has(faces.get(frame, ()), box) for frame, box in zip(frames, region, strict=True)], bool)
    for run in spans(there & bare):
        rows = _longer(run, times[person.frame], there, lasting)
        box = region[rows]
        yield Track(
            name("head", int(person.frame[rows][0]), box[0]),
            "head",
            person.frame[rows],
            box,
            person.state[rows],
            person.score[rows],
            person.support,
            person.starts if rows.start == 0 else "found",
            person.ends if rows.stop == len(person) else "lost",
        )


def _region(box: Float, size: tuple[int, int]) -> tuple[Float, NDArray[np.bool_]]:
    """Where the head of each person is, float32 (T, 4), px, and bool (T,): whether it can be in the picture at all."""
    wide, high = box[:, 2] - box[:, 0], box[:, 3] - box[:, 1]
    middle = (box[:, 0] + box[:, 2]) / 2
    aside, down = WIDE / 2 * wide, np.minimum(HIGH * wide, high)
    upper = np.stack([middle - aside, box[:, 1], middle + aside, box[:, 1] + down], axis=1)
    upright = high >= UPRIGHT * wide
    edge = EDGE * max(size)
    inside = (box[:, :2] > edge).all(axis=1) & (box[:, 2:] < np.array(size) - edge).all(axis=1)
    there = np.where(upright, box[:, 1] > edge, inside)
    return np.where(upright[:, None], upper, box).astype(np.float32), there


def _has(faces: Sequence[Float], region: Float) -> bool:
    """Whether the middle of a face lies in a region."""
    return any(
        region[0] <= (face[0] + face[2]) / 2 <= region[2] and region[1] <= (face[1] + face[3]) / 2 <= region[3]
        for face in faces
    )


def _longer(run: Span, times: NDArray[np.float64], there: NDArray[np.bool_], lasting: float) -> slice:
    """The rows of a run, and those beside it within ``lasting`` seconds."""
    start, stop = run.start, run.stop
    while start > 0 and there[start - 1] and times[run.start] - times[start - 1] <= lasting + LEAST:
        start -= 1
    while stop < len(times) and there[stop] and times[stop] - times[run.stop - 1] <= lasting + LEAST:
        stop += 1
    return slice(start, stop)
