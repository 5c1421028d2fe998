"""BlazeFace, full range (Bazarevsky et al. 2019, https://arxiv.org/abs/1907.05047): MediaPipe's detector."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from maskanyone.data import Pixels
from maskanyone.detect import Detector, DetectParams, Found
from maskanyone.runtime import tasks

_POINTS = 6


class BlazeFace(Detector):
    """Finds faces within a few metres of the camera; it always sees 192 px, whatever the input size says."""

    id, version, title, family = "detect.blazeface", 1, "BlazeFace", "blazeface"
    weights: ClassVar[tuple[str, ...]] = ("blazeface_full_range_sparse",)
    points = _POINTS

    def __init__(self, params: DetectParams, weights: Mapping[str, Path]) -> None:
        super().__init__(params, weights)
        self._path = weights["blazeface_full_range_sparse"]
        self._detector: Any = None

    def load(self) -> None:
        """Load the native detector."""
        if self._detector is None:
            self._detector = tasks.face_detector(self._path, self.params.least)

    @classmethod
    def computed_with(cls) -> Mapping[str, str]:
        """Libraries and device that compute."""
        return tasks.identity()

    def detect(self, picture: Pixels) -> Found:
        """Find faces in a picture: uint8 (h, w, 3), RGB."""
        rows = tasks.detections(self._detector, picture)
        box = np.array([row[0] for row in rows], np.float32).reshape(-1, 4)
        points = np.full((len(rows), _POINTS, 2), np.nan, np.float32)
        for place, row in zip(points, rows, strict=True):
            place[: len(row[2])] = row[2][:_POINTS]
        return Found(box, np.array([row[1] for row in rows], np.float32), points)

    def close(self) -> None:
        """Free the native detector."""
        if self._detector is not None:
            self._detector.close()
            self._detector = None
