"""Blur by a share of the face's size, computed at a low size."""

from __future__ import annotations

from typing import ClassVar

import cv2
import numpy as np
from pydantic import Field

from maskanyone.data import Kind, Moment, Pixels, Region
from maskanyone.hide import HideParams, Hider, Level
from maskanyone.hide.strength import between

#: standard deviation of the Gaussian as a share of the face's longer side, at strength 0.1 and 1
WEAKEST, STRONGEST = 0.04, 0.25
#: px; no face is so small that its pixels stay as they are
LEAST = 1.5
#: px; standard deviation at the low size: small enough to be quick, large enough that the way back shows no grid
WORKING = 4.0


class Blur(Hider):
    """Gaussian blur whose radius follows the face's size.

    Good to watch, weak as protection: an attacker trained on blurred faces re-identifies 95.9 % of them
    (Revelio, arXiv 2506.12344).
    """

    id = "hide.blur"
    version = 1
    title = "Blur"
    level: ClassVar[Level] = "software sees through it"
    protects = (
        "From strength 0.6 on, face recognition that expects clear faces did no better than chance on 23 people; "
        "how well people recognise them was not measured."
    )
    shows = (
        "Recognition trained on blurred faces named nine in ten within the same recordings. Skin colour, hair line, "
        "pose and large movements stay visible."
    )
    targets: ClassVar[tuple[Kind, ...]] = ("face", "head")

    class Params(HideParams):
        """What one can choose about a blur."""

        strength: float = Field(
            0.6, ge=0.1, le=1, title="Strength", json_schema_extra={"display": "percent"},
            description="How wide the blur is, measured by the face's size. At 1 only a patch of colour is left.",
        )

    def hide(self, crop: Pixels, region: Region, moment: Moment) -> Pixels:
        """Return the blurred crop. Only pixels of the crop enter; its edges are mirrored."""
        sigma = max(between(self.params.strength, WEAKEST, STRONGEST) * region.size, LEAST)
        height, width = crop.shape[:2]
        low = _low_size(width, sigma), _low_size(height, sigma)
        small = cv2.resize(crop, low, interpolation=cv2.INTER_AREA).astype(np.float32)
        smooth = cv2.GaussianBlur(
            small, (0, 0), sigmaX=sigma * low[0] / width, sigmaY=sigma * low[1] / height, borderType=cv2.BORDER_REFLECT
        )
        full = cv2.resize(smooth, (width, height), interpolation=cv2.INTER_LINEAR)
        return cv2.convertScaleAbs(full).astype(np.uint8, copy=False)  # rounds; a blur has no negative values


def _low_size(length: int, sigma: float) -> int:
    """Length at which ``sigma`` is about ``WORKING`` px, never longer than ``length``."""
    return max(1, min(length, round(length * WORKING / sigma)))
