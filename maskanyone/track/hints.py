"""Hints of a face: what no track explains, because it was seen too weakly to be believed, or too seldom.

A hint is no reason to hide anything, and one to look again. It is divided into short stretches, each of them is asked
about by itself, and those that a second look agrees with become tracks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from maskanyone.data import GUESSED, HINTED, SEEN, Detections, Float, Span, Track
from maskanyone.overlap import part_in
from maskanyone.present import Present
from maskanyone.track.motion import LEAST
from maskanyone.track.opinions import FIRST, Opinion, vouched
from maskanyone.track.params import TrackParams

#: part of a box that lies in a track's, once that has grown at each side by so much of its size, which explains it
_HELD, _GROWN = 0.7, 0.2
#: pairs of a box and a track's that are compared together: bounds memory in crowds
_CHUNK = 1_000_000
#: seconds of a hint that are judged together, and how many of its sights are asked about at most
_TOGETHER, _ASKED = 2.0, 6


@dataclass(frozen=True)
class Doubt:
    """A stretch of a hint that is asked about by itself.

    rows: of the hint, from the stretch's first sight to its last. wanted: rows that are asked about, at most 6; the
    first ``FIRST`` of them are the clearest and decide whether the others are. sights: in how many frames the whole
    hint was seen.
    """

    hint: Track
    rows: slice
    wanted: tuple[int, ...]
    sights: int

    @property
    def best(self) -> float:
        """The best score of its sights, 0 to 1."""
        return float(np.nanmax(self.hint.score[self.rows]))


#: asks about stretches of hints: what was said of each of them, none where there was no time to ask
Ask = Callable[[Sequence[Doubt]], Sequence[Opinion | None]]


def unexplained(detections: Detections, tracks: Sequence[Track]) -> Detections:
    """Detections that no track hides."""
    return detections.part(~_hidden(detections.frame, detections.box, tracks))


def doubts(hints: Sequence[Track], times: NDArray[np.float64]) -> list[Doubt]:
    """Stretches of hints, in order of hints and of time. times: float64 (F,), s."""
    found = []
    for hint in hints:
        sights = np.flatnonzero(~np.isnan(hint.score))
        since = times[hint.frame[sights]] - times[hint.frame[0]]
        for own in np.split(sights, np.flatnonzero(np.diff(np.floor(since / _TOGETHER))) + 1):
            if len(own):
                found.append(Doubt(hint, slice(int(own[0]), int(own[-1]) + 1), _wanted(hint, own), len(sights)))
    return found


def _wanted(hint: Track, own: NDArray[np.int64]) -> tuple[int, ...]:
    """Which of a stretch's sights are asked about: first the best of each part of it, then others all over it."""
    best = [int(part[np.argmax(hint.score[part])]) for part in np.array_split(own, FIRST) if len(part)]
    spread = own[np.unique(np.linspace(0, len(own) - 1, _ASKED).round().astype(int))].tolist()
    return (*best, *(row for row in spread if row not in best))[:_ASKED]


def agreed(
    found: Sequence[Doubt], said: Sequence[Opinion | None], times: NDArray[np.float64], params: TrackParams
) -> tuple[Track, ...]:
    """Tracks of all that is believed.

    Stretches that follow one another are one track, with all between them. At the ends of its hint a track has the
    hint's own margins; where the next stretch is not believed, as long a margin of the hint's boxes.

    Args:
        times: float64 (F,), when each frame is shown, s.
    """
    tracks: list[Track] = []
    for _, pairs in groupby(zip(found, said, strict=True), key=lambda pair: pair[0].hint.id):
        own = list(pairs)
        hint, core = own[0][0].hint, _believed(own, params.agree)
        shown = times[hint.frame]
        whole = core.copy()
        for run in Span.runs(core):
            first, last = shown[run.start] - params.before - LEAST, shown[run.stop - 1] + params.after + LEAST
            whole |= (shown >= first) & (shown <= last)
        state = np.where(hint.state == SEEN, HINTED, hint.state)
        state, score = np.where(core, state, GUESSED).astype(np.uint8), np.where(core, hint.score, np.float32(np.nan))
        told = replace(hint, state=state, score=score)
        tracks += [_part(told, run) for run in Span.runs(whole)]
    return tuple(tracks)


def unasked(found: Sequence[Doubt], said: Sequence[Opinion | None]) -> tuple[Track, ...]:
    """Stretches of which nobody said anything, as tracks."""
    left = [doubt for doubt, opinion in zip(found, said, strict=True) if opinion is None]
    return tuple(_part(doubt.hint, Span(doubt.rows.start, doubt.rows.stop)) for doubt in left)


def beside(doubted: Sequence[Track], agreed: Sequence[Track]) -> tuple[Track, ...]:
    """Weak tracks but for those whose sights are all hidden where a hint is believed."""
    return tuple(track for track in doubted if not _hidden(*_sights(track), agreed).all())


def _believed(own: Sequence[tuple[Doubt, Opinion | None]], agree: float) -> NDArray[np.bool_]:
    """bool (T,): rows of one hint that are believed, from all its stretches and what was said of them.

    What lies between two that are believed is too, and what lies before the first and after the last stretch goes with
    it.
    """
    core = np.zeros(len(own[0][0].hint), bool)
    before: int | None = 0
    for number, (doubt, opinion) in enumerate(own, 1):
        if opinion is None or not vouched(opinion, doubt.sights, agree):
            before = None
            continue
        stop = len(core) if number == len(own) else doubt.rows.stop
        core[doubt.rows.start if before is None else before : stop] = True
        before = stop
    return core


def _part(hint: Track, run: Span) -> Track:
    """Some rows of a hint as a track of its own; all of them under the hint's name."""
    if len(run) == len(hint):
        return hint
    part = hint.part(slice(run.start, run.stop))
    return replace(
        part,
        id=f"{hint.id}-{part.frame[0]}",
        starts=hint.starts if run.start == 0 else "found",
        ends=hint.ends if run.stop == len(hint) else "lost",
    )


def _sights(track: Track) -> tuple[NDArray[np.int32], Float]:
    """Frames and boxes of those rows that somebody saw."""
    rows = ~np.isnan(track.score)
    return track.frame[rows], track.box[rows]


def _hidden(frame: NDArray[np.int32], box: Float, tracks: Sequence[Track]) -> NDArray[np.bool_]:
    """bool (N,): boxes (N, 4), in their frames (N,), that are hidden where tracks are."""
    present = Present([(track.frame, track.box) for track in tracks])
    beyond = (present.box[:, 2:] - present.box[:, :2]) * np.float32(_GROWN)
    grown = np.hstack([present.box[:, :2] - beyond, present.box[:, 2:] + beyond])
    start, stop = (np.searchsorted(present.frame, frame, side) for side in ("left", "right"))
    hidden = np.zeros(len(frame), bool)
    chunk = np.cumsum(stop - start) // _CHUNK
    for rows in np.split(np.arange(len(frame)), np.flatnonzero(np.diff(chunk)) + 1):
        count = (stop - start)[rows]
        row = np.repeat(rows, count)
        other = np.arange(len(row)) - np.repeat(np.cumsum(count) - count - start[rows], count)
        hidden[row[part_in(box[row], grown[other]) >= _HELD]] = True
    return hidden
