"""How a result's pictures lie in the original's."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from maskanyone.data import Pixels
from maskanyone.proof.placement import Placement, placed

SIZE = (240, 320)
WAYS: dict[str, Callable[[Pixels], Pixels]] = {
    "mirrored": lambda picture: picture[:, ::-1],
    "turned": np.rot90,
    "upside down": lambda picture: picture[::-1, ::-1],
    "cut": lambda picture: picture[30:, 40:],
    "in a corner": lambda picture: np.pad(cv2.resize(picture, (224, 168)), ((72, 0), (96, 0))),
}


def pictures(seed: int = 1) -> list[Pixels]:
    """Some that differ, with things at places."""
    chance = np.random.default_rng(seed)
    made = []
    for _ in range(6):
        coarse = chance.uniform(0, 255, (24, 32)).astype(np.float32)
        made.append(np.asarray(cv2.resize(coarse, SIZE[::-1], interpolation=cv2.INTER_NEAREST), np.uint8))
    return made


def pairs(how: Callable[[Pixels], Pixels]) -> list[tuple[Pixels, Pixels]]:
    return [(picture, np.ascontiguousarray(how(picture))) for picture in pictures()]


@pytest.mark.parametrize("how", sorted(WAYS))
def test_it_is_found_where_they_lie(how: str) -> None:
    placement = placed(pairs(WAYS[how]))
    assert placement.matrix is not None
    for before, after in pairs(WAYS[how]):
        back = placement.pictures(after, before.shape)
        shows = placement.pictures(np.full_like(after, 255), before.shape) == 255
        assert np.median(np.abs(before.astype(int) - back)[shows]) <= 3


def test_boxes_lie_where_pictures_do() -> None:
    placement = placed(pairs(WAYS["mirrored"]))
    box = np.array([[10, 20, 50, 80]], np.float32)
    assert placement.boxes(box, SIZE, SIZE) == pytest.approx(np.array([[270, 20, 310, 80]]), abs=1.5)
    assert Placement().boxes(box, SIZE, (480, 640)).tolist() == [[20, 40, 100, 160]]


@pytest.mark.parametrize(
    "how",
    [
        lambda picture: picture,
        lambda picture: cv2.resize(picture, (400, 240)),
        lambda picture: cv2.GaussianBlur(picture, (0, 0), 2),
        lambda picture: np.where(np.indices(SIZE)[1] < 200, 0, picture).astype(np.uint8),
        np.zeros_like,
    ],
    ids=["as they are", "stretched", "blurred", "mostly hidden", "black"],
)
def test_what_lies_as_it_did_is_left_there(how: Callable[[Pixels], Pixels]) -> None:
    assert placed(pairs(how)).matrix is None


def test_what_moves_from_frame_to_frame_has_no_one_place() -> None:
    moved = [(picture, np.roll(picture, 30 * number, axis=1)) for number, picture in enumerate(pictures())]
    assert placed(moved).matrix is None


def test_other_pictures_have_none() -> None:
    assert placed(list(zip(pictures(1), pictures(2), strict=True))).matrix is None
    assert placed([]).matrix is None
