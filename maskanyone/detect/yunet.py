"""YuNet (Wu, Peng, Yu 2023, https://doi.org/10.1007/s11633-023-1423-y): very small, for faces of 10 to 300 px."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import cv2
import numpy as np

from maskanyone.data import Pixels
from maskanyone.detect import Detector, DetectParams, Found
from maskanyone.detect.boxes import fitted

_OVERLAP = 0.3
_MOST = 5000


class YuNet(Detector):
    """Finds faces that others miss when they are turned; calls more things a face than CenterFace does."""

    id, version, title, family = "detect.yunet", 1, "YuNet", "yunet"
    weights: ClassVar[tuple[str, ...]] = ("yunet",)
    points = 5

    def __init__(self, params: DetectParams, weights: Mapping[str, Path]) -> None:
        super().__init__(params, weights)
        self._path = weights["yunet"]
        self._each_thread = threading.local()  # the network keeps its input size

    @classmethod
    def computed_with(cls) -> Mapping[str, str]:
        """Libraries and device that compute."""
        return {"runtime": "opencv", "version": cv2.__version__, "provider": "CPU"}

    def detect(self, picture: Pixels) -> Found:
        """Find faces in a picture: uint8 (h, w, 3), RGB."""
        canvas, scale = fitted(picture, self.params.size)
        network = self._network()
        network.setInputSize((canvas.shape[1], canvas.shape[0]))
        _, rows = network.detect(cv2.cvtColor(canvas, cv2.COLOR_RGB2BGR))
        rows = np.zeros((0, 15), np.float32) if rows is None else np.asarray(rows, np.float32)
        box = np.hstack([rows[:, :2], rows[:, :2] + rows[:, 2:4]])
        points = rows[:, 4:14].reshape(-1, 5, 2)
        return Found((box / scale).astype(np.float32), rows[:, 14], (points / scale).astype(np.float32))

    def _network(self) -> Any:
        if not hasattr(self._each_thread, "network"):
            cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_ERROR)
            self._each_thread.network = cv2.FaceDetectorYN.create(
                str(self._path), "", (self.params.size, self.params.size), self.params.least, _OVERLAP, _MOST
            )
        return self._each_thread.network
