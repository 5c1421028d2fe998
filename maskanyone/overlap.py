"""What boxes have in common; each is ``x1 y1 x2 y2``, px, one of them (4,) and others (N, 4)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Boxes = NDArray[np.floating[Any]]
Flags = NDArray[np.bool_]


def area(box: Boxes) -> Any:
    """px², of each box."""
    return np.prod(box[..., 2:] - box[..., :2], axis=-1)


def common(one: Boxes, others: Boxes) -> Any:
    """px² that a box shares with each of others, (N,)."""
    low, high = np.maximum(one[:2], others[:, :2]), np.minimum(one[2:], others[:, 2:])
    return np.prod(np.maximum(high - low, 0), axis=1)


def overlaps(one: Boxes, others: Boxes, share: float) -> Flags:
    """bool (N,): whether at least this share of what both cover together is common (intersection over union)."""
    shared = common(one, others)
    return np.asarray(shared >= share * (area(one) + area(others) - shared))


def lies_in(one: Boxes, others: Boxes, share: float, ratio: float) -> Flags:
    """bool (N,): whether at least this share of the smaller box is common and the larger at most ``ratio`` its area."""
    areas = area(one), area(others)
    smaller, larger = np.minimum(*areas), np.maximum(*areas)
    return np.asarray((common(one, others) >= share * smaller) & (larger <= ratio * smaller))
