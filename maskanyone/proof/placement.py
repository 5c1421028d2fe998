"""How a result's pictures lie in the original's: as they are, or mirrored, turned, cropped or moved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from maskanyone.data import Float, Pixels

#: points that are looked for in a picture, px that a pair of them may be off, and pairs that say something
_POINTS, _OFF, _FEWEST = 1500, 3.0, 25
#: part of the pairs that fit best which must fit a plain result too for it to be taken as plain
_PLAIN = 0.5
#: how far the corners of a picture may differ between frames, in its size; how much better it must fit than plainly
_STEADY, _BETTER = 0.03, 0.7

Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Placement:
    """matrix: float64 (2, 3), from the result's unit square to the original's, or none where one is the other."""

    matrix: Matrix | None = None

    def pictures(self, after: Pixels, shape: Sequence[int]) -> Pixels:
        """A picture of the result, uint8 (h, w) or (h, w, 3), where it lies in one of the original's height, width."""
        if self.matrix is None:
            return after
        height, width = shape[:2]
        return np.asarray(cv2.warpAffine(after, self._across(after.shape, shape), (width, height)), np.uint8)

    def boxes(self, box: Float, after: Sequence[int], before: Sequence[int]) -> Float:
        """Boxes (N, 4), px of a result's picture, in px of the original's: what holds their corners.

        Args:
            after, before: height and width of both pictures, px.
        """
        if self.matrix is None:
            return box * np.array([before[1] / after[1], before[0] / after[0]] * 2, np.float32)
        across = self._across(after, before)
        corners = box[:, [[0, 1], [2, 1], [2, 3], [0, 3]]].astype(np.float64) @ across[:, :2].T + across[:, 2]
        return np.concatenate([corners.min(axis=1), corners.max(axis=1)], axis=1).astype(np.float32)

    def _across(self, after: Sequence[int], before: Sequence[int]) -> Matrix:
        """The matrix in px of both."""
        assert self.matrix is not None
        to = np.array([[before[1]], [before[0]]])
        return np.asarray(np.hstack([self.matrix[:, :2] / [after[1], after[0]], self.matrix[:, 2:]]) * to)


#: pictures of the same outline, perhaps of another size
AS_IT_WAS = Placement()


def placed(pairs: Sequence[tuple[Pixels, Pixels]]) -> Placement:
    """Where a result's pictures lie, from some of both at the same time; plain unless others fit clearly better.

    Args:
        pairs: luma of original and result, uint8 (h, w), each of the same size as others of its film.
    """
    found = [matrix for pair in pairs if (matrix := _between(*pair)) is not None]
    if not found or len(found) * 2 < len(pairs):
        return AS_IT_WAS
    middle = np.median(found, axis=0)
    near = [each for each in found if np.abs(_corners(each) - _corners(middle)).max() <= _STEADY]
    if len(near) * 2 < len(pairs):
        return AS_IT_WAS
    placement = Placement(np.median(near, axis=0))
    off, plainly = ([_off(before, after, how) for before, after in pairs] for how in (placement, AS_IT_WAS))
    return placement if np.median(off) < _BETTER * np.median(plainly) else AS_IT_WAS


def _between(before: Pixels, after: Pixels) -> Matrix | None:
    """From the result's unit square to the original's; none where it lies as it is, or nobody can tell."""
    orb = cv2.ORB.create(_POINTS)
    own, words = orb.detectAndCompute(before, None)
    best, most, plain = None, 0, 0
    to = np.array([before.shape[1], before.shape[0]], np.float64)
    for mirrored in (False, True):
        points, others = orb.detectAndCompute(np.ascontiguousarray(after[:, ::-1]) if mirrored else after, None)
        if words is None or others is None:
            continue
        pairs = cv2.BFMatcher(cv2.NORM_HAMMING, crossCheck=True).match(others, words)
        if len(pairs) < _FEWEST:
            continue
        here = np.array([points[pair.queryIdx].pt for pair in pairs])
        there = np.array([own[pair.trainIdx].pt for pair in pairs])
        if mirrored:
            here[:, 0] = after.shape[1] - 1 - here[:, 0]
        here = (here + 0.5) / [after.shape[1], after.shape[0]]
        if not mirrored:
            plain = int((np.abs(here * to - there - 0.5).max(axis=1) <= _OFF).sum())
        matrix, fits = cv2.estimateAffine2D(here * to, there + 0.5, method=cv2.RANSAC, ransacReprojThreshold=_OFF)
        if matrix is not None and (count := int(fits.sum())) > most:
            best, most = np.hstack([matrix[:, :2] * to, matrix[:, 2:]]) / to[:, None], count
    return best if most >= _FEWEST and plain < _PLAIN * most else None


def _corners(matrix: Matrix) -> Matrix:
    """Where the corners of the result's picture lie, (4, 2)."""
    return np.asarray(np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) @ matrix[:, :2].T + matrix[:, 2])


def _off(before: Pixels, after: Pixels, how: Placement) -> float:
    """How much the pictures differ where the result shows something: median, 0 to 255."""
    if how.matrix is None:
        there = cv2.resize(after, before.shape[::-1], interpolation=cv2.INTER_AREA)
        return float(np.median(np.abs(before.astype(np.int16) - there)))
    there, shows = (how.pictures(each, before.shape) for each in (after, np.full_like(after, 255)))
    return float(np.median(np.abs(before.astype(np.int16) - there)[shows > 0])) if shows.any() else np.inf
