"""A second reading of a film whose frames are known: from any of them on, and the same frames as the first gave."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator

import numpy as np
from numpy.typing import NDArray

from maskanyone.data import Video
from maskanyone.errors import Failed
from maskanyone.video.read import Frame, read_ahead

#: frames from which on opening the file anew at a key frame takes less time than decoding them
_WORTH = 24


class Again:
    """Frames, decoded ahead. Those that nobody wants are passed over by a key frame where that pays, else decoded."""

    def __init__(
        self, video: Video, pts: NDArray[np.int64], *, salvage: bool, ask: Callable[[], None] = lambda: None
    ) -> None:
        """pts: int64 (F,), times of all frames, in its time base. ask: called now and then; may raise to stop."""
        self._video, self._pts, self._salvage, self._ask = video, pts, salvage, ask
        self._keys = np.searchsorted(pts, np.asarray(video.keys if video.seekable else (), np.int64))
        self._frames: Generator[Frame, None, None] | None = None
        self._next = self._passed = 0

    def __len__(self) -> int:
        return len(self._pts)

    def frame(self, index: int) -> Frame:
        """The frame with this index.

        Raises:
            Failed: see ``since``.
        """
        return next(self.since(index))

    def since(self, start: int) -> Iterator[Frame]:
        """All frames from ``start`` on.

        Raises:
            Failed: the second reading does not give the frames of the first.
        """
        key = self._key(start)
        opened = self._frames is None or start < self._next or key - self._next >= _WORTH
        if opened:
            self._open(start)
        while self._next < len(self._pts):
            index, frame = self._next, next(self._frames or iter(()), None)
            if frame is None or frame.pts != self._pts[index]:
                raise Failed(
                    self._video.name, f"frame {index} could not be read a second time", "Please report this file's kind"
                )
            self._next = index + 1
            self._ask()
            if index < start:
                continue
            if opened and index == start and self._passed > start - key + _WORTH:
                self._keys = self._keys[:0]  # what calls itself a key frame is none
            yield frame

    def close(self) -> None:
        """Read no more."""
        if self._frames is not None:
            self._frames.close()
            self._frames = None

    def _key(self, start: int) -> int:
        """The last frame, up to this one, at which reading can begin."""
        position = int(np.searchsorted(self._keys, start, side="right"))
        return int(self._keys[position - 1]) if position else 0

    def _open(self, start: int) -> None:
        self.close()
        at = int(self._pts[start]) if start else None
        self._frames = read_ahead(self._video, start, at, salvage=self._salvage, ask=self._ask, passing=self._pass_over)
        self._next, self._passed = start, 0

    def _pass_over(self) -> None:
        self._passed += 1
