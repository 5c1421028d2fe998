"""What boxes have in common, and what holds them; each is ``x1 y1 x2 y2``, px, one of them (4,) and others (N, 4)."""

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
    """px² that a box shares with each of others, (N,); of several (N, 4), each with the other of its row."""
    low, high = np.maximum(one[..., :2], others[:, :2]), np.minimum(one[..., 2:], others[:, 2:])
    return np.prod(np.maximum(high - low, 0), axis=1)


def around(one: Boxes, other: Boxes) -> NDArray[np.float32]:
    """Boxes (..., 4) whose ellipse, not only whose corners, holds the ellipses of both."""
    corners = np.stack([one, other]).astype(np.float64)
    low, high = corners[..., :2].min(axis=0), corners[..., 2:].max(axis=0)
    middle, half = (low + high) / 2, np.maximum((high - low) / 2, 0.5)
    apart = ((corners[..., :2] + corners[..., 2:]) / 2 - middle) / half
    share = (corners[..., 2:] - corners[..., :2]) / 2 / half
    factor = (np.hypot(apart[..., 0], apart[..., 1]) + share.max(axis=-1)).max(axis=0).clip(1)[..., None] + 1e-6
    return np.concatenate([middle - half * factor, middle + half * factor], axis=-1).astype(np.float32)


def part_in(one: Boxes, other: Boxes) -> Any:
    """(N,): the part of each box (N, 4) that lies in the other of its row (N, 4)."""
    return common(one, other) / np.maximum(area(one), 1e-6)


def overlaps(one: Boxes, others: Boxes, share: float) -> Flags:
    """bool (N,): whether at least this share of what both cover together is common (intersection over union)."""
    shared = common(one, others)
    return np.asarray(shared >= share * (area(one) + area(others) - shared))


def lies_in(one: Boxes, others: Boxes, share: float, ratio: float) -> Flags:
    """bool (N,): whether at least this share of the smaller box is common and the larger at most ``ratio`` its area."""
    areas = area(one), area(others)
    smaller, larger = np.minimum(*areas), np.maximum(*areas)
    return np.asarray((common(one, others) >= share * smaller) & (larger <= ratio * smaller))
