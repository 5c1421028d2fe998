"""Rows of many tracks by frame."""

from __future__ import annotations

import numpy as np

from maskanyone.data import FILLED, SEEN, Track
from maskanyone.present import Present


def track(first: int, states: list[int]) -> Track:
    count = len(states)
    frame = np.arange(first, first + count, dtype=np.int32)
    box = np.tile(np.arange(4, dtype=np.float32), (count, 1)) + frame[:, None]
    return Track(str(first), "face", frame, box, np.array(states, np.uint8), np.full(count, 0.9, np.float32))


def test_of_each_frame_who_is_in_it_in_the_order_of_tracks() -> None:
    present = Present.of([track(5, [SEEN, FILLED, SEEN]), track(4, [SEEN, SEEN, SEEN])], (SEEN,))
    assert [present.owner[present.at(frame)].tolist() for frame in range(3, 9)] == [[], [1], [0, 1], [1], [0], []]
    assert present.box[present.at(5)].tolist() == [[5, 6, 7, 8], [5, 6, 7, 8]]


def test_of_nobody_nobody_is_there() -> None:
    present = Present.of([], (SEEN,))
    assert present.box[present.at(0)].shape == (0, 4)
