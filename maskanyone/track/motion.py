"""What is assumed about motion: where something may be a while after it was last seen."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

NOISE = 0.6  # sizes: detectors place the same face this differently at worst
LEAP = 2.5  # sizes: nothing strays further from where it was expected
LEAST = 1e-6  # stands for zero where one divides by it


def coast(elapsed: Array, watched: Array, horizon: float) -> Array:
    """For how many seconds at full speed something moves in ``elapsed`` seconds while slowing down.

    A velocity is trusted about as long as it was ``watched``, at most ``horizon``, all in seconds.
    """
    trust = np.maximum(np.minimum(2 * watched, horizon), LEAST)
    return trust * -np.expm1(-elapsed / trust)


def reach(elapsed: Array, speed: float) -> Array:
    """How far, in sizes, something may be from where it was expected.

    It grows with ``speed`` (sizes per second) at first and then no more, for nobody leaves the expected way for long.
    """
    return NOISE + LEAP * -np.expm1(-elapsed * (speed / LEAP))


def horizon(speed: float) -> float:
    """Seconds for which motion can be foreseen, where ``speed`` (sizes per second) is the fastest."""
    return LEAP / speed
