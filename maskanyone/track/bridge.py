"""Somebody who stands at one place before and after a short shot is taken to be there all the while.

Lines that lie over the picture for a moment, a flash, a dropped or inserted picture look like two cuts, between which
nobody may be found.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from maskanyone.data import FILLED, Track
from maskanyone.overlap import around, overlaps
from maskanyone.track.motion import LEAST

#: part of what both boxes cover together that they have in common where it is one place
_SAME = 0.4


def bridged(
    tracks: Sequence[Track], cuts: Sequence[int], times: NDArray[np.float64], longest: float
) -> tuple[Track, ...]:
    """Tracks, and one for each pair that ends and begins at the same place, at cuts at most so long apart.

    Args:
        cuts: the first frame after each. times: float64 (F,), when each frame is shown, s. longest: s.
    """
    cut = set(cuts)
    before = [track for track in tracks if int(track.frame[-1]) + 1 in cut]
    after = [track for track in tracks if int(track.frame[0]) in cut]
    more: list[Track] = []
    for one in before:
        end = int(one.frame[-1])
        later = [
            other
            for other in after
            if int(other.frame[0]) > end + 1
            and times[other.frame[0]] - times[end] <= longest + LEAST
            and other.kind == one.kind
            and overlaps(one.box[-1], other.box[:1], _SAME)[0]
        ]
        if later:
            more.append(_between(one, min(later, key=lambda other: int(other.frame[0]))))
    return (*tracks, *more)


def _between(one: Track, other: Track) -> Track:
    frame = np.arange(one.frame[-1] + 1, other.frame[0], dtype=np.int32)
    box = np.tile(around(one.box[-1], other.box[0]), (len(frame), 1))
    state, score = np.full(len(frame), FILLED, np.uint8), np.full(len(frame), np.nan, np.float32)
    name = f"{one.id}-{frame[0]}"
    return Track(name, one.kind, frame, box, state, score, starts="cut", ends="cut")
