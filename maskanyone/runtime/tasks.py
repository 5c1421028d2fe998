"""Run MediaPipe Tasks without chatter on the terminal. The pinned versions are the last that report nothing home."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from maskanyone.data import Pixels
from maskanyone.runtime import be_quiet


def face_detector(path: Path, threshold: float) -> Any:
    """A BlazeFace detector for single pictures; calls from several threads are fine."""
    be_quiet()
    with _muted():
        from mediapipe.tasks.python import BaseOptions, vision

        return vision.FaceDetector.create_from_options(
            vision.FaceDetectorOptions(
                base_options=BaseOptions(model_asset_path=str(path)), min_detection_confidence=threshold
            )
        )


def detections(detector: Any, picture: Pixels) -> list[tuple[tuple[float, ...], float, list[tuple[float, float]]]]:
    """For each face: box x1 y1 x2 y2 in px, score, points in px."""
    import mediapipe as mp
    import numpy as np

    height, width = picture.shape[:2]
    answer = detector.detect(mp.Image(image_format=mp.ImageFormat.SRGB, data=np.ascontiguousarray(picture)))
    rows: list[Any] = []
    for found in answer.detections:
        b = found.bounding_box
        points = [(p.x * width, p.y * height) for p in found.keypoints or []]
        rows.append(
            ((b.origin_x, b.origin_y, b.origin_x + b.width, b.origin_y + b.height), found.categories[0].score, points)
        )
    return rows


def identity() -> dict[str, str]:
    """What computes, for the keys of facts."""
    from importlib.metadata import version

    return {"runtime": "mediapipe", "version": version("mediapipe"), "provider": "CPU"}


@contextlib.contextmanager
def _muted() -> Iterator[None]:
    """Native code writes to descriptor 2 directly."""
    sys.stderr.flush()
    kept = os.dup(2)
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
