"""MTCNN's work is bounded, and its sizes are those that were asked for."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from maskanyone.data import Float
from maskanyone.detect import mtcnn
from tests.detect.conftest import loaded
from tests.detect.test_detectors import best, iou, noise, shown


def eager(asked: list[int], *answers: int, places: bool = False) -> Any:
    """A network that takes everything for a face. asked: how many pictures it was shown. answers: numbers beside."""

    def answer(batch: Float) -> list[Float]:
        asked.append(len(batch))
        place = ((batch.shape[2] - 10) // 2, (batch.shape[3] - 10) // 2) if places else ()
        score, *others = (np.zeros((len(batch), n, *place), np.float32) for n in (2, *answers))
        score[:, 1] = 0.99
        return [score, *others]

    return answer


def test_what_looks_like_a_face_everywhere_takes_no_more_than_a_bound() -> None:
    asked: list[int] = []
    box = mtcnn._proposed(eager([], 4, places=True), noise())
    box = mtcnn._refined(eager(asked, 4), noise(), box)
    mtcnn._decided(eager(asked, 4, 10), noise(), box, 0.7)
    assert asked == [mtcnn._MOST_SECOND, mtcnn._MOST_THIRD]


@pytest.mark.parametrize(("height", "width"), [(360, 640), (640, 360), (16, 300), (5, 5)])
def test_the_least_face_fills_the_window_at_the_largest_size(height: int, width: int) -> None:
    sizes = mtcnn._sizes(np.zeros((height, width, 3), np.uint8))
    assert min(min(size) for size in sizes) >= mtcnn._WINDOW
    assert max(sizes[0][0], 12) == max(round(width * 12 / 16), 12)
    assert len(sizes) < 20


def test_a_smaller_input_size_finds_large_faces_alone() -> None:
    picture, truth = shown(0.1)
    detector = loaded(mtcnn.MTCNN, size=128)
    assert iou(best(detector.detect(picture)), truth) > 0.5
    quarter = np.zeros_like(picture)
    quarter[:90, :160] = picture[::4, ::4]
    assert len(detector.detect(quarter).box) == 0
    assert iou(best(loaded(mtcnn.MTCNN, size=640).detect(quarter)), np.array(truth) / 4) > 0.4


def test_a_crop_is_black_where_it_leaves_the_picture() -> None:
    picture = np.full((20, 30, 3), 200, np.uint8)
    for corners, inside in (((-10, -10, 10, 10), 100), ((25, 15, 35, 25), 25), ((50, 50, 60, 60), 0)):
        cut = mtcnn._cut(picture, np.array(corners, np.float32))
        assert cut.shape[0] == cut.shape[1] == corners[2] - corners[0]
        assert (cut[..., 0] == 200).sum() == inside
    assert mtcnn._crops(picture, np.zeros((0, 4), np.float32), 24).shape == (0, 3, 24, 24)
