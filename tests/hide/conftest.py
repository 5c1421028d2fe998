"""The made sample's portrait as a crop and region of any size, as a hider gets them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import pytest
import skimage.data

from maskanyone.data import Moment, Pixels, Region
from maskanyone.hide import Hider
from maskanyone.sample import FACE

COMMON = 120


@dataclass(frozen=True)
class Portrait:
    """crop: uint8 (h, w, 3), the face and a fifth of its size around it, or what of that lies in the picture."""

    crop: Pixels
    region: Region

    def hidden_by(self, hider: Hider) -> Pixels:
        return hider.hide(self.crop, self.region, moment_at(0))

    def face(self, pixels: Pixels) -> Pixels:
        """Only the face of a crop, uint8 (COMMON, COMMON, 3) whatever the face's size."""
        x, y = (side - start for side, start in zip(self.region.box[:2], self.region.rect[:2], strict=True))
        scale = self.region.size / COMMON
        smooth = cv2.GaussianBlur(pixels, (0, 0), 0.4 * scale) if scale > 1 else pixels
        how = {"flags": cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, "borderMode": cv2.BORDER_REPLICATE}
        face = cv2.warpAffine(smooth, _affine(scale, x, y), (COMMON, COMMON), **how)
        return face.astype(np.uint8)


def moment_at(frame: int) -> Moment:
    return Moment(frame, frame / 25, "t", np.random.default_rng(frame))


def region_of(box: tuple[float, float, float, float], size: tuple[int, int]) -> Region:
    """A box-shaped region, a fifth of the box wider on each side, clipped to a picture of ``size``."""
    margin = 0.2 * max(box[2] - box[0], box[3] - box[1])
    x1, y1 = (max(0, int(side - margin) // 2 * 2) for side in box[:2])
    x2, y2 = (min(most, -int(-(side + margin) // 2) * 2) for side, most in zip(box[2:], size, strict=True))
    return Region(
        (x1, y1, x2, y2), np.ones((y2 - y1, x2 - x1), np.bool_), np.zeros((y2 - y1, x2 - x1), np.uint8), box, "t"
    )


@pytest.fixture
def portrait() -> Callable[..., Portrait]:
    """Makes the portrait with a face of so many px, moved by (x, y) px and lit by a factor."""

    def make(face: float, x: float = 0, y: float = 0, light: float = 1) -> Portrait:
        scale = face / (FACE[3] - FACE[1])
        size = round(320 * scale) // 2 * 2, round(280 * scale) // 2 * 2
        picture = cv2.warpAffine(_near(scale), _affine(scale, x, y), size, flags=cv2.INTER_LINEAR)
        box = tuple(float(scale * side + move) for side, move in zip(FACE, (x, y, x, y), strict=True))
        region = region_of((box[0], box[1], box[2], box[3]), size)
        x1, y1, x2, y2 = region.rect
        return Portrait(np.rint(picture * light).astype(np.uint8)[y1:y2, x1:x2], region)

    return make


def _near(scale: float) -> Pixels:
    """The portrait, smoothed so that shrinking it does not alias."""
    whole = skimage.data.astronaut()
    return cv2.GaussianBlur(whole, (0, 0), 0.4 / scale).astype(np.uint8) if scale < 0.8 else whole


def _affine(scale: float, x: float, y: float) -> np.ndarray:
    """(2, 3); cv2 counts from the centres of pixels."""
    return np.array([[scale, 0, x + scale / 2 - 0.5], [0, scale, y + scale / 2 - 0.5]])
