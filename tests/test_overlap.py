"""What boxes have in common."""

from __future__ import annotations

import numpy as np

from maskanyone.overlap import area, common, lies_in, overlaps

ONE = np.array([0, 0, 10, 10], np.float32)
OTHERS = np.array([[0, 0, 10, 10], [5, 0, 15, 10], [2, 2, 4, 4], [20, 20, 30, 30], [0, 0, 10, 5]], np.float32)


def test_areas_and_what_is_shared() -> None:
    assert area(ONE) == 100
    assert area(OTHERS).tolist() == [100, 100, 4, 100, 50]
    assert common(ONE, OTHERS).tolist() == [100, 50, 4, 0, 50]


def test_overlap_counts_what_both_cover() -> None:
    assert overlaps(ONE, OTHERS, 0.3).tolist() == [True, True, False, False, True]
    assert overlaps(ONE, OTHERS, 0.5).tolist() == [True, False, False, False, True]


def test_what_lies_in_another_must_be_comparable() -> None:
    assert lies_in(ONE, OTHERS, 0.5, 4).tolist() == [True, True, False, False, True]
    assert lies_in(ONE, OTHERS, 0.5, 25).tolist() == [True, True, True, False, True]
    assert lies_in(ONE, OTHERS, 0.6, 4).tolist() == [True, False, False, False, True]
