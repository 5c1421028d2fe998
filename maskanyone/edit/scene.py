"""The film that corrections must fit: moments become frames, keys become a box in every frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from maskanyone.data import Float
from maskanyone.edit.edits import Key, Moment

#: s, half of the last digit that a report tells
_EXACT = 5e-7


class Unfit(Exception):
    """An edit that does not fit the film. what: is wrong, a clause. remedy: a sentence without a full stop."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what)
        self.what, self.remedy = what, remedy


@dataclass(frozen=True)
class Scene:
    """size: width and height of the upright picture, px. times: float64 (F,), when each frame is shown, s.

    end: s, when the last frame is shown no longer. Times are those that a report tells.
    """

    size: tuple[int, int]
    times: NDArray[np.float64]
    end: float

    def frame(self, moment: Moment) -> int:
        """The frame that a moment names; raises ``Unfit``."""
        if moment.frame is not None:
            if moment.frame >= len(self.times):
                raise Unfit(f"there is no frame {moment.frame}", f"Choose one from 0 to {len(self.times) - 1}")
            return moment.frame
        assert moment.s is not None
        frame = int(np.searchsorted(self.times, moment.s + _EXACT, side="right")) - 1
        if frame < 0 or moment.s >= self.end:
            lasting = f"{self.times[0]:.3f} to {self.end:.3f} s"
            raise Unfit(f"there is no frame at {moment.s:g} s", f"Choose a time from {lasting}")
        return frame

    def along(self, keys: Sequence[Key]) -> tuple[NDArray[np.int32], Float]:
        """Every frame from the first to the last key, int32 (T,), and its box, float32 (T, 4); raises ``Unfit``."""
        at = [self.frame(key) for key in keys]
        if any(later <= frame for frame, later in pairwise(at)):
            raise Unfit("its keys do not follow one another in time", "Put them in order, one a frame")
        for frame, key in zip(at, keys, strict=True):
            if _outside(key, self.size):
                width, height = self.size
                raise Unfit(
                    f"its box in frame {frame} lies outside the picture", f"The picture has {width} x {height} px"
                )
        frames = np.arange(at[0], at[-1] + 1, dtype=np.int32)
        corners = np.array([key.box for key in keys], np.float64).T
        box = np.stack([np.interp(self.times[frames], self.times[at], side) for side in corners], axis=1)
        return frames, box.astype(np.float32)

    def said(self, first: int, last: int) -> str:
        """``frames 40 to 60 (1.60 to 2.40 s)``."""
        if first == last:
            return f"frame {first:,} ({self.times[first]:.2f} s)"
        return f"frames {first:,} to {last:,} ({self.times[first]:.2f} to {self.times[last]:.2f} s)"


def _outside(key: Key, size: tuple[int, int]) -> bool:
    x1, y1, x2, y2 = key.box
    return x2 <= 0 or y2 <= 0 or x1 >= size[0] or y1 >= size[1]
