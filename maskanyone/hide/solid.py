"""Fill with one colour: the only method here that leaves nothing of the pixels."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from pydantic import Field

from maskanyone.data import Kind, Moment, Pixels, Region
from maskanyone.hide import HideParams, Hider, Level
from maskanyone.hide.colour import Colour, rgb


class Solid(Hider):
    """One plain colour over the whole region. What was there is gone from the result."""

    id = "hide.solid"
    version = 1
    title = "Solid fill"
    level: ClassVar[Level] = "gone"
    protects = "No pixel of the hidden area is left, so neither people nor software can read anything from it."
    shows = (
        "Where the face is, how large it is and how it moves. Hair, body and clothes outside the area can tell people "
        "apart within one recording; a wider margin or a box shows less."
    )
    targets: ClassVar[tuple[Kind, ...]] = ("face", "head")

    class Params(HideParams):
        """What one can choose about a fill."""

        colour: Colour = Field(
            "#1f2123", title="Colour",
            description="Colour of the hidden area. A colour that the picture lacks makes it easy to check.",
        )

    def hide(self, crop: Pixels, region: Region, moment: Moment) -> Pixels:
        """Return the colour in the crop's size; the crop is not read."""
        row = np.tile(rgb(self.params.colour), (crop.shape[1], 1))
        return np.broadcast_to(row, crop.shape).copy()
