"""What a hand does to single tracks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from maskanyone.data import (
    BY_HAND,
    FILLED,
    FOLLOWED,
    GUESSED,
    HINTED,
    MENDED,
    PLACED,
    SEEN,
    SPARED,
    Float,
    Kind,
    Span,
    Track,
)
from maskanyone.edit.scene import Unfit
from maskanyone.overlap import around, part_in

#: what is told of a frame that two tracks have, the surest first; who is hidden in one of them stays hidden
_SUREST = np.array([SEEN, HINTED, FILLED, FOLLOWED, PLACED, GUESSED, MENDED, BY_HAND, SPARED], np.uint8)

#: part of a box that another must hold for what was hidden in it to stay hidden
_HELD = 0.8


def drawn(kind: Kind, frame: NDArray[np.int32], box: Float) -> Track:
    """A track that a hand drew, under the name of its first box. frame: int32 (T,). box: float32 (T, 4), px."""
    first = f"by hand {kind} {frame[0]} ".encode() + box[0].astype("<f4").tobytes()
    name = sha256(first).hexdigest()[:16]
    return Track(name, kind, frame, box, *_by_hand(len(frame)), starts="by hand", ends="by hand")


def moved(track: Track, frame: NDArray[np.int32], box: Float) -> Track:
    """With other boxes in these frames, which may lead on beyond its ends; raises ``Unfit`` where a gap would be left.

    Args:
        frame: int32 (T,), consecutive. box: float32 (T, 4), px.
    """
    first, last = int(track.frame[0]), int(track.frame[-1])
    if frame[0] > last + 1 or frame[-1] < first - 1:
        raise Unfit(f"track {track.id} is there from frame {first} to {last}", "Move it there, or add a box elsewhere")
    before, after = track.part(track.frame < frame[0]), track.part(track.frame > frame[-1])
    state, score = _by_hand(len(frame))
    return replace(
        track,
        frame=np.concatenate([before.frame, frame, after.frame]),
        box=np.concatenate([before.box, box, after.box]),
        state=np.concatenate([before.state, state, after.state]),
        score=np.concatenate([before.score, score, after.score]),
        starts=track.starts if frame[0] >= first else "by hand",
        ends=track.ends if frame[-1] <= last else "by hand",
    )


def left_behind(track: Track, frame: NDArray[np.int32], box: Float) -> tuple[Track, ...]:
    """Parts of a track, spared, where other boxes in these frames no longer hold what it hid: what is there shows.

    Args:
        frame: int32 (T,), consecutive. box: float32 (T, 4), px.
    """
    both = track.part(np.isin(track.frame, frame))
    if not len(both):
        return ()
    new = box[both.frame - int(frame[0])]
    open_ = (both.state != SPARED) & (part_in(both.box, new) < _HELD)
    parts = [both.part(slice(run.start, run.stop)) for run in Span.runs(open_)]
    return tuple(
        replace(part, id=f"{track.id}-{part.frame[0]}", state=np.full(len(part), SPARED, np.uint8)) for part in parts
    )


def spared(track: Track, first: int, last: int) -> Track:
    """Hidden no longer from one frame to another; raises ``Unfit`` where it is in none of them."""
    chosen = (track.frame >= first) & (track.frame <= last)
    if not chosen.any():
        told = f"track {track.id} is there from frame {track.frame[0]} to {track.frame[-1]} only"
        raise Unfit(told, "Choose some of these")
    return replace(track, state=np.where(chosen, SPARED, track.state).astype(np.uint8))


def divided(track: Track, frame: int) -> tuple[Track, Track]:
    """The track before a frame, and from it on; raises ``Unfit`` where one of them would be empty."""
    first, last = int(track.frame[0]), int(track.frame[-1])
    if not first < frame <= last:
        raise Unfit(f"track {track.id} is there from frame {first} to {last}", f"Divide it from {first + 1} to {last}")
    before = track.part(track.frame < frame)
    after = track.part(track.frame >= frame)
    return replace(before, ends="by hand"), replace(after, id=f"{track.id}-{frame}", starts="by hand")


def joined(tracks: Sequence[Track], times: NDArray[np.float64]) -> Track:
    """One track of several, hidden straight between them too; no frame's box gets smaller.

    Args:
        times: float64 (F,), when each frame is shown, s.

    Raises:
        Unfit: they are of different kinds.
    """
    one, *others = sorted(tracks, key=lambda track: int(track.frame[0]))
    for other in others:
        if other.kind != one.kind:
            raise Unfit(f"track {other.id} is a {other.kind}, {one.id} a {one.kind}", "Join tracks of one kind")
        one = _both(_led_on(one, other, times), other)
    return one


def _by_hand(frames: int) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    return np.full(frames, BY_HAND, np.uint8), np.full(frames, np.nan, np.float32)


def _led_on(one: Track, other: Track, times: NDArray[np.float64]) -> Track:
    """The earlier track up to the frame before the later one."""
    gap = np.arange(one.frame[-1] + 1, other.frame[0], dtype=np.int32)
    if not len(gap):
        return one
    ends = times[[one.frame[-1], other.frame[0]]]
    sides = zip(one.box[-1], other.box[0], strict=True)
    box = np.stack([np.interp(times[gap], ends, side) for side in sides], axis=1).astype(np.float32)
    return moved(one, gap, box)


def _both(one: Track, other: Track) -> Track:
    """Two tracks that touch or overlap in time as one; the one begins no later than the other."""
    first, stop = int(one.frame[0]), int(max(one.frame[-1], other.frame[-1])) + 1
    count = stop - first
    box, state = np.zeros((2, count, 4), np.float32), np.full((2, count), SPARED, np.uint8)
    score, there = np.full((2, count), np.nan, np.float32), np.zeros((2, count), bool)
    for row, track in enumerate((one, other)):
        place = slice(int(track.frame[0]) - first, int(track.frame[-1]) - first + 1)
        box[row, place], state[row, place], score[row, place] = track.box, track.state, track.score
        there[row, place] = True
    hidden = there & (state != SPARED)
    chosen = np.where((hidden[0] | ~hidden[1] & there[0])[:, None], box[0], box[1])
    chosen = np.where(hidden.all(axis=0)[:, None], around(*box), chosen)
    return Track(
        one.id,
        one.kind,
        np.arange(first, stop, dtype=np.int32),
        chosen,
        _SUREST[np.argsort(_SUREST)[state].min(axis=0)],
        np.fmax(*score),
        tuple(dict.fromkeys((*one.support, *other.support))),
        one.starts,
        other.ends if other.frame[-1] >= one.frame[-1] else one.ends,
    )
