"""YOLOX-Nano (Ge et al. 2021, https://arxiv.org/abs/2107.08430), trained on COCO: whole people, from any side."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from maskanyone.data import Float, Kind, Pixels
from maskanyone.detect import DetectParams, Found, least_score
from maskanyone.detect.boxes import LARGEST, distinct, laid, scaled
from maskanyone.detect.graphs import GraphDetector

_SEES = 416
_STRIDES = (8, 16, 32)
_GREY = 114
_OBJECT, _PERSON = 4, 5
_OVERLAP = 0.5


class YOLOXParams(DetectParams):
    """What one can choose about it."""

    size: int = Field(
        _SEES,
        ge=128,
        le=2048,
        multiple_of=32,
        title="Input size",
        json_schema_extra={"unit": "px", "advanced": True},
        description="Longer side of the picture it is given; it never sees more than 416 px.",
    )
    threshold: float = least_score(0.3)


class YOLOX(GraphDetector):
    """Finds people from about 25 px of its 416 on, from behind too; says nothing of where the head is."""

    id, version, title, family = "detect.yolox", 1, "YOLOX-Nano", "yolox"
    kind: ClassVar[Kind] = "person"
    weights: ClassVar[tuple[str, ...]] = ("yolox_nano",)
    Params: ClassVar[Any] = YOLOXParams

    def detect(self, picture: Pixels) -> Found:
        """Find people in a picture: uint8 (h, w, 3), RGB."""
        (graph,) = self.graphs
        scale = min(_SEES / max(picture.shape[:2]), LARGEST)
        canvas = laid(scaled(picture, scale), (_SEES, _SEES), _GREY)
        batch = canvas[..., ::-1].transpose(2, 0, 1)[None].astype(np.float32)
        (rows,) = graph(batch)[0]
        corners, strides = _cells()
        score = rows[:, _OBJECT] * rows[:, _PERSON]
        likely = np.flatnonzero(score >= self.params.threshold)
        rows, score, corners, strides = rows[likely], score[likely], corners[likely], strides[likely]
        middle, half = (rows[:, :2] + corners) * strides, np.exp(rows[:, 2:4]) * strides / 2
        box = np.hstack([middle - half, middle + half])
        kept = distinct(box, score, _OVERLAP)
        return Found((box[kept] / scale).astype(np.float32), score[kept], np.zeros((len(kept), 0, 2), np.float32))


@lru_cache
def _cells() -> tuple[Float, Float]:
    """For each row of the answer, its cell's place, (N, 2), and size in px, (N, 1)."""
    places, sizes = [], []
    for stride in _STRIDES:
        side = np.arange(_SEES // stride, dtype=np.float32)
        places.append(np.stack(np.meshgrid(side, side), -1).reshape(-1, 2))
        sizes.append(np.full((len(side) ** 2, 1), stride, np.float32))
    return np.concatenate(places), np.concatenate(sizes)
