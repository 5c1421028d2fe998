"""What one may choose about following people through time."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

_ADVANCED: dict[str, Any] = {"advanced": True}
_SECONDS: dict[str, Any] = {"unit": "s"}


class TrackParams(BaseModel):
    """How detections become tracks. Everything that lasts is in seconds, so that any frame rate is treated alike."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    before: float = Field(
        0.25, ge=0, le=10, title="Hide before the first sight", json_schema_extra=_SECONDS,
        description="How long before it is first found a face is hidden already. Detectors notice an entrance late.",
    )
    after: float = Field(
        0.25, ge=0, le=10, title="Hide after the last sight", json_schema_extra=_SECONDS,
        description="How long after it was last found a face stays hidden.",
    )
    follow: float = Field(
        3.0, ge=0, le=60, title="Follow by the picture", json_schema_extra=_SECONDS,
        description="How long before its first and after its last sight a face is followed by what the picture shows, "
        "as long as that can be told. 0 follows nobody.",
    )
    fill: float = Field(
        1.0, ge=0, le=30, title="Longest gap to fill", json_schema_extra=_SECONDS,
        description="A face that is lost and found again within this time stays hidden in between.",
    )
    smooth: float = Field(
        0.2, ge=0, le=1, title="Smoothing", json_schema_extra=_SECONDS,
        description="How far a mask looks back and ahead to move steadily. 0 follows each detection as it is.",
    )
    growth: float = Field(
        0.5, ge=0, le=5, title="Growth while unseen", json_schema_extra={"unit": "of its size per second"},
        description="How fast a mask grows while nobody sees the face, since it may have moved.",
    )
    heads: bool = Field(
        True, title="Hide heads without a face",
        description="Where a person is found and no face, the upper part of her box is hidden; all of it where she "
        "bends or lies. Off where only faces are to be hidden.",
    )
    start: float = Field(
        0.3, ge=0, le=1, title="Least score of a track",
        description="A track is hidden only where its best detection reaches this. Lower hides more that are no faces.",
    )
    confirm: float = Field(
        0.3, ge=0, le=1, title="Least score of a short track",
        description="The same for tracks seen in a few frames only although somebody looked at those around them.",
    )
    agree: float = Field(
        0.4, ge=0, le=1, title="Agreement with a hint", json_schema_extra=_ADVANCED,
        description="Score from which on a detector that looks closely agrees with a hint.",
    )
    short: int = Field(
        3, ge=1, le=100, title="Short track", json_schema_extra={"unit": "frames", **_ADVANCED},
        description="A track seen in fewer frames than this is short.",
    )
    blind: float = Field(
        0.2, ge=0, le=10, title="Longest time without a look", json_schema_extra={**_SECONDS, **_ADVANCED},
        description="Where frames are further than this from one at which a detector looked, all pictures from look to "
        "look are covered wholly.",
    )
    high: float = Field(
        0.5, ge=0, le=1, title="Trusted score", json_schema_extra=_ADVANCED,
        description="Detections of this score choose their track first, weaker ones take what is left.",
    )
    speed: float = Field(
        10.0, ge=0.1, le=100, title="Fastest motion", json_schema_extra={"unit": "of its size per second", **_ADVANCED},
        description="How fast a face may move away from where it was expected and still count as the same.",
    )
    inside: float = Field(
        0.8, ge=0.05, le=1, title="Part inside another", json_schema_extra=_ADVANCED,
        description="A detection with more than this part of itself inside another, not much larger one, is the same "
        "face. 1 never takes two for one because of that.",
    )
    overlap: float = Field(
        0.4, ge=0.05, le=1, title="Overlap of duplicates", json_schema_extra=_ADVANCED,
        description="Detections of one frame that share at least this part of their common area are one face.",
    )
    cut_least: float = Field(
        24.0, ge=1, le=255, title="Least change at a cut", json_schema_extra=_ADVANCED,
        description="Mean change of hue, saturation and brightness, each 0 to 255, that a cut has at least.",
    )
    cut_ratio: float = Field(
        3.5, ge=1, le=50, title="Cut against its neighbours", json_schema_extra=_ADVANCED,
        description="How many times greater than in the frames around it the change is at a cut.",
    )

    def of_people(self) -> TrackParams:
        """The same for whole people: looked for more seldom, by other scores, and often one before another.

        Where a score of 0.3 is asked of faces, 0.6 is asked of people, and so on in proportion.
        """
        least = {"start": min(2 * self.start, 1.0), "confirm": min(2 * self.confirm, 1.0)}
        return self.model_copy(update=least | {"fill": max(self.fill, 1.5), "high": 0.6, "overlap": 0.6, "inside": 1.0})
