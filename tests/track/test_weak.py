"""Weak sights beside clear ones."""

from __future__ import annotations

import numpy as np

from maskanyone.track.weak import completed

PART, WHOLE = (40.0, 40.0, 60.0, 60.0), (20.0, 10.0, 80.0, 90.0)


def made(scores: list[float], boxes: list[tuple[float, ...]], track: list[int] | None = None) -> list[list[float]]:
    seconds = np.arange(len(scores)) * 0.1
    labels = np.array(track or [0] * len(scores), np.int64)
    return completed(labels, seconds, np.array(boxes), np.array(scores, np.float32), 0.5, 0.25).tolist()


def test_a_weak_sight_holds_what_the_clear_ones_beside_it_say() -> None:
    assert made([0.9, 0.3, 0.9], [WHOLE, PART, WHOLE]) == [list(WHOLE)] * 3
    assert made([0.9, 0.3], [WHOLE, PART])[1] == list(WHOLE)
    assert made([0.3, 0.9], [PART, WHOLE])[0] == list(WHOLE)


def test_between_two_clear_ones_it_is_where_both_say() -> None:
    moved = tuple(value + 40 for value in WHOLE)
    (_, between, _) = made([0.9, 0.3, 0.9], [WHOLE, PART, moved])
    assert between == [40, 30, 100, 110]


def test_a_weak_sight_is_never_smaller_than_it_was() -> None:
    far = (300.0, 300.0, 340.0, 340.0)
    assert made([0.9, 0.3], [WHOLE, far])[1] == [20, 10, 340, 340]


def test_clear_ones_stay_and_so_do_weak_ones_without_a_clear_one_near() -> None:
    assert made([0.9, 0.8], [PART, WHOLE]) == [list(PART), list(WHOLE)]
    assert made([0.3, 0.3], [PART, WHOLE]) == [list(PART), list(WHOLE)]
    assert made([0.9, 0.3, 0.3, 0.3], [WHOLE, PART, PART, PART])[3] == list(PART)
    assert made([0.9, 0.3], [WHOLE, PART], track=[0, 1])[1] == list(PART)
