"""Where a small picture is cut out of a large one: around a box, in a given shape, never beyond the edge."""

from __future__ import annotations

from collections.abc import Sequence


def around(box: Sequence[float], size: tuple[int, int], shape: float, high: float) -> tuple[float, float, float, float]:
    """Left, top, right and bottom, px.

    Args:
        box: px, lies in the middle as far as the edge allows.
        size: width and height of the large picture, px.
        shape: width of the small one in its heights.
        high: px of the large picture that the small one takes in from top to bottom, where there are so many.
    """
    width, height = size
    x1, y1, x2, y2 = (float(edge) for edge in box)
    high = min(high, height, width / shape)
    wide = high * shape
    left = min(max((x1 + x2 - wide) / 2, 0.0), width - wide)
    top = min(max((y1 + y2 - high) / 2, 0.0), height - high)
    return left, top, left + wide, top + high
