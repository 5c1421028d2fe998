"""A face behind lines, as of an old screen, a blind or a damaged field, is found; for a moment behind them, too."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import maskanyone
from maskanyone import sample
from maskanyone.data import Pixels
from maskanyone.video.write import write_rgb
from tests.promises.runs import Memory

pytestmark = pytest.mark.slow
#: frames of the first scene, her portrait; and a moment of it, which looks like a shot of its own
PORTRAIT, MOMENT = range(10, 40), range(18, 30)


def across(every: int, wide: int, shade: int = 0) -> Callable[[Pixels], Pixels]:
    """Lines over the picture: so many of so many rows in one shade."""

    def drawn(picture: Pixels) -> Pixels:
        after = picture.copy()
        after[np.arange(len(after)) % every < wide] = shade
        return after

    return drawn


def along(every: int, wide: int) -> Callable[[Pixels], Pixels]:
    """Lines from top to bottom."""
    return lambda picture: np.ascontiguousarray(across(every, wide)(picture.swapaxes(0, 1)).swapaxes(0, 1))


LINES = {
    "old screen": across(4, 2),
    "blind": across(10, 5),
    "pale blind": across(8, 3, 235),
    "fence": along(12, 6),
}


@pytest.fixture(scope="module")
def shots() -> list[Pixels]:
    return list(sample.frames(10))[: PORTRAIT.stop]


@pytest.mark.parametrize("over", [PORTRAIT, MOMENT], ids=["all the time", "for a moment"])
@pytest.mark.parametrize("lines", sorted(LINES))
def test_a_face_behind_lines_is_hidden(
    shots: list[Pixels], weights: Path, tmp_path: Path, lines: str, over: range
) -> None:
    truth = sample.truth(10)
    whole = over is PORTRAIT
    film = [LINES[lines](shot) if whole or index in over else shot for index, shot in enumerate(shots)]
    write_rgb(tmp_path / "lines.mp4", film, sample.RATE)
    found = maskanyone.analyse(tmp_path / "lines.mp4", cache=Memory())
    uncovered = []
    for frame in PORTRAIT:
        for face in truth.faces[frame]:
            middle = (face.box[0] + face.box[2]) / 2, (face.box[1] + face.box[3]) / 2
            boxes = [
                track.box[track.frame == frame][0] for track in found.links.tracks if (track.frame == frame).any()
            ]
            if not any(x1 < middle[0] < x2 and y1 < middle[1] < y2 for x1, y1, x2, y2 in boxes):
                uncovered.append(frame)
    assert not uncovered
