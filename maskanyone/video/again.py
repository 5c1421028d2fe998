"""A second reading of a film whose frames are known: from any of them on, and the same frames as the first gave."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator

import numpy as np
from numpy.typing import NDArray

from maskanyone.data import Video
from maskanyone.errors import Failed
from maskanyone.video.read import Frame, ahead, read


class Again:
    """Frames, decoded ahead; where the next that are wanted follow the last, reading goes on."""

    def __init__(
        self, video: Video, pts: NDArray[np.int64], *, salvage: bool, ask: Callable[[], None] = lambda: None
    ) -> None:
        """pts: int64 (F,), times of all frames, in its time base. ask: called now and then; may raise to stop."""
        self._video, self._pts, self._salvage, self._ask = video, pts, salvage, ask
        self._frames: Generator[Frame, None, None] | None = None
        self._next = 0

    def since(self, start: int) -> Iterator[Frame]:
        """All frames from ``start`` on. Where nothing can be sought, those before it are passed over.

        Raises:
            Failed: the second reading does not give the frames of the first.
        """
        if self._frames is None or start < self._next or (self._video.seekable and start > self._next):
            self.close()
            before = int(self._pts[start - 1]) if start else None
            self._frames = ahead(read(self._video, start, before, salvage=self._salvage), self._ask)
            self._next = start
        while self._next < len(self._pts):
            index, frame = self._next, next(self._frames, None)
            if frame is None or frame.pts != self._pts[index]:
                raise Failed(
                    self._video.name, f"frame {index} could not be read a second time", "Please report this file's kind"
                )
            self._next = index + 1
            self._ask()
            if index >= start:
                yield frame

    def close(self) -> None:
        """Read no more."""
        if self._frames is not None:
            self._frames.close()
            self._frames = None
