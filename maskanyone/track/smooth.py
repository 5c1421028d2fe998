"""Steadies boxes: a mask moves without trembling or lag, and never uncovers what was detected.

Middles follow a straight line fitted around each frame under a Gaussian window in time; a line, because a mean would
lag at the ends of a track. Sizes then take the most that any frame near by needs, and are averaged.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from maskanyone.track.merge import Index
from maskanyone.track.motion import LEAST, Array

WIDEST = 128  # frames on each side that are looked at, however many there are in the time


@dataclass(frozen=True)
class Way:
    """Where each row's mask is: middle and half its sides, px, and velocity, px/s; float64 (R, 2) each."""

    middle: Array
    half: Array
    velocity: Array


def steady(track: Index, seconds: Array, box: Array, spare: Array, window: float) -> Way:
    """Smooth the boxes of many tracks at once.

    Args:
        track: int64 (R,), rows of one track lie together. seconds: float64 (R,), increasing within a track.
        box: float64 (R, 4), px. spare: float64 (R, 2), px to be hidden beyond it, across and down.
        window: seconds looked at on each side; 0 leaves all as it is.

    Returns:
        A way whose boxes contain ``box`` enlarged by ``spare`` in every row, up to rounding.
    """
    corners = box.reshape(-1, 2, 2)
    middle, velocity = _fitted(track, seconds, corners.mean(axis=1), window)
    needed = np.maximum(corners[:, 1] - middle, middle - corners[:, 0]) + spare
    return Way(middle, _closed(track, seconds, needed, window / 2), velocity)


def _fitted(track: Index, seconds: Array, value: Array, window: float) -> tuple[Array, Array]:
    """Value and slope at each row of a line fitted through its neighbours; (R, 2) each."""
    weight, first, second = np.ones(len(track)), np.zeros(len(track)), np.zeros(len(track))
    total, moment = np.zeros_like(value), np.zeros_like(value)  # relative to the row's own value: keeps digits
    sigma = max(window / 2, LEAST)
    for a, b, apart in _neighbours(track, seconds, window):
        w = np.exp(-0.5 * (apart / sigma) ** 2)
        rise = (w[:, None]) * (value[b] - value[a])
        slope = apart[:, None] * rise
        for at, sign in ((a, 1), (b, -1)):
            weight[at] += w
            first[at] += sign * w * apart
            second[at] += w * apart**2
            total[at] += sign * rise
            moment[at] += slope
    spread = weight * second - first**2
    alone = spread <= LEAST**2
    safe = np.where(alone, 1.0, spread)[:, None]
    offset = (second[:, None] * total - first[:, None] * moment) / safe
    speed = (weight[:, None] * moment - first[:, None] * total) / safe
    return value + np.where(alone[:, None], 0, offset), np.where(alone[:, None], 0, speed)


def _closed(track: Index, seconds: Array, needed: Array, window: float) -> Array:
    """The mean over the window of the greatest value within the window: smooth, and nowhere below ``needed``."""
    most = needed.copy()
    for a, b, _ in _neighbours(track, seconds, window):
        most[a] = np.maximum(most[a], needed[b])
        most[b] = np.maximum(most[b], needed[a])
    total, count = most.copy(), np.ones(len(track))
    for a, b, _ in _neighbours(track, seconds, window):
        total[a] += most[b]
        total[b] += most[a]
        count[a] += 1
        count[b] += 1
    return np.asarray(total / count[:, None])


def _neighbours(track: Index, seconds: Array, window: float) -> Iterator[tuple[Index, Index, Array]]:
    """For each distance in rows: earlier rows, later rows and the seconds between, of one track within the window."""
    for shift in range(1, min(WIDEST, len(track) - 1) + 1):
        apart = seconds[shift:] - seconds[:-shift]
        a = np.flatnonzero((track[shift:] == track[:-shift]) & (apart <= window + LEAST))
        if not len(a):
            return
        yield a, a + shift, apart[a]
