"""CenterFace (Xu et al. 2019, https://arxiv.org/abs/1911.03599): without anchors, small, good at small faces."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from maskanyone.data import Float, Pixels
from maskanyone.detect import Found
from maskanyone.detect.boxes import distinct, fitted
from maskanyone.detect.graphs import GraphDetector

_STRIDE = 4
_OVERLAP = 0.3


class CenterFace(GraphDetector):
    """Finds faces from about 10 px of its input on; weak on heads turned past profile and upside down."""

    id, version, title, family = "detect.centerface", 1, "CenterFace", "centerface"
    weights: ClassVar[tuple[str, ...]] = ("centerface",)
    points = 5

    def detect(self, picture: Pixels) -> Found:
        """Find faces in a picture: uint8 (h, w, 3), RGB."""
        (graph,) = self.graphs
        canvas, scale = fitted(picture, self.params.size)
        batch = canvas.transpose(2, 0, 1)[None].astype(np.float32)
        heat, size, offset, points = (output[0] for output in graph(batch))
        rows, columns = np.nonzero(heat[0] >= self.params.least)
        score = heat[0, rows, columns]
        centre = np.stack([columns + offset[1, rows, columns], rows + offset[0, rows, columns]], 1) + 0.5
        half = np.exp(size[::-1, rows, columns].T) / 2
        box = np.hstack([centre - half, centre + half]) * _STRIDE
        kept = distinct(box, score, _OVERLAP)
        marks = _points(points[:, rows, columns].T[kept], box[kept])
        return Found(
            (box[kept] / scale).astype(np.float32), score[kept].astype(np.float32), (marks / scale).astype(np.float32)
        )


def _points(raw: Float, box: Float) -> Float:
    """Eyes, nose, corners of the mouth: (N, 5, 2); the network gives y, x in parts of the box."""
    sides = (box[:, 2:] - box[:, :2])[:, None, :]
    return raw.reshape(-1, 5, 2)[:, :, ::-1] * sides + box[:, None, :2]
