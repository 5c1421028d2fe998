"""One end of a track on its way through the pictures, and what it found there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from maskanyone.data import HINTED, SEEN, Float, Pixels, Track
from maskanyone.follow.flow import Patch, patch_of, step
from maskanyone.overlap import around

#: how much a mask grows while it is followed, and while the picture is silent, in sizes per second
_GROWTH, _SILENT = 0.15, 0.5
#: best score from which on a track is followed as long as may be, and for what part of that time others are
_SURE, _SHORTER = 0.7, 0.2
#: seconds, within which two times are the same
_LEAST = 1e-6


@dataclass
class Trail:
    """way: 1 forward, -1 back. start: the frame it begins at. until: the last it may reach.

    box: float32 (4,), px, where it was last. told: the last frame whose picture said where. found: boxes by frame.
    speed: float32 (2,), px of the picture a frame.
    """

    track: Track
    way: int
    start: int
    until: int
    box: Float
    told: int
    patch: Patch | None = None
    speed: Float = field(default_factory=lambda: np.zeros(2, np.float32))
    found: dict[int, Float] = field(default_factory=dict)

    def begin(self, luma: Pixels, scale: Float) -> bool:
        """Take the face out of the first picture; whether there is one to follow. scale: from px of boxes, (4,)."""
        self.patch = patch_of(luma, self.box * scale)
        return self.patch is not None

    def go(self, luma: Pixels, at: int, scale: Float) -> None:
        """Go on to the picture of frame ``at``."""
        assert self.patch is not None
        frames = abs(at - self.told)
        there = step(self.patch, luma, self.speed * frames)
        if there is None and self.speed.any():
            there = step(self.patch, luma, np.zeros(2, np.float32))
        if there is not None and np.isfinite(there.box).all() and (there.box[2:] > there.box[:2]).all():
            way = there.box - self.patch.box
            self.speed = np.asarray((way[:2] + way[2:]) / (2 * frames), np.float32)
            self.patch, self.box, self.told = there, there.box / scale, at
            self.found[at] = self.box

    def boxes(self, times: NDArray[np.float64], patience: float) -> dict[int, Float]:
        """Boxes by frame, grown with time; where the picture was silent for a moment, both neighbours' together."""
        boxes: dict[int, Float] = {}
        box, last = self.track.box[self.start - int(self.track.frame[0])], self.start
        for frame in sorted(self.found, key=lambda frame: self.way * frame):
            for between in range(last + self.way, frame, self.way):
                boxes[between] = self._grown(around(box, self.found[frame]), times, between)
            box, last = self.found[frame], frame
            boxes[frame] = self._grown(box, times, frame)
        end = last
        while self.found and end != self.until and abs(times[end + self.way] - times[last]) <= patience + _LEAST:
            end += self.way
            boxes[end] = self._grown(box, times, end, _SILENT * abs(times[end] - times[last]))
        return boxes

    def _grown(self, box: Float, times: NDArray[np.float64], frame: int, more: float = 0.0) -> Float:
        sizes = _GROWTH * abs(times[frame] - times[self.start]) + more
        beyond = (box[2:] - box[:2]) * np.float32(sizes / 2)
        return np.concatenate([box[:2] - beyond, box[2:] + beyond]).astype(np.float32)


def trails(
    tracks: Sequence[Track], shot: NDArray[np.int64], times: NDArray[np.float64], lasting: float
) -> Iterator[Trail]:
    """The ends of tracks that may be followed, forward and back: those where neither film nor shot ends."""
    for track in tracks:
        seen = np.flatnonzero(np.isin(track.state, (SEEN, HINTED)))
        if not len(seen):
            continue
        far = lasting if track.score[seen].max() >= _SURE else lasting * _SHORTER
        for way, row in ((1, int(seen[-1])), (-1, int(seen[0]))):
            start = int(track.frame[row])
            first = np.searchsorted(times, times[start] - far - _LEAST)
            last = np.searchsorted(times, times[start] + far + _LEAST, side="right") - 1
            before, after = (np.searchsorted(shot, shot[start], side=side) for side in ("left", "right"))
            until = int(min(last, after - 1) if way > 0 else max(first, before))
            if until != start:
                yield Trail(track, way, start, until, track.box[row].astype(np.float32), start)
