"""UltraFace RFB-640 (https://github.com/Linzaer/Ultra-Light-Fast-Generic-Face-Detector-1MB): anchors, no points."""

from __future__ import annotations

from functools import lru_cache
from typing import ClassVar

import numpy as np

from maskanyone.data import Float, Pixels
from maskanyone.detect import FaceParams, Found, least_score
from maskanyone.detect.boxes import distinct, fitted
from maskanyone.detect.graphs import GraphDetector

#: px from one place of a map to the next, and the sides of the square anchors that stand on each place
_MAPS = ((8, (10, 16, 24)), (16, (32, 48)), (32, (64, 96)), (64, (128, 192, 256)))
#: what the network's shifts of centres and of sides' logarithms are counted in
_CENTRE, _SIDE = np.float32(0.1), np.float32(0.2)
_OVERLAP = 0.3
#: px that its input is a multiple of: one step of its coarsest map
_GRID = 64
_MOST = 1000


class UltraFaceParams(FaceParams):
    """Its scores are probabilities, of which most are near 0 or 1."""

    threshold: float = least_score(0.7)


class UltraFace(GraphDetector):
    """Finds faces from about 10 px of its input on; learnt from pictures of 640 x 480 px."""

    id, version, title, family = "detect.ultraface", 2, "UltraFace", "ultraface"
    weights: ClassVar[tuple[str, ...]] = ("ultraface_rfb_640",)
    Params: ClassVar[type[FaceParams]] = UltraFaceParams

    def detect(self, picture: Pixels) -> Found:
        """Find faces in a picture: uint8 (h, w, 3), RGB."""
        (graph,) = self.graphs
        canvas, scale = fitted(picture, self.params.size, _GRID)
        batch = (canvas.transpose(2, 0, 1)[None].astype(np.float32) - np.float32(127)) / np.float32(128)
        scores, shifts = (output[0] for output in graph(batch))
        likely = np.flatnonzero(scores[:, 1] >= self.params.least)
        likely = likely[np.argsort(-scores[likely, 1], kind="stable")[:_MOST]]
        score, box = scores[likely, 1], _shifted(_anchors(canvas.shape[1], canvas.shape[0])[likely], shifts[likely])
        kept = distinct(box, score, _OVERLAP)
        return Found(
            (box[kept] / scale).astype(np.float32), score[kept], np.zeros((len(kept), self.points, 2), np.float32)
        )


def _shifted(anchor: Float, shift: Float) -> Float:
    """Boxes, float32 (N, 4), px, from anchors (N, 3) and what the network says of them (N, 4)."""
    side = anchor[:, 2:]
    centre, half = anchor[:, :2] + _CENTRE * shift[:, :2] * side, np.exp(_SIDE * shift[:, 2:]) * side / 2
    return np.concatenate([centre - half, centre + half], axis=1)


@lru_cache(maxsize=16)
def _anchors(width: int, height: int) -> Float:
    """float32 (N, 3): centre and side, px, in the order of the answers on a picture of this size, multiples of 64."""
    rows = []
    for step, sides in _MAPS:
        y, x = (np.mgrid[: height // step, : width // step].reshape(2, -1, 1) + 0.5) * step
        rows.append(np.stack(np.broadcast_arrays(x, y, np.array(sides)), axis=-1).reshape(-1, 3))
    return np.concatenate(rows).astype(np.float32)
