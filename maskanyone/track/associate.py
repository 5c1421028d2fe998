"""Decides which sightings of different frames are the same face.

Goes forward through time, so that later frames never change how a track began. Each track is expected where its
velocity takes it; the cheapest pairs of track and sighting are joined, trusted scores at close range first, then all
that is left (the idea of ByteTrack, https://arxiv.org/abs/2110.06864).
"""

from __future__ import annotations

from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from maskanyone.track.merge import Index, Sightings
from maskanyone.track.motion import LEAST, Array, coast, horizon, reach
from maskanyone.track.params import TrackParams

X, Y, W, H, U, V, SEEN_AT, BORN, UNTIL, LABEL = range(10)  # columns of what is known of a track: px, px/s, s
PLACE, EXTENT, VELOCITY = slice(X, W), slice(W, U), slice(U, SEEN_AT)

FEW = 4  # sightings or tracks, up to which all pairings are tried
CLOSE = 0.7  # cost up to which trusted scores choose first
RESIZED = 2.2  # times larger or smaller: not the same face


def associate(sightings: Sightings, shot: Index, times: Array, params: TrackParams) -> Index:
    """Label each sighting with its track, counted from 0 in order of first frame.

    Args:
        shot: int64 (F,), which shot a frame is in: nothing is followed from one to another.
        times: float64 (F,), seconds, increasing.
    """
    if not len(sightings):
        return np.zeros(0, np.int64)
    follower = _Follower(params)
    corners = sightings.box.reshape(-1, 2, 2)
    place = np.hstack([corners.mean(axis=1), corners[:, 1] - corners[:, 0]])
    strong = sightings.score >= np.float32(params.high)
    starts = np.flatnonzero(np.diff(sightings.frame, prepend=-1))
    stops = [*starts[1:].tolist(), len(sightings)]
    until = np.append(times[1:], np.inf) + params.fill  # a gap begins when the next frame is shown
    labels = np.empty(len(sightings), np.int64)
    seconds, last, shots = times.tolist(), until.tolist(), shot.tolist()
    before = -1
    for begin, stop, frame in zip(starts.tolist(), stops, sightings.frame[starts].tolist(), strict=True):
        if shots[frame] != before:
            follower.forget()
            before = shots[frame]
        labels[begin:stop] = follower.follow(place[begin:stop], strong[begin:stop], seconds[frame], last[frame])
    return labels


class _Follower:
    """The tracks that may go on; one row each, see the columns above."""

    def __init__(self, params: TrackParams) -> None:
        self.params = params
        self.horizon = horizon(params.speed)
        self.born = 0
        self.forget()

    def forget(self) -> None:
        """End all tracks."""
        self.tracks = np.zeros((0, 10))

    def follow(self, place: Array, strong: NDArray[np.bool_], now: float, until: float) -> Index:
        """Give each place, float64 (D, 4), centre and size in px, its track, an old or a new one."""
        labels = np.full(len(place), -1, np.int64)
        alive = self.tracks[:, UNTIL] >= now
        if not alive.all():
            self.tracks = self.tracks[alive]
        if len(self.tracks):
            elapsed = now - self.tracks[:, SEEN_AT]
            moved = coast(elapsed, self.tracks[:, SEEN_AT] - self.tracks[:, BORN], self.horizon)
            expected = self.tracks[:, PLACE] + self.tracks[:, VELOCITY] * moved[:, None]
            cost = _cost(expected, self.tracks[:, EXTENT], place, reach(elapsed, self.params.speed))
            old, new = _in_two_rounds(cost, strong)
            labels[new] = self.tracks[old, LABEL].astype(np.int64)
            self._update(old, place[new], expected[old], now, until)
        fresh = np.flatnonzero(labels < 0)
        if len(fresh):
            labels[fresh] = self._begin(place[fresh], now, until)
        return labels

    def _update(self, old: Index, place: Array, expected: Array, now: float, until: float) -> None:
        rows = self.tracks[old]
        elapsed = np.maximum(now - rows[:, SEEN_AT], LEAST)
        # a running mean at first, so that the second sight gives a velocity, then an exponential one
        settle = self.horizon
        gain = np.expm1(-elapsed / settle) / np.minimum(np.expm1(-(now - rows[:, BORN]) / settle), -LEAST)
        rows[:, VELOCITY] += (place[:, :2] - expected) * (np.minimum(gain, 1) / elapsed)[:, None]
        rows[:, PLACE] = place[:, :2]
        rows[:, EXTENT] = (rows[:, EXTENT] + place[:, 2:]) / 2
        rows[:, SEEN_AT], rows[:, UNTIL] = now, until
        self.tracks[old] = rows

    def _begin(self, place: Array, now: float, until: float) -> Index:
        rows = np.zeros((len(place), 10))
        rows[:, :U] = place
        rows[:, SEEN_AT], rows[:, BORN], rows[:, UNTIL] = now, now, until
        labels = np.arange(self.born, self.born + len(place))
        rows[:, LABEL] = labels
        self.born += len(place)
        self.tracks = np.concatenate([self.tracks, rows])
        return labels


