"""Run a face embedder over aligned faces, in an environment of its own.

    python embedders.py NAME WEIGHTS FACES.npy VECTORS.npy

FACES: uint8 (N, side, side, 3), RGB, aligned. VECTORS: float32 (N, D). Only what runs the model is imported, so that it
need not be installed beside the project.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np


def mobilefacenet(weights: str, faces: Any) -> Any:
    """MobileFaceNet, 192 numbers, from faces of 112 px; its graph takes two pictures at a time."""
    from ai_edge_litert.interpreter import Interpreter

    model = Interpreter(weights, num_threads=1)
    model.allocate_tensors()
    enters, leaves = model.get_input_details()[0]["index"], model.get_output_details()[0]["index"]
    vectors = []
    for start in range(0, len(faces), 2):
        pair = faces[[start, min(start + 1, len(faces) - 1)]]
        model.set_tensor(enters, (pair.astype(np.float32) - 127.5) / 128)
        model.invoke()
        vectors.append(model.get_tensor(leaves).copy())
    return np.concatenate(vectors)[: len(faces)]


def resnet(weights: str, faces: Any) -> Any:
    """dlib's residual network, 128 numbers, from faces of 150 px."""
    import dlib

    model = dlib.face_recognition_model_v1(weights)
    return np.array([np.array(model.compute_face_descriptor(np.ascontiguousarray(face))) for face in faces])


if __name__ == "__main__":
    name, weights, source, target = sys.argv[1:]
    run = {"mobilefacenet": mobilefacenet, "resnet": resnet}[name]
    np.save(target, run(weights, np.load(source)).astype(np.float32))
