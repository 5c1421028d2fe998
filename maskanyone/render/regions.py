"""From a track's box to the pixels of one frame that must be replaced."""

from __future__ import annotations

from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from maskanyone.data import Float, Kind, Pixels, Region, Shape

T = TypeVar("T", bound=np.generic)
#: a head from a face's box: how far it reaches beyond each side, in widths and heights of the face (hair, ears, neck)
HEAD = {"left": 0.35, "top": 0.55, "right": 0.35, "bottom": 0.2}


class Outline(Protocol):
    """What of a hider's parameters shapes its region."""

    margin: float
    shape: Shape
    feather: float


def target_box(box: Float, found: Kind, target: Kind) -> Float:
    """The box of what is to be hidden, from the box of what was found: float32 (4,), px."""
    if (found, target) != ("face", "head"):
        return box
    width, height = box[2] - box[0], box[3] - box[1]
    return box + np.array(
        [-HEAD["left"] * width, -HEAD["top"] * height, HEAD["right"] * width, HEAD["bottom"] * height], np.float32
    )


def region(box: Float, size: tuple[int, int], outline: Outline, track: str) -> Region | None:
    """The region of one box, or none where it lies outside the picture.

    Args:
        box: float32 (4,), px; may leave the picture.
        size: width and height of the picture, even.
        outline: margin and feather in parts of the box's size, and shape.

    Every 2x2 block that the outline touches belongs to the core, so the mask is the same in luma and chroma.
    """
    x1, y1, x2, y2 = (float(v) for v in box)
    width, height = max(x2 - x1, 1.0), max(y2 - y1, 1.0)
    middle = ((x1 + x2) / 2, (y1 + y2) / 2)
    reach = (width * (0.5 + outline.margin), height * (0.5 + outline.margin))
    soft = outline.feather * max(width, height)
    rect = _rect(middle, (reach[0] + soft, reach[1] + soft), size)
    if rect is None:
        return None
    across, down = _nearest(rect[0], rect[2], middle[0]), _nearest(rect[1], rect[3], middle[1])
    inside, distance = _measured(across[None, :], down[:, None], reach, outline.shape)
    if not inside.any():
        return None
    feather = _feather(inside, distance, soft)
    return Region(rect, _blocks(inside), _blocks(feather), (x1, y1, x2, y2), track)


def whole(size: tuple[int, int], track: str) -> Region:
    """The whole picture."""
    width, height = size
    return Region(
        (0, 0, width, height),
        np.ones((height, width), bool),
        np.zeros((height, width), np.uint8),
        (0.0, 0.0, float(width), float(height)),
        track,
    )


def _rect(
    middle: tuple[float, float], reach: tuple[float, float], size: tuple[int, int]
) -> tuple[int, int, int, int] | None:
    """Whole pixels on the chroma grid, inside the picture."""
    sides = []
    for at, far, length in zip(middle, reach, size, strict=True):
        first = max(0, int(np.floor((at - far) / 2)) * 2)
        last = min(length, int(np.ceil((at + far) / 2)) * 2)
        if last <= first:
            return None
        sides.append((first, last))
    return sides[0][0], sides[1][0], sides[0][1], sides[1][1]


def _nearest(first: int, last: int, middle: float) -> NDArray[np.float32]:
    """Distance from ``middle`` to the nearest point of each 2-pixel block, px."""
    starts = np.arange(first, last, 2, dtype=np.float32)
    return np.asarray(np.maximum(np.maximum(starts - middle, middle - (starts + 2)), 0), np.float32)


def _measured(across: Float, down: Float, reach: tuple[float, float], shape: Shape) -> tuple[NDArray[np.bool_], Float]:
    """Per block: whether the outline touches it, and how far outside it lies, px (about, for an ellipse)."""
    if shape == "box":
        outside = np.hypot(np.maximum(across - reach[0], 0), np.maximum(down - reach[1], 0))
        return (across <= reach[0]) & (down <= reach[1]), outside.astype(np.float32)
    radius = np.sqrt((across / reach[0]) ** 2 + (down / reach[1]) ** 2)
    return radius <= 1, np.maximum(radius - 1, 0) * np.float32(min(reach))


def _feather(inside: NDArray[np.bool_], distance: Float, soft: float) -> Pixels:
    if soft <= 0:
        return np.zeros(inside.shape, np.uint8)
    weight = np.clip(1 - distance / soft, 0, 1) * 255
    weight[inside] = 0
    return np.asarray(weight, np.uint8)


def _blocks(halves: NDArray[T]) -> NDArray[T]:
    blocks = halves.repeat(2, 0).repeat(2, 1)
    blocks.flags.writeable = False  # no method may uncover its own region
    return blocks
