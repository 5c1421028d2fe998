"""Findings of single frames, gathered to leaks: somebody shows at one place for some frames."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from maskanyone.proof.search import Finding

#: frames without a finding that a leak lasts through, and how far it moves between, in sizes of the face
_PAUSE, _APART = 3, 1.0


@dataclass(frozen=True)
class Leak:
    """first, last: frames. box: px of the upright original, where it shows most. by: who found it.

    runs: the frames in which it was found, as first and last ones; between them nothing was found.
    sure: in at least one frame it is known from the original, or taken for a face by two detectors.
    """

    first: int
    last: int
    box: tuple[float, float, float, float]
    shows: float
    by: tuple[str, ...]
    sure: bool
    runs: tuple[tuple[int, int], ...]


def leaks(findings: Sequence[Finding]) -> list[Leak]:
    """In order of their first frames."""
    open_, closed = _Open(), list[list[Finding]]()
    for frame, found in groupby(sorted(findings, key=lambda each: each.frame), key=lambda each: each.frame):
        closed += open_.close(frame - _PAUSE)
        for finding in found:
            open_.add(finding)
    return sorted((_leak(group) for group in [*closed, *open_.groups]), key=lambda each: (each.first, each.box))


class _Open:
    """Leaks that may go on, the oldest first.

    middles: float64 (N, 2), px, and sizes: float64 (N,), px, of their last boxes; there is room for more.
    """

    def __init__(self) -> None:
        self.groups: list[list[Finding]] = []
        self._middles, self._sizes = np.empty((8, 2)), np.empty(8)

    def close(self, frame: int) -> list[list[Finding]]:
        """Those whose last finding lies before a frame, which are open no longer."""
        going = np.array([group[-1].frame >= frame for group in self.groups], bool)
        if going.all():
            return []
        closed = [group for group, goes in zip(self.groups, going, strict=True) if not goes]
        self.groups = [group for group, goes in zip(self.groups, going, strict=True) if goes]
        for kept in (self._middles, self._sizes):
            kept[: len(self.groups)] = kept[: len(going)][going]
        return closed

    def add(self, finding: Finding) -> None:
        """To the first that is near, or as a new one."""
        corners = np.array(finding.box).reshape(2, 2)
        middle, size, count = corners.mean(axis=0), (corners[1] - corners[0]).max(), len(self.groups)
        apart = np.abs(self._middles[:count] - middle).max(axis=1)
        near = np.flatnonzero(apart <= _APART * np.maximum(self._sizes[:count], size))
        place = int(near[0]) if len(near) else count
        if place < count:
            self.groups[place].append(finding)
        else:
            self.groups.append([finding])
            if count == len(self._sizes):
                self._middles, self._sizes = np.resize(self._middles, (2 * count, 2)), np.resize(self._sizes, 2 * count)
        self._middles[place], self._sizes[place] = middle, size


def _leak(group: Sequence[Finding]) -> Leak:
    most = max(group, key=lambda each: each.shows)
    by = tuple(dict.fromkeys(each.by for each in group))
    frames = np.unique([each.frame for each in group])
    runs = tuple((int(run[0]), int(run[-1])) for run in np.split(frames, np.flatnonzero(np.diff(frames) > 1) + 1))
    return Leak(group[0].frame, group[-1].frame, most.box, most.shows, by, any(each.sure for each in group), runs)
