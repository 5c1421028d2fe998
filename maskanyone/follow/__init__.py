"""Follows faces by the picture itself where no detector sees them: on from a track's last sight, back from its first.

What moves with a face is that face, whichever way it turns. Each trail goes from picture to picture by the flow of its
points (see ``flow``), until the picture says nothing more, the film cuts, or another track has the face.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from maskanyone.data import FOLLOWED, GUESSED, SEEN, Float, Pixels, Span, Track
from maskanyone.follow.trail import Trail, together, trails

__all__ = ["follow"]

#: frames that are read at once
_BLOCK = 32
#: common part of the smaller box at which another track has the face
_TAKEN = 0.5

Lumas = Callable[[Span], Sequence[Pixels]]


def follow(
    tracks: Sequence[Track],
    lumas: tuple[Lumas, Lumas],
    shot: NDArray[np.int64],
    times: NDArray[np.float64],
    size: tuple[int, int],
    *,
    lasting: float,
    patience: float,
    tick: Callable[[int, int], None] = lambda done, of: None,
) -> tuple[Track, ...]:
    """Lead tracks on at both ends as long as the picture says where they go.

    Args:
        lumas: the pictures of a span of frames: uint8 (h, w) each, upright, all of one size; one for each way, forward
            and back, since both are gone at once.
        shot: int64 (F,), which shot a frame is in: nothing is followed from one to another.
        times: float64 (F,), when each frame is shown, seconds.
        size: width and height that boxes are given in, px.
        lasting: seconds that an end is followed at most; 0 follows nobody.
        patience: seconds that a trail may stay without a sign.
        tick: called with how many ends are done, and of how many, from two threads; may raise to stop.

    Returns:
        All tracks in their order, those that were followed longer.
    """
    ends = {way: list(trails(tracks, way, shot, times, lasting)) for way in (1, -1)} if lasting > 0 else {}
    everybody, whole = _Everybody(tracks), sum(map(len, ends.values()))
    done: list[Trail] = []

    def run(way: int, pictures: Lumas) -> None:
        for trail in _run(ends.get(way, ()), pictures, times, size, patience, everybody):
            if trail is not None:
                done.append(trail)
            tick(len(done), whole)

    with ThreadPoolExecutor(2, "follow") as crew:
        list(crew.map(run, (1, -1), lumas))
    found: dict[str, dict[int, Float]] = defaultdict(dict)
    for trail in done:
        found[trail.track.id].update(trail.boxes(times, patience))
    return tuple(_longer(track, found[track.id], shot) if found.get(track.id) else track for track in tracks)


def _run(
    ends: Sequence[Trail],
    lumas: Lumas,
    times: NDArray[np.float64],
    size: tuple[int, int],
    patience: float,
    everybody: _Everybody,
) -> Iterator[Trail | None]:
    """Go from frame to frame with all trails of one way; each is given back once it ends, none after each frame."""
    waiting = sorted(ends, key=lambda trail: trail.way * trail.start, reverse=True)
    going: list[Trail] = []
    at, block = -1, dict[int, Pixels]()
    while waiting or going:
        at = at if going else waiting[-1].start
        way = (going or waiting)[0].way
        if at not in block:
            span = _block(at, way, [*waiting, *going])
            block = dict(zip(range(span.start, span.stop), lumas(span), strict=True))
        luma = block[at]
        scale = np.array([luma.shape[1] / size[0], luma.shape[0] / size[1]] * 2, np.float32)
        for trail in list(going):
            trail.go(luma, at, scale)
            silent = abs(times[at] - times[trail.told]) > patience
            if silent or at == trail.until or (trail.told == at and everybody.has(trail, at)):
                going.remove(trail)
                yield trail
        while waiting and waiting[-1].start == at:
            trail = waiting.pop()
            if trail.begin(luma, scale):
                going.append(trail)
            else:
                yield trail
        yield None
        at += way


def _block(at: int, way: int, ends: Sequence[Trail]) -> Span:
    """The next frames to read, from ``at`` on, not beyond what any trail wants."""
    far = way * max(way * trail.until for trail in ends)
    return Span(at, min(at + _BLOCK, far + 1)) if way > 0 else Span(max(at - _BLOCK + 1, far), at + 1)


def _longer(track: Track, found: dict[int, Float], shot: NDArray[np.int64]) -> Track:
    """The track with what was followed; where it was guessed already, both boxes together."""
    first, last = min(int(track.frame[0]), *found), max(int(track.frame[-1]), *found)
    count = last - first + 1
    box = np.full((count, 4), np.nan, np.float32)
    state, score = np.full(count, FOLLOWED, np.uint8), np.full(count, np.nan, np.float32)
    rows = track.frame - first
    box[rows], state[rows], score[rows] = track.box, track.state, track.score
    for frame, followed in found.items():
        row = frame - first
        box[row] = followed if np.isnan(box[row, 0]) else together(box[row], followed)
        state[row] = FOLLOWED if state[row] == GUESSED else state[row]
    longer = replace(track, frame=np.arange(first, last + 1, dtype=np.int32), box=box, state=state, score=score)
    if first < track.frame[0]:
        longer = replace(longer, starts="start" if first == 0 else "cut" if shot[first - 1] != shot[first] else "found")
    if last > track.frame[-1]:
        film = last == len(shot) - 1
        longer = replace(longer, ends="end" if film else "cut" if shot[last + 1] != shot[last] else "lost")
    return longer


class _Everybody:
    """Who was seen where, to know when a trail meets another track."""

    def __init__(self, tracks: Sequence[Track]) -> None:
        self._at: dict[int, list[tuple[str, Float]]] = defaultdict(list)
        for track in tracks:
            for row in np.flatnonzero(track.state == SEEN):
                self._at[int(track.frame[row])].append((track.id, track.box[row]))

    def has(self, trail: Trail, at: int) -> bool:
        """Whether another track was seen where the trail is."""
        return any(id != trail.track.id and _common(trail.box, box) >= _TAKEN for id, box in self._at.get(at, ()))


def _common(one: Float, other: Float) -> float:
    """The common part of two boxes, of the smaller one."""
    common = np.prod(np.maximum(np.minimum(one[2:], other[2:]) - np.maximum(one[:2], other[:2]), 0))
    return float(common / max(min(np.prod(one[2:] - one[:2]), np.prod(other[2:] - other[:2])), 1e-6))
