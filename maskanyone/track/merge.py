"""Brings the detections of one frame together: nonsense goes, several sights of one face become one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maskanyone.data import Detections
from maskanyone.track.motion import Array
from maskanyone.track.params import TrackParams

Index = NDArray[np.int64]

COMPARABLE = 0.2  # a box inside another that is so much smaller in area may be a face far behind
LARGEST = 4.0  # times the picture's longer side: no face's box is larger
CHUNK = 2_000_000  # pairs looked at together: bounds memory in crowds


@dataclass(frozen=True)
class Sightings:
    """One row per face and frame, sorted by frame.

    frame: int64 (M,). box: float64 (M, 4), px, holds every detection of that face. score: float32 (M,), the best.
    first: float32 (M, 4), px, the best detection alone. row, producer: int64 (N,), for each detection that counts, its
    sighting and its producer.
    """

    frame: Index
    box: Array
    score: NDArray[np.float32]
    first: NDArray[np.float32]
    row: Index
    producer: Index

    def __len__(self) -> int:
        return len(self.frame)


def merge(detections: Detections, frames: int, size: tuple[int, int], params: TrackParams) -> Sightings:
    """Drop what cannot be a box in the film and join duplicates; the order of rows does not matter."""
    box32 = np.asarray(detections.box, np.float32).reshape(-1, 4) + np.float32(0)  # no negative zeros: ids are hashed
    score = np.asarray(detections.score, np.float32)
    # a broken score on a sound box is doubt, and doubt hides
    score = np.clip(np.where(np.isnan(score), np.float32(max(params.start, params.confirm)), score), 0, 1)
    frame, producer = np.asarray(detections.frame, np.int64), np.asarray(detections.producer, np.int64)
    kept = np.flatnonzero(_sound(box32, size) & (frame >= 0) & (frame < frames))
    kept = kept[np.lexsort((producer[kept], *box32[kept].T[::-1], -score[kept], frame[kept]))]
    box32, score, frame, producer = box32[kept], score[kept], frame[kept], producer[kept]
    box = box32.astype(np.float64)
    best, row = np.unique(_owners(frame, box, params), return_inverse=True)
    joined = box[best]
    np.minimum.at(joined[:, :2], row, box[:, :2])
    np.maximum.at(joined[:, 2:], row, box[:, 2:])
    return Sightings(frame[best], joined, score[best], box32[best], row.reshape(-1), producer)


def _sound(box: NDArray[np.float32], size: tuple[int, int]) -> NDArray[np.bool_]:
    """Finite, of positive and possible size, and with its middle not further than its own size from the picture."""
    with np.errstate(all="ignore"):  # nonsense may overflow while it is found out
        wide = box.astype(np.float64)
        sides = wide[:, 2:] - wide[:, :2]
        near = (wide[:, 2:] + sides / 2 > 0).all(axis=1) & (wide[:, :2] - sides / 2 < np.asarray(size)).all(axis=1)
        fits = (sides > 0).all(axis=1) & (sides <= LARGEST * max(size)).all(axis=1)
    return np.asarray(np.isfinite(wide).all(axis=1) & fits & near)


def _owners(frame: Index, box: Array, params: TrackParams) -> Index:
    """For each row the row it is a duplicate of, or itself; rows come best first within a frame."""
    owner = np.arange(len(frame))
    found = list(_duplicates(frame, box, params))
    if not found:
        return owner
    better, worse = (np.concatenate(side) for side in zip(*found, strict=True))
    free = np.ones(len(frame), bool)
    while len(better):
        # rows without a better duplicate that is free itself take theirs; the same as going through them best first
        leads = free.copy()
        leads[worse] = False
        taking = leads[better]
        np.minimum.at(owner, worse[taking], better[taking])
        free[worse[taking]] = False
        left = free[better] & free[worse]
        better, worse = better[left & ~taking], worse[left & ~taking]
    return owner


def _duplicates(frame: Index, box: Array, params: TrackParams) -> Iterator[tuple[Index, Index]]:
    """Pairs of rows (better, worse) of one frame that show one face."""
    for i, j in _side_by_side(frame, box):
        shared = np.minimum(box[i, 2:], box[j, 2:]) - np.maximum(box[i, :2], box[j, :2])
        touching = shared[:, 1] > 0
        i, j, inter = i[touching], j[touching], shared[touching].clip(0).prod(axis=1)
        area_i, area_j = ((box[k, 2:] - box[k, :2]).prod(axis=1) for k in (i, j))
        smaller, larger = np.minimum(area_i, area_j), np.maximum(area_i, area_j)
        same = inter >= params.overlap * (area_i + area_j - inter)
        same |= (inter > params.inside * smaller) & (smaller >= COMPARABLE * larger)
        yield np.minimum(i[same], j[same]), np.maximum(i[same], j[same])


def _side_by_side(frame: Index, box: Array) -> Iterator[tuple[Index, Index]]:
    """Pairs of rows of one frame whose boxes overlap from left to right, in chunks."""
    if len(frame) < 2:
        return
    left = box[:, 0].min()
    stride = box[:, 2].max() - left + 1  # keeps frames apart on one long axis
    order = np.lexsort((box[:, 0], frame))
    begin = (frame * stride + box[:, 0] - left)[order]
    end = (frame * stride + box[:, 2] - left)[order]
    count = np.maximum(np.searchsorted(begin, end) - np.arange(len(order)) - 1, 0)
    chunk = np.cumsum(count) // CHUNK
    for rows in np.split(np.arange(len(order)), np.flatnonzero(np.diff(chunk)) + 1):
        i = np.repeat(rows, count[rows])
        j = i + 1 + np.arange(len(i)) - np.repeat(np.cumsum(count[rows]) - count[rows], count[rows])
        yield order[i], order[j]
