from __future__ import annotations

import cv2
import numpy as np
import pytest

from maskanyone.hide.contours import Contours


def contours(strength: float = 0.4, **params) -> Contours:
    return Contours(Contours.Params(strength=strength, ground="#000000", colour="#ffffff", **params))


def ink(pixels) -> float:
    """Share of the face that lines cover."""
    return float(pixels.mean() / 255)


def test_nothing_but_the_two_colours_and_their_mixture(portrait):
    face = portrait(200)
    hidden = face.hidden_by(Contours(Contours.Params(ground="#102030", colour="#f0a050"))).astype(int)
    share = (hidden - (16, 32, 48)) / (224, 128, 32)
    assert share.min() >= -0.04
    assert share.max() <= 1.04
    assert np.abs(share - share.mean(axis=2, keepdims=True)).max() < 0.05
    assert (hidden == (16, 32, 48)).all(axis=2).mean() > 0.6


@pytest.mark.parametrize("light", [0.25, 0.5])
def test_dark_and_light_faces_get_the_same_lines(portrait, light):
    one, two = (portrait(200, light=factor).hidden_by(contours()).astype(float) for factor in (1, light))
    assert ink(one) == pytest.approx(ink(two), rel=0.1)


@pytest.mark.parametrize("strength", [0.1, 0.4, 1])
@pytest.mark.parametrize("size", [60, 200, 1000])
def test_a_face_of_any_size_is_drawn_alike(portrait, size, strength):
    """As much ink, at the same places, give or take a line's width."""
    reference, other = portrait(400), portrait(size)
    one, two = (
        cv2.GaussianBlur(face.face(face.hidden_by(contours(strength, width=0.02))).astype(float), (0, 0), 3)
        for face in (reference, other)
    )
    assert ink(one) == pytest.approx(ink(two), rel=0.25)
    assert np.corrcoef(one.ravel(), two.ravel())[0, 1] > 0.8


def test_less_detail_is_left_the_stronger(portrait):
    face = portrait(200)
    lines = [ink(face.face(face.hidden_by(contours(strength)))) for strength in (0.1, 0.3, 0.6, 1)]
    assert lines == sorted(lines, reverse=True)
    assert lines[0] > 2 * lines[3] > 0


def test_a_flat_region_has_no_lines(portrait):
    face = portrait(200)
    rng = np.random.default_rng(0)
    noise = (128 + rng.integers(-2, 3, face.crop.shape)).astype(np.uint8)
    for flat in (np.full_like(face.crop, 90), noise):
        assert not contours().hide(flat, face.region, None).any()


def test_a_wider_line_has_more_ink(portrait):
    face = portrait(200)
    assert ink(face.hidden_by(contours(width=0.03))) > 1.5 * ink(face.hidden_by(contours(width=0.01)))