def _cost(expected: Array, extent: Array, place: Array, reach: Array) -> Array:
    """Cost of each pair, (A, D), from 0 (same box) to below 1; 1 where it cannot be the same face."""
    apart = np.abs(expected[:, None] - place[None, :, :2])
    sides, other = extent[:, None], place[None, :, 2:]
    shared = np.clip((sides + other) / 2 - apart, 0, np.minimum(sides, other))
    inter = shared[..., 0] * shared[..., 1]
    area, other_area = extent[:, :1] * extent[:, 1:], (place[:, 2] * place[:, 3])[None]
    distance = np.hypot(apart[..., 0], apart[..., 1]) / (np.sqrt(np.maximum(area, other_area)) * reach[:, None])
    cost = 0.5 * (1 - inter / (area + other_area - inter)) + 0.5 * distance
    resized = RESIZED**2
    impossible = (area > resized * other_area) | (other_area > resized * area)
    return np.asarray(np.where(impossible, 1.0, np.minimum(cost, 1.0)))


def _in_two_rounds(cost: Array, strong: NDArray[np.bool_]) -> tuple[Index, Index]:
    """Rows and columns that belong together: strong columns at close range first, then whatever is left."""
    if strong.all() or not strong.any():
        return pairs(cost, 1.0)
    columns = np.flatnonzero(strong)
    old, new = pairs(cost[:, columns], CLOSE)
    new = columns[new]
    cost = cost.copy()
    cost[old], cost[:, new] = 1.0, 1.0
    more_old, more_new = pairs(cost, 1.0)
    return np.concatenate([old, more_old]), np.concatenate([new, more_new])


def pairs(cost: Array, limit: float) -> tuple[Index, Index]:
    """Rows and columns joined at least total cost, each used once, only at costs below ``limit``."""
    possible = cost < limit
    rows, columns = possible.nonzero()
    if possible.sum(axis=0).max() <= 1 and possible.sum(axis=1).max() <= 1:
        return rows, columns
    rows, columns = _assigned(np.where(possible, cost, limit))
    kept = possible[rows, columns]
    return rows[kept], columns[kept]


def _assigned(cost: Array) -> tuple[Index, Index]:
    """Rows and columns at least total cost, as many as there can be."""
    if cost.shape[0] > cost.shape[1]:
        columns, rows = _assigned(cost.T)
        return rows, columns
    if cost.shape[1] <= FEW:  # importing scipy takes a quarter of a second, and few films have more faces at once
        every = np.array(list(permutations(range(cost.shape[1]), cost.shape[0])))
        rows = np.arange(cost.shape[0])
        return rows, every[cost[rows, every].sum(axis=1).argmin()]
    from scipy.optimize import linear_sum_assignment

    rows, columns = linear_sum_assignment(cost)
    return rows, columns
