"""Original and result, frame by frame in step, whoever made the result."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np

from maskanyone.data import Float, Pixels, Video
from maskanyone.video.read import Frame, ahead, read

#: frames at the start that are compared, and the most that a result may lag
_COMPARED, _MOST_LAG = 150, 40
_WIDTH = 48
#: how much better than in step another lag must fit
_BETTER = 0.6


@dataclass(frozen=True)
class Pair:
    """One frame of the original and the result's, none where it lacks it. index: in the original."""

    index: int
    before: Frame
    after: Frame | None


def pairs(original: Video, result: Video, lag: int = 0) -> Iterator[Pair]:
    """All frames of the original with the result's. lag: pictures that the result repeats at its start."""
    befores, afters = ahead(read(original, salvage=True)), ahead(read(result, salvage=True))
    try:
        for _ in islice(afters, lag):
            pass
        for before in befores:
            yield Pair(before.index, before, next(afters, None))
    finally:
        befores.close()  # type: ignore[attr-defined]
        afters.close()  # type: ignore[attr-defined]


def lag_of(original: Video, result: Video) -> int:
    """Pictures that a result repeats at its start; 0 unless another lag fits clearly better."""
    width, height = original.upright
    size = (_WIDTH, max(2, round(_WIDTH * height / width)))
    before, after = _thumbnails(original, size, _COMPARED), _thumbnails(result, size, _COMPARED + _MOST_LAG)

    def apart(lag: int) -> float:
        number = min(len(before), len(after) - lag)
        return float(np.median(np.abs(before[:number] - after[lag : lag + number]))) if number > 0 else np.inf

    best = min(range(min(_MOST_LAG, len(after) - 1) + 1), key=lambda lag: (apart(lag), lag), default=0)
    return best if apart(best) < _BETTER * apart(0) else 0


def _thumbnails(video: Video, size: tuple[int, int], most: int) -> Float:
    small: list[Pixels] = [frame.small(size) for frame in islice(read(video, salvage=True), most)]
    return np.stack(small).astype(np.float32)
