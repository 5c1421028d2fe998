"""Mosaic of blocks that are counted across the face."""

from __future__ import annotations

import math
from typing import ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from maskanyone.data import Kind, Moment, Pixels, Region
from maskanyone.hide import HideParams, Hider, Level
from maskanyone.hide.strength import between

#: blocks along the face's longer side, at strength 0.1 and 1
WEAKEST, STRONGEST = 16.0, 4.0
#: px; no face is so small that its pixels stay as they are
LEAST = 3.0


class Pixelate(Hider):
    """Mosaic: each block shows the average of its pixels. The blocks move and grow with the face.

    Good to watch, weak as protection: software trained for it reads mosaics (Fantomas, arXiv 2210.10651).
    """

    id = "hide.pixelate"
    version = 1
    title = "Mosaic"
    level: ClassVar[Level] = "software sees through it"
    protects = (
        "From strength 0.6 on, face recognition that expects clear faces did no better than chance on 23 people; "
        "how well people recognise them was not measured."
    )
    shows = (
        "Recognition trained on mosaics named eight in ten within the same recordings. Skin colour, hair line, "
        "pose and large movements stay visible."
    )
    targets: ClassVar[tuple[Kind, ...]] = ("face", "head")

    class Params(HideParams):
        """What one can choose about a mosaic."""

        strength: float = Field(
            0.6, ge=0.1, le=1, title="Strength", json_schema_extra={"display": "percent"},
            description="How large the blocks are, measured by the face's size: 16 along the face at 0.1, 4 at 1.",
        )

    def hide(self, crop: Pixels, region: Region, moment: Moment) -> Pixels:
        """Return the crop as a mosaic. Only pixels of the crop enter; the grid begins at the face's corner."""
        block = max(region.size / between(self.params.strength, WEAKEST, STRONGEST), LEAST)
        rows = _edges(region.box[1] - region.rect[1], block, crop.shape[0])
        columns = _edges(region.box[0] - region.rect[0], block, crop.shape[1])
        # Blocks need not be whole pixels wide, or they would jump as a face grows: hence sums, not INTER_AREA.
        sums = cv2.integral(crop, sdepth=cv2.CV_64F)[np.ix_(rows, columns)]
        heights, widths = np.diff(rows), np.diff(columns)
        means = np.diff(np.diff(sums, axis=0), axis=1) / (heights[:, None] * widths)[..., None]
        mosaic: Pixels = np.rint(means).astype(np.uint8).repeat(heights, axis=0).repeat(widths, axis=1)
        return mosaic


def _edges(anchor: float, block: float, length: int) -> NDArray[np.intp]:
    """Where blocks begin and end along one side of the crop, px, from 0 to ``length``.

    A block cut by the crop's edge to less than a third joins its neighbour: a sliver would hardly be averaged.
    """
    least = max(block / 3, 2.0)
    first, last = math.ceil((least - anchor) / block), math.floor((length - least - anchor) / block)
    inner = np.rint(anchor + block * np.arange(first, last + 1)).astype(np.intp)
    return np.concatenate(([0], inner, [length])).astype(np.intp)
