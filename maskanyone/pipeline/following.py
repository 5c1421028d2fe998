"""The pictures that following needs, read a second time: only those before and after what was seen."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import closing

import numpy as np

from maskanyone.data import Track, Video
from maskanyone.detect.look import Seen
from maskanyone.errors import MaskAnyoneError
from maskanyone.follow import follow
from maskanyone.pipeline.planning import times_of
from maskanyone.pipeline.watch import Watch
from maskanyone.recipe import Recipe
from maskanyone.video.again import Again

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
            pts, longer = self._seen.timeline.pts, self._longer
            with closing(Again(self._source, pts, salvage=self._salvage, ask=self._watch.ask)) as again:
                return follow(
                    tracks,
                    lambda start: (frame.luma(longer) for frame in again.since(start)),
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
