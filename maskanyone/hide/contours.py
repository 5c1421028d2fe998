"""A line drawing of the face on a plain ground."""

from __future__ import annotations

from typing import ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from maskanyone.data import Float, Kind, Moment, Pixels, Region
from maskanyone.hide import HideParams, Hider, Level
from maskanyone.hide.colour import Colour, rgb
from maskanyone.hide.strength import between

#: standard deviation of the smoothing as a share of the face's longer side, at strength 0.1 and 1
WEAKEST, STRONGEST = 0.008, 0.04
#: px; the face's longer side while lines are looked for, and the crop's longest side then
WORKING, LARGEST = 160.0, 640.0
#: a small face is enlarged no further than this
ENLARGED = 4.0
#: a line begins where the slope reaches the first share of a steep one in this region and goes on down to the second
BEGINS, GOES_ON = 0.6, 0.25
#: grey levels per px at the working size; flatter regions are noise, not lines
FLAT = 0.5
_FAR = np.float32(1e6)


class Contours(Hider):
    """Lines where the picture changes, drawn in one colour on a plain ground. No tone of the skin is left."""

    id = "hide.contours"
    version = 1
    title = "Contours"
    level: ClassVar[Level] = "software sees through it"
    protects = (
        "Skin, colour and fine detail are gone. Face recognition verified 23 people by the lines better than by "
        "chance; how well people recognise them was not measured."
    )
    shows = (
        "Expression, head pose and the shape of the features, on purpose. Recognition trained on contours named eight "
        "in ten within the same recordings."
    )
    targets: ClassVar[tuple[Kind, ...]] = ("face", "head")

    class Params(HideParams):
        """What one can choose about a line drawing."""

        strength: float = Field(
            0.4, ge=0.1, le=1, title="Strength", json_schema_extra={"display": "percent"},
            description="How much detail is left out. Lower it where expressions must be read, raise it for privacy.",
        )
        colour: Colour = Field("#e8e7e4", title="Line colour", description="Colour of the lines.")
        ground: Colour = Field("#1f2123", title="Ground colour", description="Colour between the lines.")
        width: float = Field(
            0.014, ge=0.004, le=0.05, title="Line width",
            json_schema_extra={"unit": "of the face's size", "display": "percent", "advanced": True},
            description="How wide the lines are. Raise it where faces are small in the picture.",
        )

    def hide(self, crop: Pixels, region: Region, moment: Moment) -> Pixels:
        """Return the drawing. Only the place of the lines comes from the crop."""
        height, width = crop.shape[:2]
        scale = min(WORKING / region.size, ENLARGED, LARGEST / max(height, width))
        sigma = between(self.params.strength, WEAKEST, STRONGEST) * region.size * scale
        away = _distance(_lines(_grey(crop, scale), max(sigma, 1.0), region.core))
        away = cv2.resize(away, (width, height), interpolation=cv2.INTER_LINEAR) / scale
        reach = max(self.params.width * region.size, 1.0) / 2
        ink = np.rint(255 * np.clip(reach + 0.5 - away, 0, 1)).astype(np.uint8)
        drawn: Pixels = _tints(rgb(self.params.ground), rgb(self.params.colour))[ink]
        return drawn


def _grey(crop: Pixels, scale: float) -> Float:
    """The crop's brightness at the working size, float32 (h, w)."""
    size = max(1, round(crop.shape[1] * scale)), max(1, round(crop.shape[0] * scale))
    grey = cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY)
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return cv2.resize(grey, size, interpolation=method).astype(np.float32)


def _lines(grey: Float, sigma: float, core: NDArray[np.bool_]) -> Pixels:
    """Canny's edges, 255 on a line; thresholds follow the region, so that light and dark faces get as many lines."""
    smooth = cv2.GaussianBlur(grey, (0, 0), sigma, borderType=cv2.BORDER_REFLECT)
    x = cv2.Scharr(smooth, cv2.CV_32F, 1, 0, scale=1 / 32)
    y = cv2.Scharr(smooth, cv2.CV_32F, 0, 1, scale=1 / 32)
    inside = cv2.resize(core.astype(np.uint8), grey.shape[::-1], interpolation=cv2.INTER_NEAREST) > 0
    steep = _steep(np.asarray(cv2.magnitude(x, y), np.float32)[inside]) if inside.any() else 0.0
    factor = 1000 / max(steep, FLAT)  # Canny wants whole numbers
    edges = cv2.Canny(_whole(x * factor), _whole(y * factor), 1000 * GOES_ON, 1000 * BEGINS, L2gradient=True)
    return edges.astype(np.uint8, copy=False)


def _distance(lines: Pixels) -> Float:
    """Way to the nearest line, px, float32 (h, w); far where there is none."""
    away = cv2.distanceTransform(255 - lines, cv2.DIST_L2, cv2.DIST_MASK_5)
    return np.minimum(away, _FAR).astype(np.float32)


def _steep(slopes: Float) -> float:
    """The slope that one pixel in twenty exceeds, from every third pixel."""
    some = slopes[::3]
    place = len(some) * 19 // 20
    return float(np.partition(some, place)[place])


def _whole(slope: Float) -> NDArray[np.int16]:
    return np.rint(slope).clip(-9999, 9999).astype(np.int16)


def _tints(ground: Pixels, line: Pixels) -> Pixels:
    """From ground to line colour, uint8 (256, 3)."""
    return np.rint(np.linspace(ground, line, 256)).astype(np.uint8)
