"""What every detector promises, on pictures whose faces are known."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import cv2
import numpy as np
import pytest

from maskanyone import sample
from maskanyone.data import Pixels
from maskanyone.detect import Detector, Found
from maskanyone.detect.blazeface import BlazeFace
from maskanyone.detect.boxes import distinct

Box = tuple[float, ...]


@cache
def shown(second: float) -> tuple[Pixels, Box]:
    """A picture of the sample and its one true face."""
    frame = round(second * sample.RATE)
    (face,) = sample.truth(4).faces[frame]
    return list(sample.frames(4))[frame], face.box


def iou(one: Any, other: Any) -> float:
    one, other = np.asarray(one), np.asarray(other)
    sides = np.maximum(np.minimum(one[2:], other[2:]) - np.maximum(one[:2], other[:2]), 0)
    areas = np.prod(one[2:] - one[:2]) + np.prod(other[2:] - other[:2])
    return float(np.prod(sides) / (areas - np.prod(sides)))


def best(found: Found) -> Any:
    assert len(found.score), "nothing was found"
    return found.box[found.score.argmax()]


def noise(height: int = 360, width: int = 640, seed: int = 0) -> Pixels:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


@pytest.mark.parametrize("second", [0.1, 1.2, 3.0], ids=["portrait", "walking", "in the dark"])
def test_it_finds_the_face_and_where_it_is(detector: Detector, second: float) -> None:
    picture, truth = shown(second)
    found = detector.detect(picture)
    assert iou(best(found), truth) > 0.5
    assert found.score.max() > 0.6
    assert ((found.score >= detector.params.threshold) & (found.score <= 1)).all()


def test_its_answer_has_the_form_that_was_agreed(detector: Detector) -> None:
    for picture in (shown(0.1)[0], np.zeros((360, 640, 3), np.uint8)):
        found = detector.detect(picture)
        rows = len(found.box)
        shapes = (found.box.shape, found.score.shape, found.points.shape)
        assert shapes == ((rows, 4), (rows,), (rows, detector.points, 2))
        assert {found.box.dtype, found.score.dtype, found.points.dtype} == {np.dtype(np.float32)}


@pytest.mark.parametrize("size", [(320, 180), (1280, 720), (501, 283), (2000, 1125)], ids=str)
def test_boxes_are_in_the_pixels_of_the_picture_whatever_its_size(detector: Detector, size: tuple[int, int]) -> None:
    picture, truth = shown(0.1)
    scale = np.array([size[0] / picture.shape[1], size[1] / picture.shape[0]] * 2)
    resized: Any = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    assert iou(best(detector.detect(resized)), truth * scale) > 0.5


@pytest.mark.parametrize(("width", "height"), [(640, 900), (400, 900), (1400, 360)])
def test_boxes_are_in_the_pixels_of_the_picture_whatever_its_aspect(
    detector: Detector, width: int, height: int
) -> None:
    picture, truth = shown(0.1)
    left, right = 110, 510  # the face is between them
    part = picture[:, left:right]
    wide: Any = cv2.copyMakeBorder(part, height - 360, 0, 0, width - 400, cv2.BORDER_CONSTANT, value=(90, 90, 90))
    moved = np.array(truth) + np.array([-left, height - 360] * 2)
    assert iou(best(detector.detect(wide)), moved) > 0.5


@pytest.mark.parametrize("shape", [(1, 1), (4, 900), (900, 4), (17, 23)], ids=str)
def test_a_picture_in_which_no_face_has_room_is_no_fault(detector: Detector, shape: tuple[int, int]) -> None:
    found = detector.detect(np.full((*shape, 3), 90, np.uint8))
    assert len(found.box) == 0 or isinstance(detector, BlazeFace)


@pytest.mark.parametrize("seed", range(3))
def test_no_face_is_found_in_noise(detector: Detector, seed: int) -> None:
    if isinstance(detector, BlazeFace):
        pytest.skip("at its usual threshold it sees some, which its tracks do not believe")
    assert len(detector.detect(noise(seed=seed)).box) == 0


def test_the_same_picture_gets_the_same_answer_in_any_thread(detector: Detector) -> None:
    pictures = [shown(0.1)[0], shown(1.2)[0], noise()] * 3
    alone = [detector.detect(picture) for picture in pictures]
    with ThreadPoolExecutor(2) as crew:
        together = list(crew.map(detector.detect, pictures))
    for one, other in zip(alone, together, strict=True):
        for field in ("box", "score", "points"):
            assert np.array_equal(getattr(one, field), getattr(other, field), equal_nan=True)


def test_points_are_eyes_nose_and_mouth(detector: Detector) -> None:
    if detector.points != 5:
        pytest.skip("it gives other points")
    found = detector.detect(shown(0.1)[0])
    place = int(found.score.argmax())
    (left_eye, right_eye, nose, left_mouth, right_mouth), box = found.points[place], found.box[place]
    assert left_eye[0] < nose[0] < right_eye[0]
    assert left_mouth[0] < right_mouth[0]
    assert max(left_eye[1], right_eye[1]) < nose[1] < min(left_mouth[1], right_mouth[1])
    assert ((found.points[place] > box[:2]) & (found.points[place] < box[2:])).all()


def test_of_boxes_that_say_the_same_the_best_is_kept() -> None:
    box = np.array([[0, 0, 10, 10], [1, 0, 11, 10], [2, 2, 8, 8], [30, 30, 40, 40]], np.float32)
    score = np.array([0.8, 0.9, 0.7, 0.6], np.float32)
    assert distinct(box, score, 0.5).tolist() == [1, 2, 3]
    assert distinct(box, score, 0.5, of_smaller=True).tolist() == [1, 3]
