"""The pictures that following needs, read a second time: only those before and after what was seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice

import numpy as np

from maskanyone.data import Pixels, Span, Timeline, Track, Video
from maskanyone.detect.look import Seen
from maskanyone.errors import Failed
from maskanyone.follow import follow
from maskanyone.pipeline.planning import times_of
from maskanyone.pipeline.watch import Watch
from maskanyone.recipe import Recipe
from maskanyone.video.read import Frame, ahead, read

FOLLOWING = "Following"
#: longer side of the pictures, px
_LONGER = 1280


class Following:
    """Leads tracks on by the pictures; use within ``with``."""

    def __init__(self, source: Video, seen: Seen, recipe: Recipe, watch: Watch, salvage: bool) -> None:
        self._source, self._seen, self._watch = source, seen, watch
        self._params = recipe.tracking()
        self._lumas = tuple(_Lumas(source, seen.timeline, salvage, watch.ask) for _ in range(2))

    def __enter__(self) -> Following:
        return self

    def __exit__(self, *_: object) -> None:
        for lumas in self._lumas:
            lumas.close()

    def __call__(self, tracks: Sequence[Track], cuts: Sequence[int]) -> tuple[Track, ...]:
        """Tracks, each led on within its shot as far as the pictures tell."""
        frames = len(self._seen.timeline)
        return follow(
            tracks,
            (self._lumas[0], self._lumas[1]),
            np.searchsorted(np.asarray(cuts, np.int64), np.arange(frames), side="right"),
            times_of(self._source, self._seen),
            self._source.upright,
            lasting=self._params.follow,
            patience=self._params.after,
            tick=lambda done, of: self._watch.tick(FOLLOWING, done, of),
        )


class _Lumas:
    """Pictures of spans of frames; goes on reading where the next span follows the last."""

    def __init__(self, video: Video, timeline: Timeline, salvage: bool, ask: Callable[[], None]) -> None:
        self._video, self._timeline, self._salvage, self._ask = video, timeline, salvage, ask
        self._frames: Iterator[Frame] | None = None
        self._at = -1

    def __call__(self, span: Span) -> Sequence[Pixels]:
        if self._frames is None or self._at != span.start:
            self.close()
            before = int(self._timeline.pts[span.start - 1]) if span.start else None
            self._frames = ahead(read(self._video, span.start, before, salvage=self._salvage), self._ask)
        lumas = []
        for index, frame in enumerate(islice(self._frames, len(span)), span.start):
            if frame.pts != self._timeline.pts[index]:
                break
            lumas.append(frame.luma(_LONGER))
        if len(lumas) != len(span):
            raise Failed(self._video.name, "could not be read a second time", "Please report this file's kind")
        self._at = span.stop
        return lumas

    def close(self) -> None:
        """Close the file."""
        if self._frames is not None:
            self._frames.close()  # type: ignore[attr-defined]
            self._frames = None
