"""What the search of a finished file has found, made tracks that are hidden too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from maskanyone.data import MENDED, SEEN, Detections, Looks, Track, Video
from maskanyone.detect.look import Seen
from maskanyone.pipeline.planning import times_of
from maskanyone.proof.search import Finding
from maskanyone.track import TrackParams, link


def mended(findings: Sequence[Finding], original: Video, seen: Seen, params: TrackParams) -> tuple[Track, ...]:
    """Tracks through what was found, however sure, led on like all others, but for what the pictures would say."""
    if not findings:
        return ()
    frames = len(seen.timeline)
    names = tuple(dict.fromkeys(finding.by for finding in findings))
    rows = sorted(findings, key=lambda finding: finding.frame)
    found = Detections(
        np.array([row.frame for row in rows], np.int32),
        np.array([row.box for row in rows], np.float32),
        np.array([row.score for row in rows], np.float32),
        np.zeros((len(rows), 0, 2), np.float32),
        np.array([names.index(row.by) for row in rows], np.int16),
        names,
        seen.detections.kind,
    )
    everywhere: NDArray[np.bool_] = np.ones((len(names), frames), bool)
    times = times_of(original, seen)
    some = params.model_copy(update={"start": 0, "confirm": 0})
    made = link(found, Looks(names, everywhere, everywhere), seen.change, times, original.upright, some)
    return tuple(
        replace(track, state=np.where(track.state == SEEN, MENDED, track.state).astype(np.uint8))
        for track in made.tracks
    )


def renewed(before: Sequence[Finding], after: Sequence[Finding], changed: NDArray[np.bool_]) -> list[Finding]:
    """What is known after a second search of the frames that were changed, bool (F,); all others are as they were."""
    return [*(finding for finding in before if not changed[finding.frame]), *after]
