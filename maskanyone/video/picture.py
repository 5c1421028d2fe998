"""One upright picture in its own planes, 8-bit 4:2:0, and the way of a rectangle to RGB and back."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from maskanyone.data import Colours, Pixels

Rect = tuple[int, int, int, int]

#: luma weights of red and blue by H.273 matrix code; everything else is read as BT.601 or BT.709 by height
_LUMA = {1: (0.2126, 0.0722), 5: (0.299, 0.114), 6: (0.299, 0.114), 7: (0.212, 0.087), 9: (0.2627, 0.0593)}
_HD_LINES = 720


@dataclass
class Picture:
    """Planes of an upright picture of even size.

    y: uint8 (h, w). u, v: uint8 (h/2, w/2). Rectangles are ``x1 y1 x2 y2`` in even whole pixels, inside the picture.
    """

    y: Pixels
    u: Pixels
    v: Pixels
    colours: Colours

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.y.shape[1], self.y.shape[0]

    def rgb(self, rect: Rect | None = None) -> Pixels:
        """The rectangle (or all) as uint8 (h, w, 3), RGB."""
        x1, y1, x2, y2 = rect or (0, 0, *self.size)
        luma = self.y[y1:y2, x1:x2]
        chroma = [_doubled(plane[y1 // 2 : y2 // 2, x1 // 2 : x2 // 2]) for plane in (self.u, self.v)]
        return cv2.transform(cv2.merge((luma, *chroma)), self._matrices[0])  # type: ignore[return-value]

    def planes(self, rgb: Pixels) -> tuple[Pixels, Pixels, Pixels]:
        """RGB of even size as luma (h, w) and halved chroma (h/2, w/2) in this picture's colours."""
        luma, *chroma = cv2.split(cv2.transform(rgb, self._matrices[1]))
        halves = [
            cv2.resize(plane, (rgb.shape[1] // 2, rgb.shape[0] // 2), interpolation=cv2.INTER_AREA) for plane in chroma
        ]
        return luma, halves[0], halves[1]  # type: ignore[return-value]

    @property
    def _matrices(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        return _matrices(self.colours.matrix, self.colours.full_range, self.y.shape[0] >= _HD_LINES)


def _doubled(plane: Pixels) -> Pixels:
    return cv2.resize(plane, (plane.shape[1] * 2, plane.shape[0] * 2), interpolation=cv2.INTER_LINEAR)  # type: ignore[return-value]


@lru_cache
def _matrices(code: int, full: bool, high: bool) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """3x4 matrices for ``cv2.transform``: planes to RGB, RGB to planes (ITU-T H.273, 8 bit)."""
    red, blue = _LUMA.get(code, _LUMA[1] if high else _LUMA[5])
    green = 1 - red - blue
    forth = np.array(
        [
            [red, green, blue],
            [-red / (2 - 2 * blue), -green / (2 - 2 * blue), 0.5],
            [0.5, -green / (2 - 2 * red), -blue / (2 - 2 * red)],
        ]
    )
    scale, offset = (
        (np.ones(3), np.array([0, 128, 128])) if full else (np.array([219, 224, 224]) / 255, np.array([16, 128, 128]))
    )
    forth = forth * scale[:, None]
    back = np.linalg.inv(forth)
    to_rgb = np.hstack([back, (-back @ offset)[:, None]])
    to_planes = np.hstack([forth, offset[:, None]])
    return to_rgb.astype(np.float32), to_planes.astype(np.float32)
