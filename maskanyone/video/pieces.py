"""Divide a film into pieces of about ten seconds, beginning at the source's key frames where there are some."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from maskanyone.data import Span, Timeline, Video

SECONDS = 10.0
_MOST_FRAMES = 1200
_SHORTEST, _LONGEST = 0.5, 1.5


def divided(video: Video, timeline: Timeline) -> tuple[Span, ...]:
    """Consecutive spans that hold each frame once.

    A key frame half to one and a half times ``SECONDS`` away is taken, else the frame at ``SECONDS``. Depends on the
    source alone, so that the same pieces come about on every machine.
    """
    ticks = SECONDS / float(video.time_base)
    keys = np.searchsorted(timeline.pts, np.array(video.keys, np.int64)) if video.seekable else np.zeros(0, np.int64)
    bounds = [0]
    while (start := bounds[-1]) < len(timeline):
        begins = int(timeline.pts[start])
        wanted = int(np.searchsorted(timeline.pts, begins + ticks))
        near = [
            k
            for k in keys[(keys > start) & (keys < len(timeline))]
            if _SHORTEST * ticks <= timeline.pts[k] - begins <= _LONGEST * ticks
        ]
        stop = min(near, key=lambda k: abs(int(k) - wanted)) if near else wanted
        stop = min(int(stop), start + _MOST_FRAMES, len(timeline))
        if int(timeline.pts[-1]) - int(timeline.pts[min(stop, len(timeline) - 1)]) < _SHORTEST * ticks / 5:
            stop = len(timeline)  # no splinter at the end
        bounds.append(max(stop, start + 1))
    return tuple(Span(a, b) for a, b in pairwise(bounds))
