"""A place shown by itself: where it lies in what is shown, and what counts as agreement."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from maskanyone.data import Colours, Float, Pixels
from maskanyone.detect import Detector, DetectParams, Found
from maskanyone.detect.closely import agreement, shown
from maskanyone.video.picture import Picture


def picture(mark: tuple[int, int, int, int], size: tuple[int, int] = (320, 180)) -> Picture:
    """Black but for a white rectangle."""
    luma = np.zeros(size[::-1], np.uint8)
    luma[mark[1] : mark[3], mark[0] : mark[2]] = 255
    grey = np.full((size[1] // 2, size[0] // 2), 128, np.uint8)
    return Picture(luma, grey, grey.copy(), Colours(1, 1, 1, True))


class Finds(Detector):
    """Answers what it is given."""

    id, title, family = "detect.finds", "Finds", "finds"

    def __init__(self, *found: tuple[list[float], float]) -> None:
        super().__init__(DetectParams(), {})
        self._found = found

    def detect(self, picture: Pixels) -> Found:
        box, score = ([each[column] for each in self._found] for column in (0, 1))
        return Found(np.array(box, np.float32).reshape(-1, 4), np.array(score, np.float32), np.zeros((len(box), 0, 2)))


@pytest.mark.parametrize("aspect", [1.0, 0.5, 2.0])
@pytest.mark.parametrize("box", [(150, 80, 170, 104), (0, 0, 24, 30), (300, 150, 320, 180), (-10, 60, 20, 100)])
def test_a_place_lies_where_it_is_said_to_lie(box: tuple[int, int, int, int], aspect: float) -> None:
    inside = max(box[0], 0), max(box[1], 0), min(box[2], 320), min(box[3], 180)
    seen, place = shown(picture(inside), np.array(box, np.float32), aspect, 192)
    assert seen.shape == (192, 192, 3)
    x1, y1, x2, y2 = np.clip(place, 0, 192).round().astype(int)
    assert seen[y1 + 2 : y2 - 2, x1 + 2 : x2 - 2].min() > 200
    wide, high = place[2] - place[0], place[3] - place[1]
    assert wide / high == pytest.approx((box[2] - box[0]) * aspect / (box[3] - box[1]), rel=0.2)
    assert max(wide, high) == pytest.approx(64, abs=8)


def test_beyond_the_edge_the_outermost_pixels_go_on() -> None:
    seen, _ = shown(picture((0, 0, 320, 180)), np.array([0, 0, 20, 20], np.float32), 1.0, 192)
    assert seen.min() > 250


def test_a_place_far_outside_is_shown_all_the_same() -> None:
    assert shown(picture((0, 0, 2, 2)), np.array([500, 400, 540, 450], np.float32), 1.0, 96)[0].shape == (96, 96, 3)


BOX: Float = np.array([64, 64, 128, 128], np.float32)
SEEN = cv2.cvtColor(np.zeros((192, 192), np.uint8), cv2.COLOR_GRAY2RGB).astype(np.uint8)


@pytest.mark.parametrize(
    ("found", "score"),
    [
        ([], 0.0),
        ([([60, 60, 120, 130], 0.6)], 0.6),
        ([([60, 60, 120, 130], 0.6), ([64, 64, 128, 128], 0.7)], 0.7),
        ([([0, 0, 40, 40], 0.9)], 0.0),
        ([([0, 0, 192, 192], 0.9)], 0.0),
    ],
)
def test_only_a_face_at_the_place_agrees(found: list[tuple[list[float], float]], score: float) -> None:
    assert agreement(Finds(*found), (SEEN, BOX)) == pytest.approx(score)


@pytest.mark.parametrize("found", [([float("nan"), 0, 9, 9], 0.5), ([0, 0, 9, 9], float("nan"))])
def test_an_answer_that_cannot_be_is_refused(found: tuple[list[float], float]) -> None:
    with pytest.raises(ValueError, match="cannot be"):
        agreement(Finds(found), (SEEN, BOX))
