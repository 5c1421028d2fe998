"""Makes tracks of labelled sightings: fills, smooths, guesses, names."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from maskanyone.data import GUESSED, SEEN, Detections, Float, Kind, Track
from maskanyone.track.believe import Stage
from maskanyone.track.fill import Ends, Guesses, Rows, between, beyond, limits
from maskanyone.track.merge import Index, Sightings
from maskanyone.track.params import TrackParams
from maskanyone.track.smooth import Way, steady
from maskanyone.track.weak import completed

Starts = Literal["start", "cut", "edge", "found"]
Stops = Literal["end", "cut", "edge", "lost"]


def build(
    sightings: Sightings, label: Index, facts: Detections, stage: Stage, params: TrackParams
) -> tuple[Track, ...]:
    """Tracks, each under the name of its first sight.

    Args:
        label: int64 (M,), the track of each sighting, -1 for none; tracks come in the order of their labels.
        facts: whose kind and producers they are.
    """
    order = np.argsort(label, kind="stable")[(label < 0).sum() :]
    if not len(order):
        return ()
    labels, track = np.unique(label[order], return_inverse=True)
    frame = sightings.frame[order]
    box, score = sightings.box[order], sightings.score[order]
    box = completed(track, stage.times[frame], box, score, params.high, params.fill / 2)
    rows = between(track, frame, box, stage.times, params)
    way = steady(rows.track, stage.times[rows.frame], rows.box, rows.spare, params.smooth)
    before, after = (_guesses(rows, way, stage, params, forward) for forward in (False, True))
    film = _film(rows, way, sightings.score[order], (before, after))
    support = _support(sightings, label, facts.producers)
    bounds = np.searchsorted(film.track, np.arange(len(labels) + 1)).tolist()
    first = order[np.searchsorted(track, np.arange(len(labels)))].tolist()
    return tuple(
        film.cut_out(
            slice(bounds[k], bounds[k + 1]), stage, (bool(before.left[k]), bool(after.left[k])),
            name(facts.kind, int(sightings.frame[first[k]]), sightings.first[first[k]]), facts.kind, support[own],
        )
        for k, own in enumerate(labels.tolist())
    )


def name(kind: Kind, frame: int, box: Float) -> str:
    """The id of a track that begins with this detection; float32 (4,), px."""
    return sha256(f"{kind} {frame} ".encode() + box.astype("<f4").tobytes()).hexdigest()[:16]


def _guesses(rows: Rows, way: Way, stage: Stage, params: TrackParams, forward: bool) -> Guesses:
    """What lies before the first sight of each track, or after its last."""
    tracks = np.arange(rows.track[-1] + 1)
    first, last = np.searchsorted(rows.track, tracks), np.searchsorted(rows.track, tracks, side="right") - 1
    at, lasting = (last, params.after) if forward else (first, -params.before)
    ends = Ends(
        frame=rows.frame[at],
        limit=_reach(rows.frame[at], stage, lasting),
        way=Way(way.middle[at], way.half[at], way.velocity[at]),
        watched=stage.times[rows.frame[last]] - stage.times[rows.frame[first]],
    )
    return beyond(ends, stage.times, stage.size, params)


def _reach(frame: Index, stage: Stage, lasting: float) -> Index:
    """Where ``lasting`` seconds end, leaving out those between two looks: nothing says that the face had gone there."""
    plain = limits(frame, stage.shot, stage.times, lasting)
    looks, step = np.flatnonzero(stage.looked), np.diff(stage.times)
    counted = step * (stage.looked[:-1] if lasting < 0 else stage.looked[1:])
    watched = limits(frame, stage.shot, np.concatenate([[0.0], np.cumsum(counted)]), lasting)
    reach: Index = (
        np.minimum(plain, np.maximum(watched, looks.min(initial=len(stage.looked))))
        if lasting < 0
        else np.maximum(plain, np.minimum(watched, looks.max(initial=0)))
    )
    return reach


@dataclass(frozen=True)
class _Film:
    """All rows of all tracks in order: track, frame int64 (R,), box float32 (R, 4), state uint8 (R,), score (R,)."""

    track: Index
    frame: Index
    box: Float
    state: NDArray[np.uint8]
    score: NDArray[np.float32]

    def cut_out(
        self, rows: slice, stage: Stage, left: tuple[bool, bool], id: str, kind: Kind, support: tuple[str, ...]
    ) -> Track:
        """One track of it."""
        frame, box = self.frame[rows], self.box[rows]
        return Track(
            id, kind, frame.astype(np.int32), box, self.state[rows], self.score[rows], support,
            starts=_starts(int(frame[0]), box[0], left[0], stage), ends=_ends(int(frame[-1]), box[-1], left[1], stage),
        )


def _film(rows: Rows, way: Way, score: NDArray[np.float32], guesses: tuple[Guesses, Guesses]) -> _Film:
    seen = rows.state == SEEN
    box = np.hstack([way.middle - way.half, way.middle + way.half]).astype(np.float32)
    found = rows.box.astype(np.float32)  # float32 once, so nothing is lost; rounding must not uncover
    box[:, :2] = np.where(seen[:, None], np.minimum(box[:, :2], found[:, :2]), box[:, :2])
    box[:, 2:] = np.where(seen[:, None], np.maximum(box[:, 2:], found[:, 2:]), box[:, 2:])
    more = sum(len(guess.track) for guess in guesses)
    score = np.where(seen, score[rows.sight], np.float32(np.nan))
    track = np.concatenate([rows.track, *(guess.track for guess in guesses)])
    frame = np.concatenate([rows.frame, *(guess.frame for guess in guesses)])
    box = np.concatenate([box, *(guess.box.astype(np.float32) for guess in guesses)])
    state = np.concatenate([rows.state, np.full(more, GUESSED, np.uint8)])
    score = np.concatenate([score, np.full(more, np.nan, np.float32)])
    order = np.lexsort((frame, track))
    return _Film(track[order], frame[order], box[order], state[order], score[order])


def _support(sightings: Sightings, label: Index, producers: tuple[str, ...]) -> dict[int, tuple[str, ...]]:
    """Names of the producers that found each track, in their own order."""
    known = (sightings.producer >= 0) & (sightings.producer < len(producers))
    both = np.unique(np.stack([label[sightings.row], sightings.producer])[:, known], axis=1)
    names: dict[int, tuple[str, ...]] = {int(own): () for own in np.unique(label)}
    for own, producer in both.T.tolist():
        names[own] += (producers[producer],)
    return names


def _starts(frame: int, box: Float, left: bool, stage: Stage) -> Starts:
    if frame == 0:
        return "start"
    if stage.shot[frame] != stage.shot[frame - 1]:
        return "cut"
    return "edge" if left or _at_border(box, stage.size) else "found"


def _ends(frame: int, box: Float, left: bool, stage: Stage) -> Stops:
    if frame == len(stage.shot) - 1:
        return "end"
    if stage.shot[frame] != stage.shot[frame + 1]:
        return "cut"
    return "edge" if left or _at_border(box, stage.size) else "lost"


def _at_border(box: Float, size: tuple[int, int]) -> bool:
    return bool(box[0] <= 0 or box[1] <= 0 or box[2] >= size[0] or box[3] >= size[1])
