"""What a detector says of one place in a picture, shown by itself and larger than in the whole."""

from __future__ import annotations

import cv2
import numpy as np

from maskanyone.data import Float, Pixels
from maskanyone.detect import Detector
from maskanyone.overlap import overlaps
from maskanyone.video.picture import Picture

#: goes up when the same places would be shown otherwise
VERSION = 2
#: how much of its surroundings is shown, in the longer side of the place
_AROUND = 3.0
#: part of what both cover together that a place and a face have in common
_SAME = 0.3

#: a place shown by itself: uint8 (size, size, 3), RGB; the place in it, float32 (4,), px
Shown = tuple[Pixels, Float]


def shown(picture: Picture, box: Float, aspect: float, size: int) -> Shown:
    """A place with its surroundings, square; beyond the picture's edge its outermost pixels go on.

    Args:
        box: float32 (4,), px; may leave the picture.
        aspect: width of a pixel in its heights.
        size: px, of what is shown.
    """
    width, height = picture.size
    side = _AROUND * max(float(box[2] - box[0]) * aspect, float(box[3] - box[1]))
    middle = (box[:2] + box[2:]) / 2
    half = np.array([side / 2 / aspect, side / 2])
    # even numbers, and at least a corner of the picture
    x1, y1 = (min(int(low) // 2 * 2, most - 2) for low, most in zip(np.floor(middle - half), picture.size, strict=True))
    x2, y2 = (max(-(-int(high) // 2) * 2, 2) for high in np.ceil(middle + half))
    inside = max(x1, 0), max(y1, 0), min(x2, width), min(y2, height)
    scale = np.array([size / (x2 - x1), size / (y2 - y1)] * 2)
    left, top, right, bottom = map(int, ((np.array(inside) - [x1, y1, x1, y1]) * scale).round().clip(0, size))
    left, top = min(left, size - 1), min(top, size - 1)
    part = max(right - left, 1), max(bottom - top, 1)
    how = cv2.INTER_AREA if bool(scale.min() < 1) else cv2.INTER_LINEAR
    seen = cv2.resize(picture.rgb(inside), part, interpolation=how)
    beyond = top, size - top - part[1], left, size - left - part[0]
    seen = cv2.copyMakeBorder(seen, *beyond, cv2.BORDER_REPLICATE)
    return np.asarray(seen, np.uint8), ((box - np.array([x1, y1] * 2)) * scale).astype(np.float32)


def agreement(detector: Detector, place: Shown) -> float:
    """The best score of a face that the detector finds at the place, 0 where it finds none.

    Raises:
        ValueError: what it answers is not what a detector can. Whatever else it raises.
    """
    picture, box = place
    found = detector.detect(picture)
    boxes, score = np.asarray(found.box, np.float32), np.asarray(found.score, np.float32)
    fits = score.ndim == 1 and boxes.shape == (len(score), 4)
    if not fits or not (np.isfinite(boxes).all() and np.isfinite(score).all()):
        raise ValueError("boxes and scores that cannot be")
    return float(np.max(score[overlaps(box, boxes, _SAME)], initial=0.0)) if len(boxes) else 0.0
