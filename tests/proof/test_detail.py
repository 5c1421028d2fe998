"""How much of a face a result still shows."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from maskanyone.data import Float, Pixels
from maskanyone.proof.detail import shown
from maskanyone.proof.search import SEEN

BOX: Float = np.array([60, 40, 160, 170], np.float32)


@pytest.fixture
def picture() -> Pixels:
    """Luma with detail everywhere, from coarse to fine."""
    chance = np.random.default_rng(1)
    layers = [
        cv2.resize(chance.uniform(0, 255, (180 // step, 240 // step)).astype(np.float32), (240, 180))
        for step in (4, 10, 30)
    ]
    return np.asarray(np.mean(layers, axis=0), np.uint8)


def changed(picture: Pixels, box: Float, how: str) -> Pixels:
    """The picture with the box replaced."""
    after = picture.copy()
    x1, y1, x2, y2 = box.astype(int)
    part = after[y1:y2, x1:x2]
    small = max(1, (x2 - x1) // 25)
    part[:] = {
        "filled": lambda: np.full_like(part, 40),
        "blurred": lambda: cv2.GaussianBlur(part, (0, 0), (x2 - x1) / 6),
        "mosaic": lambda: cv2.resize(cv2.resize(part, (4, 5)), part.shape[::-1], interpolation=cv2.INTER_NEAREST),
        "grain": lambda: np.clip(part + np.random.default_rng(2).normal(0, 6, part.shape), 0, 255),
        "recoded": lambda: cv2.blur(part, (small, small)),
        "paled": lambda: part * 0.35 + 90,
        "veiled": lambda: part * 0.2 + 0.8 * 60,
        "inverted": lambda: 255 - part,
    }[how]()
    return after


def test_what_was_not_touched_shows(picture: Pixels) -> None:
    assert shown(picture, picture, BOX) == 1


@pytest.mark.parametrize("how", ["filled", "blurred", "mosaic"])
def test_what_is_hidden_does_not_show(picture: Pixels, how: str) -> None:
    assert shown(picture, changed(picture, BOX, how), BOX) <= 0.1


@pytest.mark.parametrize("how", ["grain", "recoded"])
def test_what_a_codec_loses_still_shows(picture: Pixels, how: str) -> None:
    assert shown(picture, changed(picture, BOX, how), BOX) >= 0.9


@pytest.mark.parametrize("how", ["paled", "veiled", "inverted"])
def test_a_veil_hides_nobody(picture: Pixels, how: str) -> None:
    assert shown(picture, changed(picture, BOX, how), BOX) >= 0.8


@pytest.mark.parametrize("covered", [(0, 0, 0.5, 1), (0.6, 0, 1, 1), (0, 0.55, 1, 1), (0, 0, 1, 0.4)])
def test_half_a_face_is_seen(picture: Pixels, covered: tuple[float, float, float, float]) -> None:
    assert shown(picture, changed(picture, part(covered), "filled"), BOX) >= SEEN


def test_two_eyes_in_a_strip_are_seen(picture: Pixels) -> None:
    """All else is filled; as much of it as lies at the rim is not."""
    top, bottom, rim = part((0, 0, 1, 0.28)), part((0, 0.5, 1, 1)), part((0.12, 0.1, 0.88, 0.92))
    strip = changed(changed(picture, top, "filled"), bottom, "filled")
    assert shown(picture, strip, BOX) >= SEEN
    assert shown(picture, changed(picture, rim, "filled"), BOX) < SEEN


@pytest.mark.parametrize("along", [0, 1])
@pytest.mark.parametrize(("every", "wide"), [(10, 5), (8, 5), (20, 11), (4, 2)])
def test_bars_hide_nobody(picture: Pixels, along: int, every: int, wide: int) -> None:
    after, lines = picture.copy(), np.arange(picture.shape[along]) % every < wide
    after[lines if along == 0 else (slice(None), lines)] = 0
    assert shown(picture, after, BOX) >= SEEN
    solid = changed(picture, BOX, "filled")
    solid[lines if along == 0 else (slice(None), lines)] = 0
    assert shown(picture, solid, BOX) <= 0.35


def part(of: tuple[float, float, float, float]) -> Float:
    """A part of the face's box."""
    across = np.tile(BOX[2:] - BOX[:2], 2)
    return (np.tile(BOX[:2], 2) + across * np.array(of)).astype(np.float32)


def test_a_result_of_another_size(picture: Pixels) -> None:
    larger = cv2.resize(picture, (256, 192), interpolation=cv2.INTER_AREA)
    assert shown(picture, np.asarray(larger, np.uint8), BOX) >= 0.9


@pytest.mark.parametrize("box", [[-50, -50, -10, -10], [300, 300, 400, 400], [10, 10, 11, 11]])
def test_nothing_shows_where_nothing_is(picture: Pixels, box: list[float]) -> None:
    assert shown(picture, picture, np.array(box, np.float32)) == 0


def test_an_even_area_says_nothing() -> None:
    even = np.full((180, 240), 90, np.uint8)
    assert shown(even, even, BOX) == 0
