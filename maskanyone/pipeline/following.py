"""The pictures that following needs, read a second time: only those before and after what was seen."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import closing

import numpy as np

from maskanyone.data import Pixels, Track, Video
from maskanyone.detect.look import Seen
from maskanyone.errors import Failed, MaskAnyoneError
from maskanyone.follow import follow
from maskanyone.pipeline.planning import times_of
from maskanyone.pipeline.watch import Watch
from maskanyone.recipe import Recipe
from maskanyone.video.read import Frame, ahead, read

FOLLOWING = "Following"
#: longer side of the pictures at most, px; bytes of those that are kept for trails that go back
_LONGER, _MOST_KEPT = 1280, 48 << 20


class Following:
    """Leads tracks on by the pictures. faults: what went wrong, in words; the tracks are then as they were linked."""

    def __init__(self, source: Video, seen: Seen, recipe: Recipe, watch: Watch, salvage: bool) -> None:
        self._source, self._seen, self._watch, self._salvage = source, seen, watch, salvage
        self._params = recipe.tracking()
        self.faults: tuple[str, ...] = ()

    def __call__(self, tracks: Sequence[Track], cuts: Sequence[int]) -> tuple[Track, ...]:
        """Tracks, each led on within its shot as far as the pictures tell."""
        frames = len(self._seen.timeline)
        try:
            with closing(_Lumas(self._source, self._seen, self._salvage, self._watch, self._longer)) as lumas:
                return follow(
                    tracks,
                    lumas.since,
                    np.searchsorted(np.asarray(cuts, np.int64), np.arange(frames), side="right"),
                    times_of(self._source, self._seen),
                    self._source.upright,
                    lasting=self._params.follow,
                    patience=self._params.after,
                    tick=lambda done, of: self._watch.tick(FOLLOWING, done, of),
                )
        except MaskAnyoneError:
            raise
        except Exception as error:  # nobody is hidden less than without it, and the report says so
            logging.getLogger(__name__).exception("following broke off")
            self.faults = (f"faces were not followed by the picture: {type(error).__name__}",)
            return tuple(tracks)

    @property
    def _longer(self) -> int:
        """Longer side of the pictures, px: smaller where many are to be kept."""
        width, height = self._source.upright
        most = self._params.follow * float(self._source.frame_rate)
        fits = (_MOST_KEPT / max(most, 1) * max(width, height) / min(width, height)) ** 0.5
        return max(320, min(_LONGER, int(fits) // 16 * 16))


class _Lumas:
    """Pictures from a frame on; goes on reading where seeking would read the same again."""

    def __init__(self, video: Video, seen: Seen, salvage: bool, watch: Watch, longer: int) -> None:
        self._video, self._pts, self._salvage, self._watch = video, seen.timeline.pts, salvage, watch
        self._longer = longer
        self._frames: Iterator[Frame] | None = None
        self._at = 0

    def since(self, start: int) -> Iterator[Pixels]:
        """The pictures of all frames from ``start`` on, uint8 (h, w) each.

        Raises:
            Failed: the second decoding does not give the frames of the first.
        """
        if self._frames is None or start < self._at or (self._video.seekable and start > self._at):
            self.close()
            before = int(self._pts[start - 1]) if start else None
            self._frames = ahead(read(self._video, start, before, salvage=self._salvage), self._watch.ask)
            self._at = start
        for index in range(self._at, len(self._pts)):
            frame = next(self._frames, None)
            if frame is None or frame.pts != self._pts[index]:
                raise Failed(
                    self._video.name, f"frame {index} could not be read a second time", "Please report this file's kind"
                )
            self._at = index + 1
            self._watch.ask()
            if index >= start:
                yield frame.luma(self._longer)

    def close(self) -> None:
        """Close the file."""
        if self._frames is not None:
            self._frames.close()  # type: ignore[attr-defined]
            self._frames = None
