"""The pictures that following needs, read a second time: only those before and after what was seen."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import closing

import numpy as np

from maskanyone.data import Track, Video
from maskanyone.detect.look import Seen
from maskanyone.follow import follow
from maskanyone.pipeline.planning import times_of
from maskanyone.pipeline.watch import Watch
from maskanyone.recipe import Recipe
from maskanyone.video.again import Again

FOLLOWING = "Following"
#: longer side of the pictures, px, at most and at least; between these, bytes of those kept for trails that go back
_LONGER, _SHORTER, _MOST_KEPT = 1280, 320, 48 << 20


class Following:
    """Leads tracks on by the pictures. faults: what went wrong, in words; whom it met is followed less far for it."""

    def __init__(self, source: Video, seen: Seen, recipe: Recipe, watch: Watch, salvage: bool) -> None:
        self._source, self._seen, self._watch, self._salvage = source, seen, watch, salvage
        self._params = recipe.tracking()
        self._faults: list[Exception] = []

    @property
    def faults(self) -> tuple[str, ...]:
        """A sentence, where anything went wrong."""
        if not self._faults:
            return ()
        kinds = ", ".join(dict.fromkeys(type(error).__name__ for error in self._faults))
        return (f"faces were not followed by the picture as far as they should be: {kinds}",)

    def __call__(self, tracks: Sequence[Track], cuts: Sequence[int]) -> tuple[Track, ...]:
        """Tracks, each led on within its shot as far as the pictures tell."""
        frames = len(self._seen.timeline)
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
                fault=self._note,
            )

    def _note(self, error: Exception) -> None:
        """Nobody is hidden less than without following, and the report says so."""
        logging.getLogger(__name__).error("following broke off", exc_info=error)
        self._faults.append(error)

    @property
    def _longer(self) -> int:
        """Longer side of the pictures, px: smaller where many are to be kept."""
        width, height = self._source.upright
        most = self._params.follow * float(self._source.frame_rate)
        fits = (_MOST_KEPT / max(most, 1) * max(width, height) / min(width, height)) ** 0.5
        return max(_SHORTER, min(_LONGER, int(fits) // 16 * 16))
