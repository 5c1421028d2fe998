"""What several detectors need: scaling a picture to an input, and dropping boxes that say the same."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from maskanyone.data import Float, Pixels
from maskanyone.overlap import common

GRID = 32
#: a small picture is enlarged at most so many times
LARGEST = 2.0


def fitted(picture: Pixels, longer: int, grid: int = GRID) -> tuple[Pixels, float]:
    """Scale so that the longer side is ``longer`` px and pad right and bottom with black to multiples of ``grid``.

    Returns the picture and the scale from ``picture`` to it. Small pictures are enlarged at most twice.
    """
    scale = min(longer / max(picture.shape[:2]), LARGEST)
    picture = scaled(picture, scale)
    height, width = picture.shape[:2]
    return laid(picture, (-(-width // grid) * grid, -(-height // grid) * grid)), scale


def scaled(picture: Pixels, scale: float) -> Pixels:
    """The picture at another size, of at least one pixel."""
    height, width = picture.shape[:2]
    inner = max(1, round(width * scale)), max(1, round(height * scale))
    return picture if inner == (width, height) else resized(picture, inner)


def resized(picture: Pixels, size: tuple[int, int]) -> Pixels:
    """The picture stretched to a width and height; what gets smaller is averaged."""
    smaller = size[0] < picture.shape[1] or size[1] < picture.shape[0]
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA if smaller else cv2.INTER_LINEAR)  # type: ignore[return-value]


def laid(picture: Pixels, size: tuple[int, int], shade: int = 0) -> Pixels:
    """The picture in the upper left corner of a plain one of a width and height."""
    canvas = np.full((size[1], size[0], 3), shade, np.uint8)
    canvas[: picture.shape[0], : picture.shape[1]] = picture
    return canvas


def distinct(box: Float, score: Float, overlap: float, *, of_smaller: bool = False) -> NDArray[np.intp]:
    """Indices of boxes, best first, that do not overlap a better one by more than ``overlap``.

    Overlap is the shared part of what both cover (IoU), or with ``of_smaller`` of the smaller box.
    """
    order = np.argsort(-score, kind="stable")
    area = np.prod(np.maximum(box[:, 2:] - box[:, :2], 0), axis=1)
    kept: list[int] = []
    while len(order):
        best, order = order[0], order[1:]
        kept.append(int(best))
        shared = common(box[best], box[order])
        whole = np.minimum(area[best], area[order]) if of_smaller else area[best] + area[order] - shared
        order = order[shared <= overlap * whole]
    return np.array(kept, np.intp)
