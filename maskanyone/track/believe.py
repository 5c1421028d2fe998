"""Decides which tracks are believed to be somebody."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maskanyone.track.fill import limits
from maskanyone.track.merge import Index, Sightings
from maskanyone.track.motion import Array
from maskanyone.track.params import TrackParams


@dataclass(frozen=True)
class Stage:
    """Where all tracks play: shot int64 (F,), times float64 (F,) in s, looked bool (F,), size of the picture in px."""

    shot: Index
    times: Array
    looked: NDArray[np.bool_]
    size: tuple[int, int]


def believed(sightings: Sightings, label: Index, stage: Stage, params: TrackParams) -> NDArray[np.bool_]:
    """bool (K,): tracks whose best score is enough; short ones beside frames where nobody found them need more."""
    count = int(label.max(initial=-1)) + 1
    best, seen = np.zeros(count, np.float32), np.bincount(label, minlength=count)
    np.maximum.at(best, label, sightings.score)
    first, last = np.full(count, len(stage.times)), np.zeros(count, np.int64)
    np.minimum.at(first, label, sightings.frame)
    np.maximum.at(last, label, sightings.frame)
    looks = np.concatenate([[0], np.cumsum(stage.looked)])
    around = (
        looks[limits(last, stage.shot, stage.times, params.after) + 1]
        - looks[limits(first, stage.shot, stage.times, -params.before)]
    )
    doubtful = (seen < params.short) & (around > seen)
    enough = np.where(doubtful, np.float32(max(params.start, params.confirm)), np.float32(params.start))
    return np.asarray(best >= enough, bool)
