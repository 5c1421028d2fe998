"""Detectors: each finds faces (people, plates ...) in one picture. One file a detector, one contract for all."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from maskanyone.data import Float, Kind, Pixels

#: frames over which a picture may be steadied
MOST_STEADY = 9


def least_score(usual: float) -> Any:
    """The field for a detector's threshold. usual: what it is where nobody chooses."""
    return Field(
        usual,
        ge=0.01,
        le=0.99,
        title="Least score",
        json_schema_extra={"unit": "of 1"},
        description="Scores below this are dropped. Lower finds more faces and more that are none.",
    )


class DetectParams(BaseModel):
    """What every detector lets one choose."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    size: int = Field(
        640,
        ge=128,
        le=2048,
        multiple_of=32,
        title="Input size",
        json_schema_extra={"unit": "px"},
        description="Longer side of the picture the detector sees. Larger finds smaller faces and takes longer.",
    )
    threshold: float = least_score(0.2)
    every: int = Field(
        1,
        ge=1,
        le=50,
        title="Look at every n-th frame",
        json_schema_extra={"unit": "frames", "advanced": True},
        description="1 looks at each frame. Frames between are left to other detectors and to tracks.",
    )
    offset: int = Field(
        0,
        ge=0,
        le=49,
        title="Starting at frame",
        json_schema_extra={"advanced": True},
        description="With two detectors that look at every second frame, 1 makes them take turns.",
    )
    turn: Literal[0, 90, 180, 270] = Field(
        0,
        title="Turn the picture",
        json_schema_extra={"unit": "° clockwise", "advanced": True},
        description="Heads that hang or lie are found where the picture is turned so that they stand.",
    )
    steady: int = Field(
        1,
        ge=1,
        le=MOST_STEADY,
        title="Steady over frames",
        json_schema_extra={"unit": "frames", "advanced": True},
        description="The middle value of so many frames takes grain and strobe light away, and blurs what moves.",
    )
    soften: int = Field(
        0,
        ge=0,
        le=16,
        title="Soften",
        json_schema_extra={"unit": "px", "advanced": True},
        description="A blur of this standard deviation takes lines and meshes before a face away.",
    )


class FaceParams(DetectParams):
    """What every detector of faces lets one choose."""

    hint: float = Field(
        0.0,
        ge=0,
        le=0.99,
        title="Least score of a hint",
        json_schema_extra={"unit": "of 1", "advanced": True},
        description="What scores less than the least score, and at least this, counts only where a detector that looks "
        "closely agrees. 0 leaves hints out.",
    )

    @property
    def least(self) -> float:
        """The least score of all that is given, hints included."""
        return min(self.hint, self.threshold) if self.hint > 0 else self.threshold


@dataclass(frozen=True)
class Found:
    """Detections in one picture. box: float32 (N, 4), px of that picture. score: float32 (N,). points: (N, K, 2) px."""

    box: Float
    score: Float
    points: Float


class Detector(ABC):
    """Base of all detectors.

    An instance is shared between threads, so ``detect`` must not keep anything between calls.

    Class variables:
        id, version: name in recipes and in facts; the version goes up when the answers change.
        weights: names in the weights' catalogue. points: how many landmarks a detection has.
    """

    id: ClassVar[str]
    version: ClassVar[int] = 1
    title: ClassVar[str]
    family: ClassVar[str]
    kind: ClassVar[Kind] = "face"
    weights: ClassVar[tuple[str, ...]] = ()
    points: ClassVar[int] = 0
    Params: ClassVar[type[DetectParams]] = FaceParams

    def __init__(self, params: DetectParams, weights: Mapping[str, Path]) -> None:
        self.params: Any = params

    def load(self) -> None:
        """Load the model, once, before the first picture; where all facts are known it is never called."""

    @abstractmethod
    def detect(self, picture: Pixels) -> Found:
        """Find faces.

        Args:
            picture: uint8 (h, w, 3), RGB, upright, square pixels, of any size.

        Returns:
            Boxes in pixels of ``picture``; they may leave it.
        """

    @classmethod
    def computed_with(cls) -> Mapping[str, str]:
        """Libraries and device that compute, plain data for the keys of facts."""
        return {}

    def close(self) -> None:
        """Free what it holds."""


def detectors() -> tuple[type[Detector], ...]:
    """All built-in detectors. Adding one means its file and its line here."""
    from maskanyone.detect.blazeface import BlazeFace
    from maskanyone.detect.centerface import CenterFace
    from maskanyone.detect.mtcnn import MTCNN
    from maskanyone.detect.ultraface import UltraFace
    from maskanyone.detect.yolox import YOLOX
    from maskanyone.detect.yunet import YuNet

    return (CenterFace, YuNet, BlazeFace, UltraFace, MTCNN, YOLOX)
