"""Hints of a face: what no track explains, because it was seen too weakly to be believed, or too seldom.

A hint is no reason to hide anything, and one to look again. It is divided into short stretches, each of them is asked
about by itself, and those that a second look agrees with become tracks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from maskanyone.data import FILLED, HINTED, SEEN, Detections, Float, Track
from maskanyone.overlap import lies_in, part_in
from maskanyone.present import Present
from maskanyone.track.build import name
from maskanyone.track.params import TrackParams

#: part of a box that lies in a track's, or of the smaller of both where they are comparable, which explains it
_WITHIN, _SHARED, _COMPARABLE = 0.6, 0.5, 4.0
#: pairs of a box and a track's that are compared together: bounds memory in crowds
_CHUNK = 1_000_000
#: seconds of a hint that are judged together, and how many of its sights are asked about at most
_TOGETHER, _ASKED = 2.0, 6
#: so many of them without a score of at least this part of an agreement, and the rest need not be asked about
_FIRST, _NOTHING = 2, 0.5
#: mean of all scores, in agreements; the same for hints seen in fewer frames than that
_MEAN, _MEAN_SHORT, _SHORT = 0.5, 1.5, 5


class Doubt:
    """A stretch of a hint, and what was said of it. rows: of its track. scores: of the sights asked about so far."""

    def __init__(self, track: Track, rows: slice, params: TrackParams) -> None:
        self.track, self.rows = track, rows
        self.scores: list[float] = []
        #: score from which on a second look agrees
        self.agree = params.agree
        #: the best score of its sights
        self.best = float(np.nanmax(track.score[rows]))
        sights = np.flatnonzero(~np.isnan(track.score[rows])) + rows.start
        spread = np.unique(np.linspace(0, len(sights) - 1, _ASKED).round().astype(int))
        #: rows to be asked about, in order
        self.wanted: list[int] = sights[spread].tolist()
        self._mean = _MEAN if np.count_nonzero(~np.isnan(track.score)) >= _SHORT else _MEAN_SHORT

    @property
    def settled(self) -> bool:
        """Whether more scores would be of no use: nothing has said yet that there is somebody."""
        return len(self.scores) >= _FIRST and max(self.scores) < _NOTHING * self.agree

    @property
    def believed(self) -> bool:
        """Whether a second look agrees."""
        if not self.scores or self.settled:
            return False
        return max(self.scores) >= self.agree and float(np.mean(self.scores)) >= self._mean * self.agree


def unexplained(detections: Detections, tracks: Sequence[Track]) -> Detections:
    """Detections that lie in no track's box."""
    present = Present([(track.frame, track.box) for track in tracks])
    start, stop = (np.searchsorted(present.frame, detections.frame, side) for side in ("left", "right"))
    kept = np.ones(len(detections), bool)
    chunk = np.cumsum(stop - start) // _CHUNK
    for rows in np.split(np.arange(len(detections)), np.flatnonzero(np.diff(chunk)) + 1):
        count = (stop - start)[rows]
        row = np.repeat(rows, count)
        other = np.arange(len(row)) - np.repeat(np.cumsum(count) - count - start[rows], count)
        one, there = detections.box[row], present.box[other]
        hidden = (part_in(one, there) >= _WITHIN) | lies_in(one, there, _SHARED, _COMPARABLE)
        kept[row[hidden]] = False
    return detections.part(kept)


def doubts(hints: Sequence[Track], times: NDArray[np.float64], params: TrackParams) -> list[Doubt]:
    """Stretches of hints, each to be asked about by itself. times: float64 (F,), s."""
    found = []
    for hint in hints:
        since = times[hint.frame] - times[hint.frame[0]]
        starts = np.flatnonzero(np.diff(np.floor(since / _TOGETHER), prepend=-1)).tolist()
        rows = [slice(start, stop) for start, stop in zip(starts, [*starts[1:], len(hint)], strict=True)]
        found += [Doubt(hint, part, params) for part in rows if not np.isnan(hint.score[part]).all()]
    return found


def agreed(found: Sequence[Doubt]) -> tuple[Track, ...]:
    """Tracks of all that is believed; stretches that follow one another are one."""
    tracks: list[Track] = []
    runs: list[tuple[Track, int, int]] = []
    for doubt in found:
        if not doubt.believed:
            continue
        track, start, stop = doubt.track, doubt.rows.start, doubt.rows.stop
        if runs and runs[-1][0] is track and runs[-1][2] == start:
            start = runs.pop()[1]
        runs.append((track, start, stop))
    for track, start, stop in runs:
        part = track.part(slice(start, stop))
        seen = np.isin(part.state, (SEEN, FILLED))
        part = replace(part, state=np.where(seen, HINTED, part.state).astype(np.uint8))
        if len(part) < len(track):
            part = replace(
                part,
                id=name(track.kind, int(part.frame[0]), part.box[0]),
                starts=track.starts if start == 0 else "found",
                ends=track.ends if stop == len(track) else "lost",
            )
        tracks.append(part)
    return tuple(tracks)


def beside(doubted: Sequence[Track], agreed: Sequence[Track]) -> tuple[Track, ...]:
    """Weak tracks but for those whose sights all lie where a hint is believed."""
    present = Present([(track.frame, track.box) for track in agreed])

    def hidden(track: Track) -> bool:
        sights = np.flatnonzero(~np.isnan(track.score))
        return all(_lies(track.box[row], present.box[present.at(int(track.frame[row]))]) for row in sights)

    return tuple(track for track in doubted if not hidden(track))


def _lies(box: Float, others: Float) -> bool:
    return bool(len(others) and (part_in(np.broadcast_to(box, others.shape), others) >= _WITHIN).any())


#: asks about stretches of hints: their scores are filled in
Ask = Callable[[Sequence[Doubt]], None]
