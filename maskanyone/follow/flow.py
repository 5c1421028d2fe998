"""One step of following: where a face of one picture lies in another, by the flow of points in it.

Points on a grid go to the other picture and back by the method of Lucas and Kanade; those that do not come home are
dropped, and the median of the others moves and scales the box (Kalal, Mikolajczyk, Matas 2010, "Forward-backward
error: automatic detection of tracking failures"). Where too few come home, or what is found there does not look the
same, the picture says nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from maskanyone.data import Float, Pixels

#: px of a face in the pictures that are compared, and how far they reach beyond it, in its sizes
_FACE, _AROUND = 40.0, 0.75
#: points along a side of the grid, in the middle of the box; px of the window around each; halvings
_GRID, _WINDOW, _LEVELS = 9, 11, 3
#: px that a point may be from home, share of points that must come home, and least likeness, -1 to 1
_HOME, _ENOUGH, _ALIKE = 1.5, 0.35, 0.5
#: standard deviation, 0 to 255, below which there is nothing to follow
_PLAIN = 2.0
#: px of the smallest face that can be followed, and fewest points; how much small faces are enlarged at most
_LEAST, _FEWEST, _MOST_ZOOM = 4, 8, 4.0


@dataclass(frozen=True)
class Patch:
    """A face and what is around it. crop: uint8 (h, w). box: float32 (4,), px of the whole picture.

    corner: float32 (2,), px of the picture, of the crop's first pixel. scale: float32 (2,), from picture to crop.
    zoom: what the scale was to be, the same from step to step. sides: width and height of the crop in the picture, px.
    """

    crop: Pixels
    box: Float
    corner: Float
    scale: Float
    zoom: float
    sides: tuple[int, int]

    def inner(self, points: Float) -> Float:
        """Points of the picture, (..., 2), in the crop."""
        return np.asarray((points - self.corner) * self.scale, np.float32)

    def outer(self, points: Float) -> Float:
        """Points of the crop, (..., 2), in the picture."""
        return np.asarray(points / self.scale + self.corner, np.float32)


def patch_of(luma: Pixels, box: Float) -> Patch | None:
    """A face of a picture, uint8 (h, w); none where it lies outside, or shows nothing."""
    size = float(max(box[2] - box[0], box[3] - box[1]))
    patch = _cut(luma, box, min(_FACE / size, _MOST_ZOOM)) if size >= _LEAST else None
    return None if patch is None or _even(patch.crop) is None else patch


def step(patch: Patch, luma: Pixels, shift: Float) -> Patch | None:
    """The face in another picture, uint8 (h, w), expected ``shift`` px from where it was; none if it cannot be told."""
    there = _cut(luma, patch.box + np.tile(shift, 2), patch.zoom, patch.sides)
    if there is None:
        return None
    one, other = _even(patch.crop), _even(there.crop)
    corners = patch.inner(patch.box.reshape(2, 2))
    points = _grid(corners, patch.inner(np.array([[1, 1], [luma.shape[1] - 1, luma.shape[0] - 1]], np.float32)))
    if one is None or other is None or points is None:
        return None
    moved, came = _flow(one, other, points, there.inner(patch.outer(points) + shift))
    back, home = _flow(other, one, moved, points)
    good = came & home & (np.hypot(*(back - points).T) <= _HOME)
    if good.mean() < _ENOUGH:
        return None
    before, after = points[good], moved[good]
    placed = np.median(after, axis=0) + (corners - np.median(before, axis=0)) * _zoom(before, after)
    if _likeness(one, other, corners, placed) < _ALIKE:
        return None
    return patch_of(luma, there.outer(placed).reshape(4))


def _cut(luma: Pixels, box: Float, zoom: float, sides: tuple[int, int] | None = None) -> Patch | None:
    """A box and what is around it; beyond the picture its border goes on. sides: of the crop, else by the box."""
    around = np.float32(_AROUND) * (box[2:] - box[:2]).max()
    wide, high = sides or [max(_LEAST, round(float(side + 2 * around))) for side in box[2:] - box[:2]]
    left, top = (int(value) for value in np.floor(box[:2] - around))
    inside = luma[max(0, top) : max(0, top + high), max(0, left) : max(0, left + wide)]
    if min(inside.shape) < _LEAST:
        return None
    beyond = max(0, -top), max(0, top + high - luma.shape[0]), max(0, -left), max(0, left + wide - luma.shape[1])
    if any(beyond):
        inside = cv2.copyMakeBorder(inside, *beyond, cv2.BORDER_REPLICATE)  # type: ignore[assignment]
    size = max(8, round(wide * zoom)), max(8, round(high * zoom))
    crop = np.asarray(
        cv2.resize(inside, size, interpolation=cv2.INTER_AREA if zoom < 1 else cv2.INTER_LINEAR), np.uint8
    )
    scale = np.array([size[0] / wide, size[1] / high], np.float32)
    return Patch(crop, np.asarray(box, np.float32), np.array([left, top], np.float32), scale, zoom, (wide, high))


def _even(crop: Pixels) -> Pixels | None:
    """The same at middle brightness and contrast, so that light may come and go; none where all is plain."""
    mean, spread = (float(value.item()) for value in cv2.meanStdDev(crop))
    if spread < _PLAIN:
        return None
    return cv2.convertScaleAbs(crop, alpha=45 / spread, beta=128 - mean * 45 / spread)  # type: ignore[return-value]


def _grid(corners: Float, picture: Float) -> Float | None:
    """Points (N, 2) in the middle of a box (2, 2), as far as they lie in the picture (2, 2)."""
    part = np.linspace(-0.8, 0.8, _GRID, dtype=np.float32)
    across = np.stack(np.meshgrid(part, part), -1).reshape(-1, 2)
    middle, half = corners.mean(axis=0), (corners[1] - corners[0]) / 2
    points = middle + across[np.hypot(*across.T) <= 0.9] * half
    inside = (points >= picture[0]).all(axis=1) & (points <= picture[1]).all(axis=1)
    return points[inside].astype(np.float32) if inside.sum() >= _FEWEST else None


def _flow(one: Pixels, other: Pixels, points: Float, guess: Float) -> tuple[Float, NDArray[np.bool_]]:
    """Where points of one picture lie in the other, and which of them could be found."""
    moved, status, _ = cv2.calcOpticalFlowPyrLK(
        one,
        other,
        points[:, None].astype(np.float32),
        guess[:, None].astype(np.float32).copy(),
        winSize=(_WINDOW, _WINDOW),
        maxLevel=_LEVELS,
        flags=cv2.OPTFLOW_USE_INITIAL_FLOW,
        criteria=(cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 12, 0.03),
    )
    return np.asarray(moved[:, 0], np.float32), status[:, 0].astype(bool)


def _zoom(before: Float, after: Float) -> float:
    """How much larger it got: the median of what happened to distances between points."""
    i, j = np.triu_indices(len(before), 1)
    apart = np.hypot(*(before[i] - before[j]).T)
    far = apart > _FACE / 5
    if not far.any():
        return 1.0
    return float(np.clip(np.median(np.hypot(*(after[i] - after[j]).T)[far] / apart[far]), 0.9, 1.1))


def _likeness(one: Pixels, other: Pixels, box: Float, placed: Float) -> float:
    """Correlation of a face with what is found for it, -1 to 1."""
    found = cv2.matchTemplate(_inside(one, box), _inside(other, placed), cv2.TM_CCOEFF_NORMED)
    return float(np.asarray(found)[0, 0])


def _inside(crop: Pixels, corners: Float) -> Pixels:
    """What of a box (2, 2) lies in a crop, as a square; beyond the crop its border goes on."""
    side = int(_FACE)
    scale = np.maximum(corners[1] - corners[0], 1) / side
    matrix = np.array([[scale[0], 0, corners[0, 0]], [0, scale[1], corners[0, 1]]], np.float32)
    how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(crop, matrix, (side, side), flags=how, borderMode=cv2.BORDER_REPLICATE)  # type: ignore[return-value]
