"""Which frames nobody looked at, so that nothing is known of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from maskanyone.data import Looks, Span
from maskanyone.track.merge import Index
from maskanyone.track.motion import LEAST, Array


def looked(looks: Looks) -> NDArray[np.bool_]:
    """bool (F,): at least one producer ran on the frame without a fault."""
    return np.asarray(np.asarray(looks.ran, bool).any(axis=0), bool)


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
    return spans(~seen & np.isin(stretch, stretch[dark]))


def spans(flags: NDArray[np.bool_]) -> tuple[Span, ...]:
    """Runs of true values."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    return tuple(Span(int(start), int(stop)) for start, stop in edges.reshape(-1, 2))
