"""Original and result, frame by frame in step, whoever made the result."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice

import cv2
import numpy as np
from numpy.typing import NDArray

from maskanyone.data import Pixels, Span, Video
from maskanyone.proof.placement import Placement, placed
from maskanyone.video.again import Again
from maskanyone.video.read import Frame, read_ahead

#: frames of a result, each with the index of the original's that it is held against
Results = Generator[tuple[int, Frame | None], None, None]
#: frames at the start that are compared, and the most that a result may lag
_COMPARED, _MOST_LAG = 150, 40
_WIDTH = 48
#: every n-th of them, and px of the longer side, by which it is seen how a result's pictures lie
_EACH, _LONGER = 15, 640
#: how much better than in step another lag must fit
_BETTER = 0.6
#: from which median difference on pictures are of another film; of our results it is below 3
_UNLIKE = 16.0


def result_frames(result: Video, count: int, lag: int = 0, ask: Callable[[], None] = lambda: None) -> Results:
    """A result's frames in step with the original's, none for those that it lacks, and whatever it has beyond.

    count: frames of the original. lag: pictures that the result repeats at its start. ask: called now and then while
    one is waited for; may raise to stop.
    """
    with closing(read_ahead(result, salvage=True, ask=ask)) as frames:
        shown = islice(frames, lag, None)
        yield from ((index, next(shown, None)) for index in range(count))
        yield from enumerate(shown, count)


def chosen_frames(
    result: Video, pts: NDArray[np.int64], chosen: NDArray[np.bool_], ask: Callable[[], None] = lambda: None
) -> Results:
    """Of a result those frames that are set: bool (F,); others are passed over by a key frame.

    pts: int64 (F,), of all its frames, in its time base. ask: see ``result_frames``.

    Raises:
        Failed: its frames are shown at other times than these.
    """
    with closing(Again(result, pts, salvage=True, ask=ask)) as again:
        for run in Span.runs(chosen):
            yield from zip(range(run.start, run.stop), again.since(run.start), strict=False)


@dataclass(frozen=True)
class Against:
    """A result set against its original: how its pictures lie, how many it repeats at its start (``lag``).

    unlike: most pixels of most pictures are others, as if it were of another recording.
    """

    placement: Placement
    lag: int
    unlike: bool


def set_against(original: Video, result: Video, ask: Callable[[], None] = lambda: None) -> Against:
    """How a result goes with its original, from the first pictures of both.

    It is taken to repeat none unless another number fits clearly better. ask: may raise to stop.
    """
    width, height = original.upright
    size = (_WIDTH, max(2, round(_WIDTH * height / width)))
    before, some = _first(original, size, _COMPARED, ask)
    after, others = _first(result, size, _COMPARED + _MOST_LAG, ask)
    placement = placed(list(zip(some, others, strict=False)))
    laid = np.stack([placement.pictures(each, before.shape[1:]) for each in after])
    lag, apart = _lag(before, laid)
    return Against(placement, lag, apart > _UNLIKE)


def _lag(before: Pixels, after: Pixels) -> tuple[int, float]:
    """Pictures, uint8 (N, h, w, 3), that the second film repeats at its start; the median by which others differ."""

    def apart(lag: int) -> float:
        number = min(len(before), len(after) - lag)
        return float(np.median(cv2.absdiff(before[:number], after[lag : lag + number])))

    off = [apart(lag) for lag in range(min(_MOST_LAG, len(after) - 1) + 1)]
    best = int(np.argmin(off))
    lag = best if off[best] < _BETTER * off[0] else 0
    return lag, off[lag]


def _first(video: Video, size: tuple[int, int], most: int, ask: Callable[[], None]) -> tuple[Pixels, list[Pixels]]:
    """The first pictures at one size, uint8 (N, h, w, 3), and the brightness of some of them, larger."""
    small: list[Pixels] = []
    larger: list[Pixels] = []
    with closing(read_ahead(video, salvage=True, ask=ask)) as frames:
        for frame in islice(frames, most):
            ask()
            small.append(frame.small(size))
            if frame.index % _EACH == 0 and frame.index < _COMPARED:
                larger.append(frame.luma(_LONGER))
    return np.stack(small), larger
