"""What a detector is shown of a film."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from maskanyone.data import Pixels
from maskanyone.detect import DetectParams
from maskanyone.detect.views import View, softened
from maskanyone.video.probe import probe
from maskanyone.video.read import Frame, read
from maskanyone.video.write import write_rgb


@pytest.fixture
def grain(tmp_path: Path) -> Iterator[Frame]:
    """Frames of pure grain."""
    chance = np.random.default_rng(3)
    path = tmp_path / "grain.mp4"
    write_rgb(path, (chance.integers(0, 255, (144, 192, 3), np.uint8) for _ in range(12)), 12)
    return read(probe(path))


@pytest.mark.parametrize("steady", [3, 5, 9])
def test_a_steadied_view_is_the_median_of_its_frames(grain: Iterator[Frame], steady: int) -> None:
    params = DetectParams(size=128, steady=steady, every=1, offset=0)
    view = View(params)
    pictures: list[Pixels] = []
    for index, frame in enumerate(grain):
        pictures.append(frame.square(128)[0])
        shown: Any = view.of(frame, index, False)
        assert (shown is None) == (index < steady - 1)
        if shown is not None:
            assert shown.frame == index - steady // 2
            assert (shown.picture == np.median(pictures[-steady:], axis=0)).all()


def test_who_asks_for_a_size_again_gets_the_same_picture_and_cannot_change_it(grain: Iterator[Frame]) -> None:
    frame = next(grain)
    picture, _ = frame.square(128)
    assert frame.square(128)[0] is picture
    with pytest.raises(ValueError, match="read-only"):
        picture[:] = 0


@pytest.mark.parametrize("every", [2, 4, 8, 10])
def test_what_is_softened_shows_no_lines(every: int) -> None:
    plain = np.full((96, 128, 3), 200, np.uint8)
    lined = plain.copy()
    lined[np.arange(96) % every < every // 2] = 0
    middle = softened(lined, 4)[20:-20, 20:-20].astype(int)
    assert np.ptp(middle) <= 12
    assert softened(lined, 0) is lined
