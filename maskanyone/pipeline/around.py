"""The frames around a moment, for a preview."""

from __future__ import annotations

from collections.abc import Iterator

from maskanyone.data import Video
from maskanyone.video.read import Frame, read


class Around:
    """The frames around a time, passed on one by one; only the nearest is kept."""

    def __init__(self, video: Video, seconds: float, around: float) -> None:
        self._video, self._around = video, around
        self._wanted = (seconds + float(video.zero)) / float(video.time_base)
        self.frame: Frame | None = None
        self.index = 0

    def frames(self) -> Iterator[Frame]:
        """Frames within reach; ``index`` counts those given before the nearest."""
        reach = self._around / float(self._video.time_base)
        first = int(self._wanted - reach)
        at = first if self._video.keys and first > self._video.keys[0] else None
        given = 0
        for frame in read(self._video, 0, at, salvage=True):
            if frame.pts > self._wanted + reach and self.frame is not None:
                return
            if at is not None and frame.pts < at:
                continue
            if self.frame is None or abs(frame.pts - self._wanted) < abs(self.frame.pts - self._wanted):
                self.frame, self.index = frame, given
            given += 1
            yield frame
