"""What several detectors need: scaling a picture to an input, and dropping boxes that say the same."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from maskanyone.data import Float, Pixels

GRID = 32


def fitted(picture: Pixels, longer: int) -> tuple[Pixels, float]:
    """Scale so that the longer side is ``longer`` px and pad right and bottom with black to multiples of 32.

    Returns the picture and the scale from ``picture`` to it. Small pictures are enlarged at most twice.
    """
    height, width = picture.shape[:2]
    scale = min(longer / max(height, width), 2.0)
    inner = max(1, round(width * scale)), max(1, round(height * scale))
    if inner != (width, height):
        picture = cv2.resize(picture, inner, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)  # type: ignore[assignment]
    canvas = np.zeros((-(-inner[1] // GRID) * GRID, -(-inner[0] // GRID) * GRID, 3), np.uint8)
    canvas[: inner[1], : inner[0]] = picture
    return canvas, scale


def distinct(box: Float, score: Float, overlap: float) -> NDArray[np.intp]:
    """Indices of boxes, best first, that do not overlap a better one by more than ``overlap`` (IoU)."""
    order = np.argsort(-score, kind="stable")
    area = np.prod(np.maximum(box[:, 2:] - box[:, :2], 0), axis=1)
    kept: list[int] = []
    while len(order):
        best, order = order[0], order[1:]
        kept.append(int(best))
        corner1, corner2 = np.maximum(box[best, :2], box[order, :2]), np.minimum(box[best, 2:], box[order, 2:])
        shared = np.prod(np.maximum(corner2 - corner1, 0), axis=1)
        order = order[shared <= overlap * (area[best] + area[order] - shared)]
    return np.array(kept, np.intp)
