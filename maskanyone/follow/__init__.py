"""Follows faces by the picture itself where no detector sees them: on from a track's last sight, back from its first.

What moves with a face is that face, whichever way it turns. Each trail goes from picture to picture by the flow of its
points (see ``flow``), until the picture says nothing more, the film cuts, or another track has the face. The film is
gone through once, forward; pictures are kept as long as a trail that goes back may want them.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from maskanyone.data import FOLLOWED, GUESSED, SEEN, Float, Pixels, Track
from maskanyone.errors import MaskAnyoneError
from maskanyone.follow.trail import Trail, trails
from maskanyone.overlap import around, lies_in
from maskanyone.present import Present

__all__ = ["follow"]

#: common part of the smaller box at which another track has the face, and how many times larger in area one may be
_TAKEN, _COMPARABLE = 0.5, 4.0

Pictures = Callable[[int], Iterator[Pixels]]


def follow(
    tracks: Sequence[Track],
    pictures: Pictures,
    shot: NDArray[np.int64],
    times: NDArray[np.float64],
    size: tuple[int, int],
    *,
    lasting: float,
    patience: float,
    tick: Callable[[int, int], None] = lambda done, of: None,
    fault: Callable[[Exception], None],
) -> tuple[Track, ...]:
    """Lead tracks on at both ends as long as the picture says where they go.

    Args:
        tracks: of faces, as they were linked.
        pictures: the pictures from a frame on: uint8 (h, w) each, upright, all of one size.
        shot: int64 (F,), which shot a frame is in: nothing is followed from one to another.
        times: float64 (F,), when each frame is shown, seconds.
        size: width and height that boxes are given in, px.
        lasting: seconds that an end is followed at most; 0 follows nobody.
        patience: seconds that a trail may stay without a sign.
        tick: called after each picture with how many ends are done, and of how many; may raise to stop.
        fault: told what went wrong with one end, which ends there, or with the pictures, where all that are left end.

    Returns:
        All tracks in their order, those that were followed longer.

    Raises:
        Refused, Cancelled, Failed: of ``pictures`` and ``tick``.
    """
    ends = list(trails(tracks, shot, times, lasting)) if lasting > 0 else []
    found: dict[str, dict[int, Float]] = defaultdict(dict)
    done = 0
    try:
        for trail in _run(ends, pictures, times, size, patience, _Everybody(tracks), fault):
            if trail is not None:
                done += 1
                found[trail.track.id].update(trail.boxes(times, patience))
            tick(done, len(ends))
    except MaskAnyoneError:
        raise
    except Exception as error:
        fault(error)
    return tuple(_longer(track, found[track.id], shot) if found.get(track.id) else track for track in tracks)


def _run(
    ends: Sequence[Trail],
    pictures: Pictures,
    times: NDArray[np.float64],
    size: tuple[int, int],
    patience: float,
    everybody: _Everybody,
    fault: Callable[[Exception], None],
) -> Iterator[Trail | None]:
    """Go from frame to frame with all trails; each is given back once it ends, none after each picture."""
    #: by the first frame each needs, the last of them first
    waiting = sorted(ends, key=lambda trail: min(trail.start, trail.until), reverse=True)
    back: list[Trail] = []
    going: list[Trail] = []
    kept: deque[tuple[int, Pixels]] = deque()
    frames: Iterator[Pixels] | None = None
    at = -1

    def begun(trail: Trail, luma: Pixels) -> bool:
        try:
            return trail.begin(luma, _scale(luma, size))
        except Exception as error:
            fault(error)
            return False

    def ended(trail: Trail, luma: Pixels, index: int) -> bool:
        try:
            trail.go(luma, index, _scale(luma, size))
        except Exception as error:
            fault(error)
            return True
        silent = abs(times[index] - times[trail.told]) > patience
        return silent or index == trail.until or (trail.told == index and everybody.has(trail, index))

    while waiting or back or going:
        if frames is None or not (back or going):
            first = min(waiting[-1].start, waiting[-1].until)
            if frames is None or first > at:
                frames, at = pictures(first), first
                kept.clear()
        luma = next(frames)
        while waiting and min(waiting[-1].start, waiting[-1].until) <= at:
            trail = waiting.pop()
            (back if trail.way < 0 else going).append(trail)
        if back:
            kept.append((at, luma))
        for trail in [trail for trail in going if trail.start == at or ended(trail, luma, at)]:
            if trail.start != at or not begun(trail, luma):
                going.remove(trail)
                yield trail
        for trail in [trail for trail in back if trail.start == at]:
            back.remove(trail)
            if begun(trail, luma):
                for index, earlier in reversed(kept):
                    if index < at:
                        yield None
                        if ended(trail, earlier, index):
                            break
            yield trail
        first = min((trail.until for trail in back), default=at + 1)
        while kept and kept[0][0] < first:
            kept.popleft()
        yield None
        at += 1


def _scale(luma: Pixels, size: tuple[int, int]) -> Float:
    """From px of boxes to px of a picture, float32 (4,)."""
    return np.array([luma.shape[1] / size[0], luma.shape[0] / size[1]] * 2, np.float32)


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
        box[row] = followed if np.isnan(box[row, 0]) else around(box[row], followed)
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
        self._seen = Present.of(tracks, (SEEN,))
        self._number = {track.id: number for number, track in enumerate(tracks)}

    def has(self, trail: Trail, at: int) -> bool:
        """Whether another track was seen where the trail is."""
        rows = self._seen.at(at)
        others = self._seen.box[rows][self._seen.owner[rows] != self._number[trail.track.id]]
        return bool(lies_in(trail.box, others, _TAKEN, _COMPARABLE).any())
