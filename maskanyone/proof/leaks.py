"""Findings of single frames, gathered to leaks: somebody shows at one place for some frames."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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
    open_: list[list[Finding]] = []
    closed: list[list[Finding]] = []
    for finding in sorted(findings, key=lambda each: each.frame):
        closed += [group for group in open_ if finding.frame - group[-1].frame > _PAUSE]
        open_ = [group for group in open_ if finding.frame - group[-1].frame <= _PAUSE]
        near = next((group for group in open_ if _same_place(group[-1], finding)), None)
        if near is None:
            open_.append([finding])
        else:
            near.append(finding)
    return sorted((_leak(group) for group in closed + open_), key=lambda each: (each.first, each.box))


def _same_place(one: Finding, other: Finding) -> bool:
    boxes = np.array([one.box, other.box]).reshape(2, 2, 2)
    apart = np.abs(np.diff(boxes.mean(axis=1), axis=0)).max()
    return bool(apart <= _APART * (boxes[:, 1] - boxes[:, 0]).max())


def _leak(group: Sequence[Finding]) -> Leak:
    most = max(group, key=lambda each: each.shows)
    by = tuple(dict.fromkeys(each.by for each in group))
    frames = np.unique([each.frame for each in group])
    runs = tuple((int(run[0]), int(run[-1])) for run in np.split(frames, np.flatnonzero(np.diff(frames) > 1) + 1))
    return Leak(group[0].frame, group[-1].frame, most.box, most.shows, by, any(each.sure for each in group), runs)
