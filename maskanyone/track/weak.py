"""Weak sights of a face that was clearly seen just before or just after: they often hold but a part of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from maskanyone.track.merge import Index
from maskanyone.track.motion import LEAST, Array


def completed(
    track: Index, seconds: Array, box: Array, score: NDArray[np.float32], clear: float, lasting: float
) -> Array:
    """Boxes of weak sights, together with where clear ones beside them say that the face is.

    Args:
        track: int64 (M,), rows of one track lie together. seconds: float64 (M,), increasing within a track.
        box: float64 (M, 4), px. score: float32 (M,), from ``clear`` on a sight is clear.
        lasting: seconds for which a clear sight says how large the face is.
    """
    strong = score >= np.float32(clear)
    rows = np.arange(len(track))
    before = np.maximum.accumulate(np.where(strong, rows, -1))
    after = np.minimum.accumulate(np.where(strong, rows, len(rows))[::-1])[::-1]
    sides = []
    for found in (before, after):
        at = np.clip(found, 0, len(rows) - 1)
        holds = (found == at) & (track[at] == track) & (np.abs(seconds[at] - seconds) <= lasting + LEAST)
        sides.append((np.where(holds, at, rows), holds))
    (earlier, has_earlier), (later, has_later) = sides
    passed, left = seconds - seconds[earlier], seconds[later] - seconds
    share = np.where(has_earlier & has_later, passed / np.maximum(passed + left, LEAST), has_later)[:, None]
    clearly = box[earlier] * (1 - share) + box[later] * share
    joined = np.hstack([np.minimum(box[:, :2], clearly[:, :2]), np.maximum(box[:, 2:], clearly[:, 2:])])
    return np.where((~strong & (has_earlier | has_later))[:, None], joined, box)
