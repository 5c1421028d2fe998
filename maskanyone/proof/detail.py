"""How much of a face a result still shows, whatever hid it: fill, blur, mosaic, another tool's.

Both pictures of the face are brought to one small size, where grain and the codec's loss are gone. What is compared is
their detail, that is the difference to a blurred copy, in each cell of a grid. A cell shows where the result keeps
enough of the original's detail, and where what it has of detail looks like the original's, however pale, or inverted:
a veil hides nobody. A cell whose original has no detail says nothing.
"""

from __future__ import annotations

import cv2
import numpy as np

from maskanyone.data import Float, Pixels

#: px of the small picture, cells along it, px over which detail is finer than the rest
_SIDE, _CELLS, _COARSE = 64, 8, 13
#: standard deviation, 0 to 255, below which a cell has no detail; the share of it that makes a cell show; the
#: correlation of both pictures' detail that does
_LEAST, _SHOWS, _ALIKE = 0.7, 0.5, 0.8
_FEWEST = 4


def shown(before: Pixels, after: Pixels, box: Float) -> float:
    """The share of a face's cells that the result still shows, 0 to 1; 0 where there was nothing to be seen.

    Args:
        before, after: luma of original and result, uint8 (h, w); they may be of different size.
        box: float32 (4,), px of ``before``; may leave the picture.
    """
    across = np.array([after.shape[1] / before.shape[1], after.shape[0] / before.shape[0]] * 2, np.float32)
    first, second = _crop(before, box), _crop(after, box * across)
    if first is None or second is None:
        return 0.0
    one, other = _detail(first), _detail(second)
    power, common, left = _by_cell(one * one), _by_cell(one * other), _by_cell(other * other)
    asked = _INSIDE & (power > _LEAST**2)
    if asked.sum() < _FEWEST:
        return 0.0
    kept = common > _SHOWS * power
    alike = (left > _LEAST**2) & (np.abs(common) > _ALIKE * np.sqrt(power * left))
    return float((kept | alike)[asked].mean())


def _crop(luma: Pixels, box: Float) -> Pixels | None:
    height, width = luma.shape
    x1, y1 = np.floor(np.maximum(box[:2], 0)).astype(int)
    x2, y2 = np.ceil(np.minimum(box[2:], (width, height))).astype(int)
    if x2 - x1 < 2 or y2 - y1 < 2:
        return None
    small = max(x2 - x1, y2 - y1) < _SIDE
    how = cv2.INTER_LINEAR if small else cv2.INTER_AREA
    return np.asarray(cv2.resize(luma[y1:y2, x1:x2], (_SIDE, _SIDE), interpolation=how), np.uint8)


def _detail(crop: Pixels) -> Float:
    plain = crop.astype(np.float32)
    return np.asarray(plain - cv2.blur(plain, (_COARSE, _COARSE)), np.float32)


def _by_cell(values: Float) -> Float:
    side = _SIDE // _CELLS
    return np.asarray(values.reshape(_CELLS, side, _CELLS, side).mean(axis=(1, 3)), np.float32)


def _inside() -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    """bool (8, 8): cells whose middle lies in the ellipse of the box."""
    middle = (np.arange(_CELLS) + 0.5) / _CELLS * 2 - 1
    return np.asarray(np.hypot(middle[:, None], middle[None, :]) <= 1)


_INSIDE = _inside()
