"""UltraFace RFB-640 (https://github.com/Linzaer/Ultra-Light-Fast-Generic-Face-Detector-1MB): anchors, no points."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from maskanyone.data import Pixels
from maskanyone.detect import DetectParams, Found, least_score
from maskanyone.detect.boxes import LARGEST, distinct, laid, scaled
from maskanyone.detect.graphs import GraphDetector

_SEES = 640, 480
_OVERLAP = 0.3
_MOST = 1000


class UltraFaceParams(DetectParams):
    """Its scores are probabilities, of which most are near 0 or 1."""

    threshold: float = least_score(0.7)


class UltraFace(GraphDetector):
    """Finds faces from about 10 px on; it always sees 640 x 480 px, whatever the input size says."""

    id, version, title, family = "detect.ultraface", 1, "UltraFace", "ultraface"
    weights: ClassVar[tuple[str, ...]] = ("ultraface_rfb_640",)
    Params: ClassVar[type[DetectParams]] = UltraFaceParams

    def detect(self, picture: Pixels) -> Found:
        """Find faces in a picture: uint8 (h, w, 3), RGB."""
        (graph,) = self.graphs
        scale = min(_SEES[0] / picture.shape[1], _SEES[1] / picture.shape[0], LARGEST)
        canvas = laid(scaled(picture, scale), _SEES)
        batch = (canvas.transpose(2, 0, 1)[None].astype(np.float32) - np.float32(127)) / np.float32(128)
        scores, boxes = (output[0] for output in graph(batch))
        likely = np.flatnonzero(scores[:, 1] >= self.params.threshold)
        likely = likely[np.argsort(-scores[likely, 1], kind="stable")[:_MOST]]
        score, box = scores[likely, 1], boxes[likely] * np.array([*_SEES, *_SEES], np.float32)
        kept = distinct(box, score, _OVERLAP)
        return Found(
            (box[kept] / scale).astype(np.float32), score[kept], np.zeros((len(kept), self.points, 2), np.float32)
        )
