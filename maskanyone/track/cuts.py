"""Decides where the film cuts from one picture to another.

The rule is that of PySceneDetect's AdaptiveDetector: a change that is large in itself and many times larger than around
it, so that a pan, a shaken camera or a fast gesture, whose neighbours change as much, is none. Light that comes and
goes is none either. In doubt there is no cut: a missed one hides a little too much, a false one ends tracks.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from maskanyone.track.params import TrackParams

NEIGHBOURS = 3  # frames on each side
LIGHT = 6  # frames that a flash, or one beat of a strobe light, may last
AMBIENT = 12  # frames whose median tells how much the picture changes anyway
ALIKE = 0.25  # going differs from coming by at most this part


def cuts(change: NDArray[np.float32], params: TrackParams) -> tuple[int, ...]:
    """Find the first frame after each cut.

    Args:
        change: float32 (F,), mean absolute difference of hue, saturation and value to the frame before, 0 to 255;
            the first is meaningless. What is not finite counts as no change.
    """
    values = np.nan_to_num(np.asarray(change, np.float64), nan=0.0, posinf=0.0, neginf=0.0)[1:]
    around = _mean_around(values)
    sudden = np.flatnonzero((values >= params.cut_least) & (values >= params.cut_ratio * around))
    return tuple(int(index) + 1 for index in sudden if not _is_light(values, int(index)))


def _mean_around(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean of up to ``NEIGHBOURS`` values on each side, without the value itself; (N,) to (N,)."""
    total, count = np.zeros_like(values), np.zeros_like(values)
    for shift in range(1, min(NEIGHBOURS, len(values) - 1) + 1):
        total[shift:] += values[:-shift]
        count[shift:] += 1
        total[:-shift] += values[shift:]
        count[:-shift] += 1
    return total / np.maximum(count, 1)


def _is_light(values: NDArray[np.float64], index: int) -> bool:
    """Whether the change at ``index`` is undone soon after, or undoes one from just before."""
    later, earlier = values[index + 1 :], values[:index][::-1]
    return _undone(values[index], later[:AMBIENT]) or _undone(values[index], earlier[:AMBIENT])


def _undone(jump: float, beside: NDArray[np.float64]) -> bool:
    """Whether changes beside a jump add up to it: light goes at once or fades over some frames, a new picture stays."""
    if not len(beside):
        return False
    ambient = float(np.median(beside))
    back = np.cumsum(np.maximum(beside[:LIGHT] - ambient, 0))
    return bool((np.abs(back - (jump - ambient)) <= ALIKE * (jump - ambient)).any())
