"""Which frames nobody looked at, so that nothing is known of them."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from maskanyone.data import Looks, Span
from maskanyone.track.merge import Index
from maskanyone.track.motion import LEAST, Array


def looked(looks: Looks) -> NDArray[np.bool_]:
    """bool (F,): at least one producer ran without a fault on the frame as it is, neither turned nor blurred."""
    plain = [name not in looks.aside for name in looks.producers]
    return np.asarray(np.asarray(looks.ran, bool)[plain].any(axis=0), bool)


def blind(seen: NDArray[np.bool_], shot: Index, times: Array, longest: float) -> tuple[Span, ...]:
    """Frames that no look vouches for.

    A frame without a look is vouched for by one in the same shot at most ``longest`` seconds away; but not before the
    film's first look, nor after its last, where nobody would notice who enters or leaves. Where one frame is not
    vouched for, no neighbour without a look is: who moved in between may be anywhere.

    Args:
        seen: bool (F,), somebody looked. shot: int64 (F,). times: float64 (F,), seconds.
    """
    frames = len(seen)
    at = np.flatnonzero(seen)
    if not len(at):
        return (Span(0, frames),) if frames else ()
    every = np.arange(frames)
    place = np.searchsorted(at, every)
    earlier, later = at[np.maximum(place - 1, 0)], at[np.minimum(place, len(at) - 1)]
    near = [
        (shot[look] == shot) & (np.abs(times[look] - times) <= longest + LEAST) for look in (earlier, later)
    ]
    dark = ~seen & (~(near[0] | near[1]) | (every < at[0]) | (every > at[-1]))
    stretch = np.cumsum(seen | (np.diff(shot, prepend=shot[0]) != 0))
    return Span.runs(~seen & np.isin(stretch, stretch[dark]))


def lost_in(
    seen: NDArray[np.bool_], shot: Index, times: Array, longest: float, first: Index, last: Index
) -> tuple[Span, ...]:
    """Stretches without a look in which a face came or went: who moved where is not known for the whole of them.

    Args:
        longest: stretches up to so many seconds from look to look are left to guesses.
        first, last: int64 (K,), frames in which faces were seen first and last.
    """
    found = []
    for stretch in Span.runs(~seen):
        for part in _within_shots(stretch, shot):
            before, after = max(part.start - 1, 0), min(part.stop, len(seen) - 1)
            long = times[after] - times[before] > longest + LEAST
            went = part.start > 0 and shot[before] == shot[part.start] and before in last
            came = part.stop < len(seen) and shot[after] == shot[part.stop - 1] and after in first
            if long and (went or came):
                found.append(part)
    return tuple(found)


def both(one: tuple[Span, ...], other: tuple[Span, ...], frames: int) -> tuple[Span, ...]:
    """Spans that cover what either covers."""
    return Span.runs(Span.flags((*one, *other), frames))


def _within_shots(stretch: Span, shot: Index) -> list[Span]:
    cuts = np.flatnonzero(np.diff(shot[stretch.start : stretch.stop])) + stretch.start + 1
    edges = [stretch.start, *cuts.tolist(), stretch.stop]
    return [Span(a, b) for a, b in pairwise(edges)]
