"""Divide a film into pieces of about two and a half seconds, from key frame to key frame where the source has some."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from maskanyone.data import Span, Timeline, Video

SECONDS = 2.5
_MOST_FRAMES = 1200
_SHORTEST, _LONGEST = 0.5, 1.5
#: what is left at the end and shorter goes to the piece before
_SPLINTER = 0.1


def divided(video: Video, timeline: Timeline) -> tuple[Span, ...]:
    """Consecutive spans that hold each frame once.

    A key frame half to one and a half times ``SECONDS`` away is taken, else the frame at ``SECONDS``. Depends on the
    source alone, so that the same pieces come about on every machine.
    """
    ticks = SECONDS / float(video.time_base)
    pts, end = timeline.pts, len(timeline)
    keys = np.searchsorted(pts, np.array(video.keys if video.seekable else (), np.int64))
    keys = keys[keys < end]
    times = pts[keys]
    bounds = [0]
    while (start := bounds[-1]) < end:
        begins = int(pts[start])
        wanted = int(np.searchsorted(pts, begins + ticks))
        first = np.searchsorted(times, begins + _SHORTEST * ticks)
        near = keys[first : np.searchsorted(times, begins + _LONGEST * ticks, side="right")]
        stop = min(near, key=lambda key: abs(int(key) - wanted), default=wanted)
        stop = min(int(stop), start + _MOST_FRAMES, end)
        if stop < end <= start + _MOST_FRAMES and int(pts[-1] - pts[stop]) < _SPLINTER * ticks:
            stop = end
        bounds.append(max(stop, start + 1))
    return tuple(Span(a, b) for a, b in pairwise(bounds))
