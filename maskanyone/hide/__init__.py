"""Methods that hide: each turns the pixels of a region into others that do not show who is there.

A hider gets a crop and returns one of the same size; the caller lays it over the picture under the region's mask, so
no method can change a pixel outside.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from maskanyone.data import Film, Kind, Moment, Pixels, Region

#: the first three are what a method reaches; the fourth what the attacks showed of one that reaches none of them
Level = Literal["hides from people", "hides from software", "gone", "software sees through it", "not measured yet"]


class HideParams(BaseModel):
    """What every hider lets one choose about its region."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    margin: float = Field(
        0.2, ge=0, le=1.5, title="Margin", json_schema_extra={"unit": "of the face's size", "display": "percent"},
        description="How far the hidden area reaches beyond the face on each side. Raise it where hair or chin show.",
    )
    shape: Literal["ellipse", "box"] = Field(
        "ellipse", title="Shape", description="Outline of the hidden area. A box hides a little more of what is around."
    )
    feather: float = Field(
        0.0, ge=0, le=0.5, title="Soft edge",
        json_schema_extra={"unit": "of the face's size", "display": "percent", "advanced": True},
        description="Width of the soft edge. It lies outside the hidden area and never thins it.",
    )


class Hider(ABC):
    """Base of all hiders. Subclasses set the class variables, ``Params`` and ``hide``.

    Class variables:
        id, version: name in recipes; the version goes up when the pixels change.
        title: what a card calls it. level: how far it protects, in the words of ``Level``.
        protects, shows: one sentence each: what it protects from, what still shows.
        targets: kinds it may be used on. needs: what of the film it needs (``"seed"`` ...).
    """

    id: ClassVar[str]
    version: ClassVar[int] = 1
    title: ClassVar[str]
    level: ClassVar[Level] = "not measured yet"
    protects: ClassVar[str]
    shows: ClassVar[str]
    targets: ClassVar[tuple[Kind, ...]] = ("face", "head")
    needs: ClassVar[tuple[str, ...]] = ()
    weights: ClassVar[tuple[str, ...]] = ()

    Params: ClassVar[type[HideParams]] = HideParams

    def __init__(self, params: HideParams) -> None:
        self.params: Any = params

    def prepare(self, film: Film) -> None:
        """Take what it needs of the whole film; called once before the first ``hide``."""

    @abstractmethod
    def hide(self, crop: Pixels, region: Region, moment: Moment) -> Pixels:
        """Return the pixels to show instead.

        Args:
            crop: uint8 (h, w, 3), RGB, the picture inside ``region.rect``; must not be changed in place.
            region: where it lies and what of it must be replaced.
            moment: frame, time, track and seeded random numbers.

        Returns:
            uint8 (h, w, 3), RGB. Anything else, or an exception, makes the caller fill the region.
        """


def hiders() -> tuple[type[Hider], ...]:
    """All built-in hiders. Adding one means its file and its line here."""
    from maskanyone.hide.blur import Blur
    from maskanyone.hide.contours import Contours
    from maskanyone.hide.pixelate import Pixelate
    from maskanyone.hide.solid import Solid

    return (Solid, Blur, Pixelate, Contours)
