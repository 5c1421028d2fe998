"""What a detector is shown of a film: frames scaled, turned, softened, steadied over their neighbours; the way back."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from maskanyone.data import Float, Pixels
from maskanyone.detect import Detector, DetectParams, Found
from maskanyone.video.read import Frame

#: of the longer side of a picture, what one of its two parts takes in
_PART = 0.58


@dataclass(frozen=True)
class Shown:
    """A picture for a detector. frame: whose it is. scale: from the upright picture to it, across and down.

    picture: uint8 (h, w, 3), RGB, not turned yet.
    """

    frame: int
    picture: Pixels
    scale: tuple[float, float]


class View:
    """One detector's view of consecutive frames."""

    def __init__(self, params: DetectParams) -> None:
        self._params = params
        self._last: deque[tuple[Pixels, tuple[float, float]]] = deque(maxlen=params.steady)

    def begin(self) -> None:
        """The next frame does not follow the last one."""
        self._last.clear()

    def remember(self, frame: Frame, index: int) -> None:
        """Take a frame in that is not to be looked at itself."""
        steady = self._params.steady
        if steady > 1 and any(self.looks_at(at) for at in range(index, index + steady)):
            self._last.append(frame.square(self._params.size))

    def of(self, frame: Frame, index: int, wanted: bool) -> Shown | None:
        """The picture to look at for this frame, if it is one of its own; where steadied, for the middle one.

        Args:
            wanted: look at this very frame, whosever turn it is.
        """
        if self._params.steady == 1:
            return Shown(index, *frame.square(self._params.size)) if wanted or self.looks_at(index) else None
        self.remember(frame, index)
        if not self.looks_at(index) or len(self._last) < self._params.steady:
            return None
        pictures, scales = zip(*self._last, strict=True)
        middle = index - self._params.steady // 2
        return Shown(middle, _median(pictures), scales[-1])

    def looks_at(self, index: int) -> bool:
        """Whether this frame is one of its own."""
        params = self._params
        return bool(index % params.every == params.offset % params.every)


def _median(pictures: Sequence[Pixels]) -> Pixels:
    """Of pictures of one shape, each value's median, of an even number the upper one: neighbours change places until
    all are sorted, whole pictures at a time, which takes a hundredth of ``numpy.median``'s time.
    """
    rows = list(pictures)
    for pass_ in range(len(rows)):
        for at in range(pass_ % 2, len(rows) - 1, 2):
            rows[at : at + 2] = np.minimum(*rows[at : at + 2]), np.maximum(*rows[at : at + 2])
    return rows[len(rows) // 2]


def softened(picture: Pixels, pixels: int) -> Pixels:
    """Blurred, so that lines and meshes before a face go. pixels: standard deviation; the same picture for 0."""
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), pixels), np.uint8) if pixels else picture


def seen(detector: Detector, picture: Pixels) -> Found:
    """What a detector says of a picture once it is softened and turned as its parameters want, in that one's pixels."""
    params = detector.params
    return turned(detector.detect, softened(picture, params.soften), params.turn)


def turned(detect: Callable[[Pixels], Found], picture: Pixels, degrees: int) -> Found:
    """What a detector says of a picture turned clockwise, in pixels of the picture before."""
    if degrees == 0:
        return detect(picture)
    found = detect(np.ascontiguousarray(np.rot90(picture, -degrees // 90)))
    height, width = picture.shape[:2]
    try:
        corners = _back(np.asarray(found.box, np.float32).reshape(-1, 2, 2), degrees, width, height)
        points = _back(np.asarray(found.points, np.float32), degrees, width, height)
    except (AttributeError, TypeError, ValueError, IndexError):
        return found  # whoever gathers answers says what is wrong with it
    return replace(found, box=np.concatenate([corners.min(axis=1), corners.max(axis=1)], axis=1), points=points)


def halved(detect: Callable[[Pixels], Found], picture: Pixels) -> Found:
    """What a detector says of the two parts of a picture, each more than half of its longer side, one after the other.

    Who stands in both is found twice.
    """
    along = int(np.argmax(picture.shape[:2]))
    longer, shorter = picture.shape[along], picture.shape[1 - along]
    part = max(round(_PART * longer), min(shorter, longer))
    founds = []
    for start in (0, longer - part):
        found = detect(np.ascontiguousarray(np.take(picture, np.arange(start, start + part), axis=along)))
        moved = np.array([0, start] if along == 0 else [start, 0], np.float32)
        founds.append(replace(found, box=found.box + np.tile(moved, 2), points=found.points + moved))
    names = ("box", "score", "points")
    return Found(*(np.concatenate([getattr(found, name) for found in founds]) for name in names))


def _back(points: Float, degrees: int, width: int, height: int) -> Float:
    """Points (..., 2) of the picture turned clockwise, in the picture before, which is ``width`` by ``height``."""
    x, y = points[..., 0], points[..., 1]
    before = {90: (y, height - x), 180: (width - x, height - y), 270: (width - y, x)}[degrees]
    return np.stack(before, axis=-1)
