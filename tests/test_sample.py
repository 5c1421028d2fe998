"""The made sample is what its truth says."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import Any

import av
import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from maskanyone import sample as made
from maskanyone.data import Pixels
from maskanyone.sample import FACE, OUTLINE, RATE, SIZE, SOUND_RATE, Face, Truth

SECONDS = 4.0


@cache
def pictures(seed: int = 0) -> NDArray[np.uint8]:
    return np.array(list(made.frames(SECONDS, seed)))


@cache
def known(seed: int = 0) -> Truth:
    return made.truth(SECONDS, seed)


def scenes() -> list[tuple[tuple[Face, ...], ...]]:
    starts = [0, *known().cuts, len(known())]
    return [known().faces[start:stop] for start, stop in pairwise(starts)]


def seen(name: str, scene: tuple[tuple[Face, ...], ...]) -> list[float]:
    return [next((face.visible for face in faces if face.id == name), 0.0) for faces in scene]


def test_it_has_the_pictures_it_says() -> None:
    assert pictures().shape == (round(SECONDS * RATE), SIZE[1], SIZE[0], 3)
    assert len(known()) == len(pictures())
    assert len(scenes()) == 5


def test_the_same_seed_gives_the_same_pictures_and_another_one_others() -> None:
    assert np.array_equal(pictures(), np.array(list(made.frames(SECONDS, 0))))
    assert all((pictures(1) != pictures()).any(axis=(1, 2, 3))[known().cuts[0] :])


def test_the_picture_jumps_at_the_cuts_alone() -> None:
    change = np.abs(np.diff(pictures().astype(np.int16), axis=0)).mean(axis=(1, 2, 3))
    at_cuts = np.zeros(len(change), bool)
    at_cuts[np.array(known().cuts) - 1] = True
    assert change[at_cuts].min() > 1.3 * change[~at_cuts].max()


def test_she_walks_in_from_the_left_and_out_to_the_right() -> None:
    visible = np.array(seen("walker", scenes()[1]))
    lefts = [faces[0].box[0] for faces in scenes()[1] if faces]
    assert visible[0] == visible[-1] == 0
    assert visible.max() > 0.99
    assert all(np.diff(lefts) > 0)


def test_the_far_face_goes_behind_the_near_one_and_comes_back() -> None:
    far, near = (np.array(seen(name, scenes()[2])) for name in ("far", "near"))
    assert near.min() > 0.99
    assert far[0] > 0.99
    assert far[-1] > 0.99
    assert far.min() < 0.05


def test_she_leans_to_30_degrees_in_the_dark() -> None:
    leaning = pictures()[known().cuts[2] : known().cuts[3]]
    assert leaning.mean() < 60
    assert made._leaning(0.9, 1)[0].turn == pytest.approx(30)


def test_nobody_is_in_the_last_scene() -> None:
    assert not any(scenes()[4])


@pytest.mark.parametrize("scene", range(3))
def test_the_portraits_face_lies_in_every_box(scene: int) -> None:
    portrait = resampled(portrait_picture(), FACE)
    ellipse = np.hypot(*np.mgrid[-11.5:12, -11.5:12]) < 11
    start = [0, *known().cuts][scene]
    for number, faces in enumerate(scenes()[scene], start):
        for face in faces:
            if face.visible > 0.99:
                shown = resampled(pictures()[number], face.box)
                shown = shown[:, ::-1] if face.id == "far" else shown
                assert np.corrcoef(shown[ellipse].ravel(), portrait[ellipse].ravel())[0, 1] > 0.95, (number, face)


def portrait_picture() -> Pixels:
    import skimage.data

    picture: Pixels = skimage.data.astronaut()
    return picture


def resampled(picture: Pixels, box: tuple[float, ...]) -> NDArray[Any]:
    x1, y1, x2, y2 = box
    across, down = 24 / (x2 - x1), 24 / (y2 - y1)
    affine = np.array([[across, 0, (0.5 - x1) * across - 0.5], [0, down, (0.5 - y1) * down - 0.5]])
    smooth = cv2.GaussianBlur(picture, (0, 0), max(0.3, 0.5 * (x2 - x1) / 24))
    return np.asarray(cv2.warpAffine(smooth, affine, (24, 24)), np.float64)


@given(
    st.floats(-90, 90), st.floats(0.1, 3), st.booleans(),
    st.floats(100, 540), st.floats(100, 260), st.floats(0, 2 * np.pi),
)
def test_a_face_box_holds_the_moved_ellipse_and_touches_it(
    turn: float, scale: float, mirrored: bool, x: float, y: float, angle: float
) -> None:
    figure = made._Figure("any", x, y, scale, turn, mirrored)
    (face,) = made._faces((figure,), [np.zeros(SIZE[::-1], np.float32)])
    radii, middle = (np.array(FACE[2:]) - FACE[:2]) / 2, (np.array(FACE[2:]) + FACE[:2]) / 2
    angles = np.append(np.linspace(0, 2 * np.pi, 721), angle)
    rim = middle[:, None] + radii[:, None] * np.array([np.cos(angles), np.sin(angles)])
    moved = figure.affine[:, :2] @ rim + figure.affine[:, 2:]
    held = (*moved.min(axis=1), *moved.max(axis=1))
    assert face.box == pytest.approx(held, abs=0.01 * scale)


def test_her_outline_holds_her_face() -> None:
    outline = np.array([point.split(",") for point in OUTLINE.split()], np.float32)
    for x, y in ((FACE[0], FACE[1] + 20), (FACE[2], FACE[1] + 20), (225, FACE[1]), (225, FACE[3])):
        assert cv2.pointPolygonTest(outline, (x, y), False) > 0


def test_the_sound_is_soft_and_a_note_begins_at_every_scene() -> None:
    sound = made.sound(SECONDS)
    assert sound.dtype == np.float32
    assert len(sound) == SECONDS * SOUND_RATE
    assert 0.1 < np.abs(sound).max() < 0.4
    window = SOUND_RATE // 50
    for cut in known().cuts:
        start = round(cut / RATE * SOUND_RATE)
        before, after = (np.sqrt(np.mean(part**2)) for part in (sound[start - window : start], sound[start:][:window]))
        assert after > 1.2 * before


def test_the_file_holds_the_pictures_and_the_sound(tmp_path: Any) -> None:
    truth = made.make(tmp_path / "sample.mp4", 2)
    with av.open(str(tmp_path / "sample.mp4")) as clip:
        decoded = [frame.to_ndarray(format="rgb24") for frame in clip.decode(video=0)]
    with av.open(str(tmp_path / "sample.mp4")) as clip:
        heard = sum(frame.samples for frame in clip.decode(audio=0))
    assert truth == made.truth(2)
    assert len(decoded) == len(truth) == 50
    drawn = np.array(list(made.frames(2)))
    assert np.abs(np.array(decoded).astype(np.int16) - drawn).mean() < 6
    assert heard == pytest.approx(2 * SOUND_RATE, abs=3072)
