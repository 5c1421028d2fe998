"""What a run knows when it is done: all that its report is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from maskanyone.data import Looks, Span, Timeline, Track, Video


@dataclass(frozen=True)
class Facts:
    """What a run knows when it is done. methods: title, level, protects and shows of each step, in the recipe's order.

    key: of recipe and source. weights: what the detectors computed with. seconds: how long the run took.
    salvage: a damaged recording was accepted. doubted: tracks whose scores were too low to hide them.
    audit: what the search of the finished file gave, or why there was none. corrections: those made by hand.
    left_out: detectors that were not here. second_look: what came of hints. faults: of methods, whose regions were
    filled. broken: of following and of the second look, what of it did not take place. looks: who looked where, with
    faults of detectors. cuts: the first frame after each. blind: frames that nobody looked at, covered wholly.
    """

    video: Video
    timeline: Timeline
    looks: Looks
    tracks: Sequence[Track]
    cuts: Sequence[int]
    blind: Sequence[Span]
    faults: Sequence[str]
    doubted: Sequence[Track]
    recipe: Mapping[str, Any]
    methods: Sequence[Mapping[str, str]]
    keeps_sound: bool
    weights: Sequence[Mapping[str, Any]]
    key: str
    seconds: float
    salvage: bool
    audit: Mapping[str, Any] | str = "not done"
    corrections: Sequence[Mapping[str, Any]] = ()
    left_out: Sequence[str] = ()
    second_look: Mapping[str, Any] = field(default_factory=dict)
    broken: Sequence[str] = ()

    def shown_at(self, frame: int) -> float:
        """When a frame of the result is shown, s."""
        return round(float(int(self.timeline.pts[frame]) * self.video.time_base - self.video.zero), 6)
