"""Which frames of a finished file are searched how, and who is known to be in them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray

from maskanyone.data import SEEN, Span, Track
from maskanyone.pipeline.auditors import TURNS
from maskanyone.present import Present
from maskanyone.proof.search import People
from maskanyone.track import Links

#: frames in which somebody was not seen are all searched thoroughly, unless that were more than every n-th of a film:
#: then evenly spread ones, in each stretch at least one
_DEEP = 12
#: most moments of the original that are searched as well, to learn how many people the search finds
_MOMENTS = 60


@dataclass(frozen=True)
class Asking:
    """Which frames of a result of ours are searched how; the same after each mending, so that what was found once is
    asked for again.

    moments: bool (F,), the first frame of each second. deep: bool (F,), searched thoroughly: these, and where somebody
    was not seen. turns: by how many degrees each frame's picture is turned. both: bool (F,), moments at which the
    original is searched too.
    """

    moments: NDArray[np.bool_]
    deep: NDArray[np.bool_]
    turns: list[int]
    both: NDArray[np.bool_]

    @staticmethod
    def of(links: Links, times: NDArray[np.float64]) -> Asking:
        """times: float64 (F,), when each frame is shown, s."""
        moments = once_a_second(times)
        doubted = unseen(links, len(times))
        deep = moments | sampled(doubted, max(1, ceil(_DEEP * doubted.mean())))
        return Asking(moments, deep, in_turn(deep), moments & spread(moments, _MOMENTS))


def once_a_second(times: NDArray[np.float64]) -> NDArray[np.bool_]:
    """bool (F,): the first frame of each second."""
    return np.asarray(np.diff(np.floor(times - times[0]), prepend=-1) > 0)


def in_turn(deep: NDArray[np.bool_]) -> list[int]:
    """By how many degrees each frame's picture is turned; of those that are set, each by others than the last."""
    return [TURNS[number % len(TURNS)] for number in np.cumsum(deep)]


def spread(flags: NDArray[np.bool_], most: int) -> NDArray[np.bool_]:
    """bool (F,): of the frames that are set, at most so many, evenly spread."""
    places = np.flatnonzero(flags)
    chosen = np.zeros_like(flags)
    chosen[places[np.unique(np.linspace(0, len(places) - 1, most).round().astype(int))] if len(places) else []] = True
    return chosen


def sampled(flags: NDArray[np.bool_], step: int) -> NDArray[np.bool_]:
    """bool (F,): of each run of frames that are set, every so many-th one, and at least the one in the middle."""
    chosen = np.zeros_like(flags)
    for run in Span.runs(flags):
        chosen[run.start + (min(step, len(run)) - 1) // 2 : run.stop : step] = True
    return chosen


def unseen(links: Links, frames: int) -> NDArray[np.bool_]:
    """bool (F,): somebody is hidden whom no detector saw there."""
    flags = np.zeros(frames, bool)
    for track in links.tracks:
        flags[track.frame[track.state != SEEN]] = True
    return flags


def known_in(tracks: Sequence[Track], states: Sequence[int] = (SEEN,)) -> Callable[[int], People]:
    """Boxes, float32 (N, 4), of those who are in one of these states in a frame, and their tracks' best scores (N,).

    Of faces alone: the back of a head is hidden for nobody to find.
    """
    faces = [track for track in tracks if track.kind == "face"]
    best = np.array([np.nanmax(track.score, initial=0) for track in faces], np.float32)
    present = Present.of(faces, states)

    def people(frame: int) -> People:
        rows = present.at(frame)
        return present.box[rows], best[present.owner[rows]]

    return people
