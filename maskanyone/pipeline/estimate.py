"""About how long a run takes on this machine."""

from __future__ import annotations

import os

from maskanyone.recipe import Recipe

#: milliseconds of one core for a frame: each look at 640 px, coding a megapixel, and the search of the result;
#: measured on one machine
_LOOK_MS, _CODE_MS_A_MEGAPIXEL, _SEARCH_MS = 30.0, 15.0, 13.0
_START = 1.0


def about_seconds(frames: int, size: tuple[int, int], recipe: Recipe) -> float:
    """Seconds for a recording of so many frames, each ``size`` (width, height) pixels large."""
    looks = sum((step.checked().size / 640) ** 2 / step.checked().every for step in recipe.detect)  # type: ignore[attr-defined]
    a_frame = looks * _LOOK_MS + size[0] * size[1] / 1e6 * _CODE_MS_A_MEGAPIXEL + recipe.audit.on * _SEARCH_MS
    return frames * a_frame / 1000 / max(1, os.cpu_count() or 1) + _START
