"""MTCNN (Zhang et al. 2016, https://arxiv.org/abs/1604.02878): three small networks, each asked about what is left."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from maskanyone.data import Float, Pixels
from maskanyone.detect import FaceParams, Found, least_score
from maskanyone.detect.boxes import distinct, resized, scaled
from maskanyone.detect.graphs import GraphDetector
from maskanyone.runtime.onnx import Graph

#: px of the scaled picture
_LEAST_FACE = 16
_FACTOR = 0.709
#: the first network looks through a window of so many pixels, at every second one
_WINDOW, _STRIDE = 12, 2
_FIRST, _SECOND = 0.6, 0.7
#: candidates that are kept of a size of the picture, and that the second and the third network are asked about
_MOST_OF_SIZE, _MOST_SECOND, _MOST_THIRD = 1000, 400, 200
_SAME_SIZE, _SAME = 0.5, 0.7


class MTCNNParams(FaceParams):
    """The threshold is the last network's; the first two only choose what it is asked about."""

    threshold: float = least_score(0.7)


class MTCNN(GraphDetector):
    """Finds faces from about 16 px of its input on, upright ones best; takes longer where much looks like a face."""

    id, version, title, family = "detect.mtcnn", 1, "MTCNN", "mtcnn"
    weights: ClassVar[tuple[str, ...]] = ("mtcnn_pnet", "mtcnn_rnet", "mtcnn_onet")
    points = 5
    Params: ClassVar[type[FaceParams]] = MTCNNParams

    def detect(self, picture: Pixels) -> Found:
        """Find faces in a picture: uint8 (h, w, 3), RGB."""
        first, second, third = self.graphs
        scale = min(self.params.size / max(picture.shape[:2]), 1.0)
        seen = scaled(picture, scale)
        across = _scale(seen.shape[1::-1], picture)
        box = _refined(second, seen, _proposed(first, seen))
        box, score, points = _decided(third, seen, box, self.params.least)
        return Found((box / np.tile(across, 2)).astype(np.float32), score, (points / across).astype(np.float32))


def _proposed(graph: Graph, picture: Pixels) -> Float:
    """First stage: windows that may hold a face, at all sizes of the picture. float32 (N, 4), squares, px."""
    box, score, shift = (
        np.concatenate(part) for part in zip(*(_at_size(graph, picture, size) for size in _sizes(picture)), strict=True)
    )
    kept = distinct(box, score, _SAME)[:_MOST_SECOND]
    return _square(_shifted(box[kept], shift[kept]))


def _sizes(picture: Pixels) -> list[tuple[int, int]]:
    """Width and height of the pyramid's pictures; in the smallest, a window is as high or wide as the picture."""
    height, width = picture.shape[:2]
    scale = _WINDOW / _LEAST_FACE
    sizes: list[tuple[int, int]] = []
    while min(height, width) * scale >= _WINDOW or not sizes:
        sizes.append((max(_WINDOW, round(width * scale)), max(_WINDOW, round(height * scale))))
        scale *= _FACTOR
    return sizes


def _at_size(graph: Graph, picture: Pixels, size: tuple[int, int]) -> tuple[Float, Float, Float]:
    """Likely windows at one size: boxes in pixels of ``picture``, scores, shifts."""
    scores, shifts = (output[0] for output in graph(_batch([resized(picture, size)])))
    rows, columns = np.nonzero(scores[1] >= _FIRST)
    score = scores[1, rows, columns]
    best = np.argsort(-score, kind="stable")[:_MOST_OF_SIZE]
    rows, columns, score = rows[best], columns[best], score[best]
    corner = np.stack([columns, rows], 1) * _STRIDE
    scale = _scale(size, picture)
    box = (np.hstack([corner, corner + _WINDOW]) / np.tile(scale, 2)).astype(np.float32)
    kept = distinct(box, score, _SAME_SIZE)
    return box[kept], score[kept], shifts[:, rows[kept], columns[kept]].T


def _scale(size: tuple[int, ...], picture: Pixels) -> Float:
    """From the picture to one of a width and height, across and down."""
    return np.array([size[0] / picture.shape[1], size[1] / picture.shape[0]], np.float32)


def _refined(graph: Graph, picture: Pixels, box: Float) -> Float:
    """Second stage: fewer boxes, which lie better. float32 (N, 4), squares, px."""
    scores, shift = graph(_crops(picture, box, 24))
    likely = np.flatnonzero(scores[:, 1] >= _SECOND)
    kept = likely[distinct(box[likely], scores[likely, 1], _SAME)][:_MOST_THIRD]
    return _square(_shifted(box[kept], shift[kept]))


def _decided(graph: Graph, picture: Pixels, box: Float, threshold: float) -> tuple[Float, Float, Float]:
    """Third stage: boxes (N, 4), scores (N,), and eyes, nose and corners of the mouth (N, 5, 2)."""
    scores, shift, points = graph(_crops(picture, box, 48))
    likely = np.flatnonzero(scores[:, 1] >= threshold)
    square, score = box[likely], scores[likely, 1]
    sides = (square[:, 2:] - square[:, :2])[:, None, :]
    marks = points[likely].reshape(-1, 2, 5).transpose(0, 2, 1) * sides + square[:, None, :2]
    final = _shifted(square, shift[likely])
    kept = distinct(final, score, _SAME, of_smaller=True)
    return final[kept], score[kept], marks[kept]


def _shifted(box: Float, shift: Float) -> Float:
    """Each side moved by its part of the box's width or height."""
    sides = box[:, 2:] - box[:, :2]
    return (box + shift * np.tile(sides, 2)).astype(np.float32)


def _square(box: Float) -> Float:
    """Squares around the same centres, with the longer side."""
    centre, half = (box[:, :2] + box[:, 2:]) / 2, np.abs(box[:, 2:] - box[:, :2]).max(axis=1, keepdims=True) / 2
    return np.hstack([centre - half, centre + half]).astype(np.float32)


def _crops(picture: Pixels, box: Float, side: int) -> Float:
    """What is in the boxes, black where they leave the picture: float32 (N, 3, side, side)."""
    return _batch([resized(_cut(picture, corners), (side, side)) for corners in box], side)


def _cut(picture: Pixels, box: Float) -> Pixels:
    x1, y1 = (int(n) for n in np.rint(box[:2]))
    x2, y2 = max(x1 + 1, round(float(box[2]))), max(y1 + 1, round(float(box[3])))
    part = picture[max(0, y1) : max(0, y2), max(0, x1) : max(0, x2)]
    if part.shape[:2] == (y2 - y1, x2 - x1):
        return part
    whole = np.zeros((y2 - y1, x2 - x1, 3), np.uint8)
    down, right = max(0, -y1), max(0, -x1)
    whole[down : down + part.shape[0], right : right + part.shape[1]] = part
    return whole


def _batch(pictures: list[Pixels], side: int = 0) -> Float:
    """Pictures of one size as the networks see them: float32 (N, 3, h, w)."""
    stacked = np.stack(pictures) if pictures else np.zeros((0, side, side, 3), np.uint8)
    return (stacked.transpose(0, 3, 1, 2).astype(np.float32) - np.float32(127.5)) / np.float32(128)
