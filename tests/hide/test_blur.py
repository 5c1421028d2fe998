from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from maskanyone.hide.blur import Blur


def blur(strength: float) -> Blur:
    return Blur(Blur.Params(strength=strength))


@pytest.mark.parametrize("strength", [0.1, 0.6, 1])
@pytest.mark.parametrize("size", [40, 200, 1000])
def test_a_face_of_any_size_is_blurred_alike(portrait, size, strength):
    reference, other = portrait(109), portrait(size)
    one = reference.face(reference.hidden_by(blur(strength))).astype(float)
    two = other.face(other.hidden_by(blur(strength))).astype(float)
    assert np.abs(one - two).mean() < 3


def test_less_detail_is_left_the_stronger(portrait):
    face = portrait(200)
    left = [detail(face.face(face.hidden_by(blur(strength)))) for strength in (0.1, 0.3, 0.6, 1)]
    assert detail(face.face(face.crop)) > 4 * left[0]
    assert left == sorted(left, reverse=True)
    assert left[0] > 10 * left[3]


def test_it_is_the_gaussian_it_says(portrait):
    face = portrait(300)
    exact = cv2.GaussianBlur(face.crop.astype(np.float32), (0, 0), 0.25 * 300, borderType=cv2.BORDER_REFLECT)
    assert np.abs(face.hidden_by(blur(1)) - exact).max() < 4


def test_no_grid_of_the_low_size_shows(portrait):
    face = portrait(1000)
    hidden = face.hidden_by(blur(0.1)).astype(float)
    steps = np.abs(np.diff(hidden, axis=1)).mean(axis=(0, 2))
    bends = np.abs(np.diff(steps))
    assert bends.max() < 0.2


def test_it_holds_still_when_the_rectangle_moves_by_a_step(portrait):
    """The face stays, its region's rectangle grows by two pixels: the picture must not jump."""
    face = portrait(200)
    x1, y1, x2, y2 = face.region.rect
    smaller = replace(face.region, rect=(x1 + 2, y1 + 2, x2, y2), core=face.region.core[2:, 2:])
    one = face.hidden_by(blur(0.6))[2:, 2:].astype(float)
    two = blur(0.6).hide(np.ascontiguousarray(face.crop[2:, 2:]), smaller, None).astype(float)
    assert np.abs(one - two).mean() < 1


def test_the_smallest_face_does_not_stay_as_it_is(portrait):
    face = portrait(3)
    assert (face.hidden_by(blur(0.1)) != face.crop).any(axis=2).mean() > 0.8


def detail(pixels) -> float:
    """Mean energy of the slopes of a face."""
    y, x = np.gradient(pixels.astype(float).mean(axis=2))
    return float((x**2 + y**2).mean())
