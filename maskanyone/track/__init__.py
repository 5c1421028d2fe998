"""Follows everybody through time: facts in, tracks out, without a look at any picture.

Detections of one frame are merged, joined to tracks from frame to frame within each shot, filled where nobody saw the
face, smoothed and led on a little at both ends. It sees the whole film, past and future.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from maskanyone.data import HINTED, SEEN, Detections, Looks, Span, Track
from maskanyone.errors import Failed
from maskanyone.track.associate import associate
from maskanyone.track.believe import Stage, believed
from maskanyone.track.bridge import bridged
from maskanyone.track.build import build
from maskanyone.track.cuts import cuts
from maskanyone.track.heads import heads
from maskanyone.track.hints import Ask, Doubt, agreed, beside, doubts, unasked, unexplained
from maskanyone.track.looked import blind, both, looked, lost_in
from maskanyone.track.merge import merge
from maskanyone.track.opinions import FIRST, Opinion, in_vain, vouched
from maskanyone.track.params import TrackParams

__all__ = [
    "FIRST",
    "Ask",
    "Doubt",
    "Links",
    "Opinion",
    "TrackParams",
    "bridged",
    "heads",
    "in_vain",
    "link",
    "vouched",
    "with_hints",
]


@dataclass(frozen=True)
class Links:
    """What is known of a film once its frames are linked.

    tracks: everybody who is believed in, in order of first sight; those added later come last. cuts: the first frame
    after each cut.
    blind: frames that nobody looked at and no neighbour vouches for, or in which a face came or went, to be covered
    wholly.
    doubted: tracks whose scores stay below what a track needs; they are not hidden, and must be listed.
    """

    tracks: tuple[Track, ...]
    cuts: tuple[int, ...]
    blind: tuple[Span, ...]
    doubted: tuple[Track, ...] = ()

    def and_also(self, tracks: tuple[Track, ...]) -> Links:
        """With more tracks."""
        return replace(self, tracks=(*self.tracks, *tracks))


def link(
    detections: Detections, looks: Looks, change: NDArray[np.float32], times: NDArray[np.float64],
    size: tuple[int, int], params: TrackParams,
) -> Links:
    """Turn what was found in single frames into tracks. The same facts give the same tracks, in any order of rows.

    Args:
        detections: of any producers; rows that cannot be boxes in this film are dropped.
        looks: who looked at which frame.
        change: float32 (F,), mean absolute difference in hue, saturation and value to the frame before, 0 to 255.
        times: float64 (F,), when each frame is shown, seconds.
        size: width and height of the upright picture, px.

    Raises:
        Failed: the facts are about different numbers of frames.
    """
    frames = len(times)
    if not frames == len(change) == np.shape(looks.ran)[-1]:
        raise Failed("tracks", "times, changes and looks are of different length", "Analyse the video again")
    found = cuts(change, params)
    stage = _stage(looks, found, times, size)
    sightings = merge(detections, frames, size, params)
    label = associate(sightings, stage.shot, stage.times, params)
    trust = believed(sightings, label, stage, params)[label]
    tracks = build(sightings, np.where(trust, label, -1), detections, stage, params)
    return Links(
        tracks=tracks,
        cuts=found,
        blind=both(blind(stage.looked, stage.shot, stage.times, params.blind), _lost(tracks, stage, params), frames),
        doubted=build(sightings, np.where(trust, -1, label), detections, stage, params),
    )


def with_hints(
    links: Links, detections: Detections, looks: Looks, change: NDArray[np.float32], times: NDArray[np.float64],
    size: tuple[int, int], params: TrackParams, ask: Ask,
) -> Links:
    """Ask about everything that was found and that no track explains, and add what a second look agrees with.

    Arguments are those of ``link``, whose answer ``links`` is, but that the detections include mere hints.
    """
    rest = unexplained(detections, links.tracks)
    if not len(rest):
        return links
    every = params.model_copy(update={"start": 0.0, "confirm": 0.0})
    found = doubts(link(rest, looks, change, times, size, every).tracks, times)
    said = ask(found)
    more, left = agreed(found, said, times, params), beside(unasked(found, said), links.doubted)
    lost = _lost(more, _stage(looks, links.cuts, times, size), params)
    return replace(
        links,
        tracks=(*links.tracks, *more),
        blind=both(links.blind, lost, len(times)),
        doubted=beside((*links.doubted, *left), more),
    )


def _stage(looks: Looks, found: tuple[int, ...], times: NDArray[np.float64], size: tuple[int, int]) -> Stage:
    """What is known of every frame. found: cuts."""
    shot = np.searchsorted(np.asarray(found, np.int64), np.arange(len(times)), side="right")
    seconds = np.maximum.accumulate(np.nan_to_num(np.asarray(times, np.float64)))
    return Stage(shot, seconds, looked(looks), size)


def _lost(tracks: tuple[Track, ...], stage: Stage, params: TrackParams) -> tuple[Span, ...]:
    """Stretches without a look in which one of these came or went."""
    seen = [track.frame[np.isin(track.state, (SEEN, HINTED))] for track in tracks]
    ends = [(int(frames[0]), int(frames[-1])) for frames in seen if len(frames)]
    first, last = np.array(ends, np.int64).reshape(-1, 2).T
    return lost_in(stage.looked, stage.shot, stage.times, params.blind, first, last)
