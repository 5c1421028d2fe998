"""About how long a run takes on this machine."""

from __future__ import annotations

import os

from maskanyone.recipe import Recipe

#: milliseconds of one core for a frame, and for each of its megapixels: a look at 640 px; reading it and coding the
#: result; searching that. About what one machine takes where nothing has to be mended
_LOOK_MS, _CODE_MS_A_MEGAPIXEL, _SEARCH_MS, _SEARCH_MS_A_MEGAPIXEL = 45.0, 30.0, 20.0, 12.0
_START = 2.0


def about_seconds(frames: int, size: tuple[int, int], recipe: Recipe) -> float:
    """Seconds for a recording of so many frames, each ``size`` (width, height) pixels large."""
    looks = sum((step.checked().size / 640) ** 2 / step.checked().every for step in recipe.detect)  # type: ignore[attr-defined]
    megapixels = size[0] * size[1] / 1e6
    searching = recipe.audit.on * (_SEARCH_MS + megapixels * _SEARCH_MS_A_MEGAPIXEL)
    a_frame = looks * _LOOK_MS + megapixels * _CODE_MS_A_MEGAPIXEL + searching
    return frames * a_frame / 1000 / max(1, os.cpu_count() or 1) + _START
