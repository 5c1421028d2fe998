"""People as a whole: found in any size of picture, with the head in the upper part of the box."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
import pytest

from maskanyone.detect import Detector
from maskanyone.detect.yolox import YOLOX
from tests.detect.conftest import loaded
from tests.detect.test_detectors import noise, shown


@pytest.fixture(scope="module")
def people(own_folders: None) -> Iterator[Detector]:
    made = loaded(YOLOX)
    yield made
    made.close()


@pytest.mark.parametrize("second", [0.1, 1.2], ids=["portrait", "walking"])
@pytest.mark.parametrize("size", [(640, 360), (320, 180), (1280, 720), (501, 283)], ids=str)
def test_a_person_is_found_whose_face_lies_in_the_upper_part(
    people: Detector, second: float, size: tuple[int, int]
) -> None:
    picture, truth = shown(second)
    resized: Any = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    x1, y1, x2, y2 = np.array(truth) * np.array([size[0] / 640, size[1] / 360] * 2)
    found = people.detect(resized)
    box = found.box[found.score.argmax()]
    assert found.score.max() > 0.6
    assert box[0] < (x1 + x2) / 2 < box[2]
    assert box[1] < (y1 + y2) / 2 < (box[1] + box[3]) / 2
    assert found.points.shape == (len(found.box), 0, 2)


def test_nobody_is_found_where_nobody_is(people: Detector) -> None:
    for picture in (noise(), np.zeros((360, 640, 3), np.uint8), np.full((1, 1, 3), 90, np.uint8)):
        assert len(people.detect(picture).box) == 0
