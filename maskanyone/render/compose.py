"""Lay hidden pixels over a picture, in its own planes, under a region's mask: outside nothing changes by one bit."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from maskanyone.data import Pixels, Region
from maskanyone.video.picture import Picture


def lay(picture: Picture, hidden: Pixels, region: Region) -> None:
    """Replace the region's core by ``hidden`` (uint8 (h, w, 3), RGB) and blend its feather, in place."""
    x1, y1, x2, y2 = region.rect
    planes = picture.planes(hidden)
    core, feather = region.core, region.feather
    soft = bool(feather.any())
    _mix(picture.y[y1:y2, x1:x2], planes[0], core, feather, soft)
    for plane, new in zip((picture.u, picture.v), planes[1:], strict=True):
        _mix(plane[y1 // 2 : y2 // 2, x1 // 2 : x2 // 2], new, core[::2, ::2], feather[::2, ::2], soft)


def fill(picture: Picture, region: Region, colour: tuple[int, int, int]) -> None:
    """Replace the region's core, and all of its feather, by one colour (RGB): what stands in when a method fails."""
    x1, y1, x2, y2 = region.rect
    flat = np.full((y2 - y1, x2 - x1, 3), colour, np.uint8)
    lay(
        picture,
        flat,
        Region(
            region.rect, region.core | (region.feather > 0), np.zeros_like(region.feather), region.box, region.track
        ),
    )


def _mix(old: Pixels, new: Pixels, core: NDArray[np.bool_], feather: Pixels, soft: bool) -> None:
    if soft:
        weight = feather.astype(np.uint16)
        blended = ((255 - weight) * old + weight * new + 127) // 255
        np.copyto(old, blended.astype(np.uint8), where=feather > 0)
    np.copyto(old, new, where=core)
