"""Who is where, asked frame by frame: the rows of many tracks in order of frames."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from maskanyone.data import Float, Track


class Present:
    """Boxes by frame.

    frame: int32 (R,), ascending. owner: int64 (R,), whose box it is, by place among those given. box: float32 (R, 4).
    """

    def __init__(self, parts: Sequence[tuple[NDArray[np.int32], Float]]) -> None:
        """parts: for each, frames, int32 (T,), and boxes, float32 (T, 4), px."""
        frame = np.concatenate([np.zeros(0, np.int32), *(frame for frame, _ in parts)])
        box = np.concatenate([np.zeros((0, 4), np.float32), *(box for _, box in parts)])
        owner = np.repeat(np.arange(len(parts)), [len(frame) for frame, _ in parts])
        order = np.argsort(frame, kind="stable")
        self.frame, self.owner, self.box = frame[order], owner[order], box[order]

    @staticmethod
    def of(tracks: Sequence[Track], states: Sequence[int]) -> Present:
        """Those of tracks in frames in which they are in one of these states."""
        rows = [np.isin(track.state, states) for track in tracks]
        return Present([(track.frame[some], track.box[some]) for track, some in zip(tracks, rows, strict=True)])

    def at(self, frame: int) -> slice:
        """The rows of a frame; each owner's at most once, in the order of owners."""
        start, stop = np.searchsorted(self.frame, np.array([frame, frame + 1], self.frame.dtype))
        return slice(int(start), int(stop))
