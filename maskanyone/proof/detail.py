"""How much of a face a result still shows, whatever hid it: fill, blur, mosaic, bars, another tool's.

Both pictures of the face are brought to one small size, where grain and the codec's loss are gone. What is compared is
their detail, that is the difference to a blurred copy, in each cell of a grid. A cell shows where the result keeps
enough of the original's detail, and where what it has of detail looks like the original's, however pale, or inverted:
a veil hides nobody. It shows too where pixels that hold a part of its detail were left as they are: bars hide nobody
either. A cell whose original has no detail says nothing.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from maskanyone.data import Float, Pixels

#: px of the small picture, cells along it, px over which detail is finer than the rest
_SIDE, _CELLS, _COARSE = 64, 8, 13
#: standard deviation, 0 to 255, below which a cell has no detail; the share of it that makes a cell show; the
#: correlation of both pictures' detail that does
_LEAST, _SHOWS, _ALIKE = 0.7, 0.5, 0.8
_FEWEST = 4
#: px of the picture whose single pixels are compared, at most; how far one that was left may be off, 0 to 255
_FINE, _OFF = 192, 4
#: part of a cell's detail that was left so that it shows; and so that it lies bare
_LEFT, _BARE = 0.35, 0.6
#: part of the ellipse, along its radius, in which eyes, nose and mouth lie; cells that show for each one bare in it
_INNER, _WORTH = 0.75, 2.0


def shown(before: Pixels, after: Pixels, box: Float) -> float:
    """The share of a face's cells that the result still shows, 0 to 1; 0 where there was nothing to be seen.

    Where some of the eyes, nose and mouth lie bare, it is twice the share of their cells that do, if that is more: a
    strip that shows both eyes hides nobody.

    Args:
        before, after: luma of original and result, uint8 (h, w); they may be of different size.
        box: float32 (4,), px of ``before``; may leave the picture.
    """
    across = np.array([after.shape[1] / before.shape[1], after.shape[0] / before.shape[0]] * 2, np.float32)
    first, second = _part(before, box), _part(after, box * across)
    if first is None or second is None:
        return 0.0
    one, other = (_detail(_scaled(part, _SIDE)) for part in (first, second))
    power, common, left = _by_cell(one * one), _by_cell(one * other), _by_cell(other * other)
    asked = _INSIDE & (power > _LEAST**2)
    if asked.sum() < _FEWEST:
        return 0.0
    kept = common > _SHOWS * power
    alike = (left > _LEAST**2) & (np.abs(common) > _ALIKE * np.sqrt(power * left))
    same = _left(first, second)
    share = float((kept | alike | (same >= _LEFT))[asked].mean())
    inner = asked & _MIDST
    bare = float((same >= _BARE)[inner].mean()) if inner.sum() >= _FEWEST else 0.0
    return max(share, min(1.0, _WORTH * bare))


def _left(before: Pixels, after: Pixels) -> Float:
    """Of each cell's detail in the original, the part that lies in pixels which were left as they are: (8, 8)."""
    side = int(np.clip(max(before.shape) // _CELLS * _CELLS, _SIDE, _FINE))
    one, other = (_scaled(part, side).astype(np.float32) for part in (before, after))
    power = _detail(one) ** 2
    same = np.abs(one - other) <= _OFF
    return np.asarray(_by_cell(power * same) / np.maximum(_by_cell(power), 1e-6), np.float32)


def _part(luma: Pixels, box: Float) -> Pixels | None:
    height, width = luma.shape
    x1, y1 = np.floor(np.maximum(box[:2], 0)).astype(int)
    x2, y2 = np.ceil(np.minimum(box[2:], (width, height))).astype(int)
    return None if x2 - x1 < 2 or y2 - y1 < 2 else luma[y1:y2, x1:x2]


def _scaled(part: Pixels, side: int) -> Pixels:
    how = cv2.INTER_LINEAR if max(part.shape) < side else cv2.INTER_AREA
    return np.asarray(cv2.resize(part, (side, side), interpolation=how), np.uint8)


def _detail(square: NDArray[Any]) -> Float:
    """The difference to a blurred copy; how coarse that is goes with the side."""
    plain = square.astype(np.float32)
    coarse = len(plain) * _COARSE // _SIDE | 1
    return np.asarray(plain - cv2.blur(plain, (coarse, coarse)), np.float32)


def _by_cell(values: Float) -> Float:
    side = len(values) // _CELLS
    return np.asarray(values.reshape(_CELLS, side, _CELLS, side).mean(axis=(1, 3)), np.float32)


def _within(radius: float) -> NDArray[np.bool_]:
    """bool (8, 8): cells whose middle lies in the ellipse of the box, made smaller to a part of its radius."""
    middle = (np.arange(_CELLS) + 0.5) / _CELLS * 2 - 1
    return np.asarray(np.hypot(middle[:, None], middle[None, :]) <= radius)


_INSIDE, _MIDST = _within(1), _within(_INNER)
