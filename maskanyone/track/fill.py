"""Puts boxes where nobody saw the face: between two sights of a track, before its first and after its last."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maskanyone.data import FILLED, SEEN
from maskanyone.track.merge import Index
from maskanyone.track.motion import LEAST, Array, coast, horizon
from maskanyone.track.params import TrackParams
from maskanyone.track.smooth import Way

STRAY = 0.25  # of the way between two sights: how far one may be from the straight line; near them, stand still


@dataclass(frozen=True)
class Rows:
    """One row per track and frame; rows of one track lie together, in order of frames.

    track, frame: int64 (R,). box: float64 (R, 4), px. spare: float64 (R, 2), px to hide beyond the box.
    state: uint8 (R,). sight: int64 (R,), the sighting it is or follows.
    """

    track: Index
    frame: Index
    box: Array
    spare: Array
    state: NDArray[np.uint8]
    sight: Index


def between(track: Index, frame: Index, box: Array, times: Array, params: TrackParams) -> Rows:
    """Fill gaps along a straight line, with more to spare the longer nobody looked and the further it leads.

    Args:
        track, frame: int64 (M,), sorted by track, then frame. box: float64 (M, 4), px.
    """
    gap = np.where(np.diff(track, append=-1) == 0, np.diff(frame, append=0), 1)
    sight = np.repeat(np.arange(len(frame)), gap)
    ahead = np.arange(len(sight)) - np.repeat(np.cumsum(gap) - gap, gap)
    at = frame[sight] + ahead
    then = np.where(ahead > 0, sight + 1, sight)
    since, until = times[at] - times[frame[sight]], times[frame[then]] - times[at]
    share = (since / np.where(ahead > 0, since + until, 1))[:, None]
    line = box[sight] * (1 - share) + box[then] * share
    corners, step = line.reshape(-1, 2, 2), box[then] - box[sight]
    half = (corners[:, 1] - corners[:, 0]) / 2
    spare = params.growth * np.minimum(since, until)[:, None] * half
    spare += np.minimum(np.minimum(share, 1 - share), STRAY) * np.abs(step[:, :2] + step[:, 2:]) / 2
    state = np.where(ahead > 0, FILLED, SEEN).astype(np.uint8)
    return Rows(track[sight], at, line, spare, state, sight)


@dataclass(frozen=True)
class Ends:
    """One end of each track 0 to K-1, where guessing begins.

    frame, limit: int64 (K,), the end's frame and the last one to guess at (before it, backward in time).
    way: of that frame, (K, 2) each. watched: float64 (K,), seconds the track lasted.
    """

    frame: Index
    limit: Index
    way: Way
    watched: Array


@dataclass(frozen=True)
class Guesses:
    """Rows beyond one end: track, frame int64 (G,), box float64 (G, 4), px. left: bool (K,), who left the picture."""

    track: Index
    frame: Index
    box: Array
    left: NDArray[np.bool_]


def limits(frame: Index, shot: Index, times: Array, lasting: float) -> Index:
    """The last frame within ``lasting`` seconds after each frame, the first before where negative; same shot only."""
    wanted = times[frame] + lasting
    if lasting < 0:
        return np.maximum(np.searchsorted(times, wanted - LEAST), np.searchsorted(shot, shot[frame]))
    within = np.searchsorted(times, wanted + LEAST, side="right")
    return np.minimum(within, np.searchsorted(shot, shot[frame], side="right")) - 1


def beyond(ends: Ends, times: Array, size: tuple[int, int], params: TrackParams) -> Guesses:
    """Guess on from the ends of tracks until their limits, or until the picture is left.

    It may go on as fast as it did or slow down: the box covers both.
    """
    count = np.abs(ends.limit - ends.frame)
    track = np.repeat(np.arange(len(count)), count)
    step = np.arange(len(track)) - np.repeat(np.cumsum(count) - count, count) + 1
    frame = ends.frame[track] + step * np.sign(ends.limit - ends.frame)[track]
    middle, half, velocity = ends.way.middle[track], ends.way.half[track], ends.way.velocity[track]
    signed = times[frame] - times[ends.frame[track]]
    elapsed = np.abs(signed)
    fast, slow = _seconds_moved(elapsed, ends.watched[track], horizon(params.speed))
    fastest = params.speed * 2 * half.max(axis=1, keepdims=True, initial=0)
    velocity = np.clip(velocity, -fastest, fastest) * np.sign(signed)[:, None]
    middle = middle + velocity * ((fast + slow) / 2)[:, None]
    half = half * (1 + params.growth * elapsed)[:, None] + np.abs(velocity) * ((fast - slow) / 2)[:, None]
    box = np.hstack([middle - half, middle + half])
    outside = (box[:, 2:] <= 0).any(axis=1) | (box[:, :2] >= np.asarray(size)).any(axis=1)
    first = np.full(len(count), len(times) + 1)
    np.minimum.at(first, track[outside], step[outside])
    kept = step < first[track]
    return Guesses(track[kept], frame[kept], box[kept], first <= count)


def _seconds_moved(elapsed: Array, watched: Array, horizon: float) -> tuple[Array, Array]:
    """Seconds at full speed, if it goes on for as long as that can be foreseen, and if it slows down at once."""
    return np.minimum(elapsed, np.minimum(2 * watched, horizon)), coast(elapsed, watched, horizon)
