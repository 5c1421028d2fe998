"""Sightings of one face get one label, those of others do not."""

from __future__ import annotations

import subprocess
import sys
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from maskanyone.track.associate import associate, pairs
from maskanyone.track.merge import merge
from maskanyone.track.params import TrackParams

from .films import SIZE, box, detections, unhurried

Sight = tuple[int, tuple[float, ...], float]


def labels(
    sights: list[Sight], times: np.ndarray, cut: int | None = None, params: TrackParams | None = None
) -> list[int]:
    chosen = params or TrackParams()
    sightings = merge(detections([(*sight, 0) for sight in sights]), len(times), SIZE, chosen)
    shot = np.zeros(len(times), np.int64)
    shot[cut or len(times) :] = 1
    return associate(sightings, shot, times, chosen).tolist()


def clock(rate: float, frames: int) -> np.ndarray:
    return np.arange(frames) / rate


@pytest.mark.parametrize("rate", [2, 5, 12, 25, 60, 120])
def test_a_walker_is_one_track_at_any_frame_rate(rate: float) -> None:
    times = clock(rate, int(3 * rate))
    assert set(labels([(f, box(50 + 90 * t, 150), 0.9) for f, t in enumerate(times)], times)) == {0}


def test_an_uneven_clock_does_not_break_a_track() -> None:
    times = np.cumsum(np.random.default_rng(0).choice([0.004, 0.033, 0.2, 0.4], 60))
    assert set(labels([(f, box(50 + 25 * t, 150), 0.9) for f, t in enumerate(times)], times)) == {0}


@pytest.mark.parametrize("step", [0.3, 0.6, 0.9])
def test_a_face_that_runs_by_almost_its_own_size_each_frame_is_one_track(step: float) -> None:
    assert set(labels([(f, box(20 + 40 * step * f, 150, 40, 40), 0.9) for f in range(15)], clock(30, 15))) == {0}


def test_a_face_is_found_again_where_its_motion_took_it() -> None:
    sights = [(f, box(50 + 12 * f, 150), 0.9) for f in (*range(10), *range(22, 30))]
    assert set(labels(sights, clock(30, 30))) == {0}


def test_a_face_somewhere_else_is_another() -> None:
    assert labels([(0, box(100, 150), 0.9), (1, box(200, 150), 0.9)], clock(30, 2)) == [0, 1]


def test_a_face_of_quite_another_size_is_another() -> None:
    assert labels([(0, box(100, 150, 30, 30), 0.9), (1, box(100, 150, 90, 90), 0.9)], clock(30, 2)) == [0, 1]


def test_a_face_that_is_gone_longer_than_gaps_are_filled_is_another() -> None:
    times = clock(10, 40)
    params = TrackParams(fill=1.0)
    assert labels([(0, box(100, 150), 0.9), (11, box(100, 150), 0.9)], times, params=params) == [0, 0]
    assert labels([(0, box(100, 150), 0.9), (12, box(100, 150), 0.9)], times, params=params) == [0, 1]


def test_neighbouring_frames_have_no_gap_however_slow_the_film() -> None:
    times = clock(0.2, 5)
    assert labels([(f, box(100, 150), 0.9) for f in range(5)], times, params=TrackParams(fill=0)) == [0] * 5


def test_nobody_is_followed_over_a_cut() -> None:
    assert labels([(f, box(100, 150), 0.9) for f in range(6)], clock(30, 6), cut=3) == [0, 0, 0, 1, 1, 1]


def test_weak_sights_carry_a_track_on() -> None:
    sights = [(f, box(100 + f, 150), 0.9 if f % 5 == 0 else 0.2) for f in range(20)]
    assert set(labels(sights, clock(30, 20))) == {0}


def test_a_weak_sight_on_the_spot_is_not_left_for_a_strong_one_further_off() -> None:
    sights = [(0, box(100, 150), 0.9), (1, box(101, 150), 0.3), (1, box(138, 150), 0.9)]
    found = dict(zip(["first", "aside", "spot"], labels(sights, clock(30, 2)), strict=True))
    assert found["spot"] == found["first"] != found["aside"]


def test_a_strong_sight_near_by_has_the_choice_before_a_weak_one() -> None:
    sights = [(0, box(100, 150), 0.9), (1, box(116, 150), 0.9), (1, box(94, 150), 0.3)]
    assert labels(sights, clock(30, 2)) == [0, 0, 1]


def test_a_strong_sight_and_a_weak_one_are_not_both_the_same_track() -> None:
    sights = [(0, box(100, 150), 0.9), (1, box(100, 150), 0.9), (1, box(130, 150), 0.3)]
    assert labels(sights, clock(30, 2)) == [0, 0, 1]


@unhurried
@given(st.integers(0, 2**32 - 1))
def test_no_track_has_two_sights_in_a_frame(seed: int) -> None:
    random = np.random.default_rng(seed)
    sights = [(f, box(*random.uniform(60, 200, 2)), float(random.uniform(0.2, 0.9))) for f in range(8) for _ in "abcd"]
    sightings = merge(detections([(*sight, 0) for sight in sights]), 8, SIZE, TrackParams())
    found = associate(sightings, np.zeros(8, np.int64), clock(10, 8), TrackParams())
    assert len(set(zip(sightings.frame.tolist(), found.tolist(), strict=True))) == len(found)


def test_people_who_cross_keep_their_labels() -> None:
    sights = [(f, box(x, y), 0.9) for f in range(40) for x, y in ((100 + 8 * f, 150), (412 - 8 * f, 175))]
    found = np.array(labels(sights, clock(30, 40)))
    right = np.array([x for f in range(40) for x in sorted_by_place(f)])
    assert set(zip(found.tolist(), right.tolist(), strict=True)) in ({(0, 0), (1, 1)}, {(0, 1), (1, 0)})


def sorted_by_place(frame: int) -> list[int]:
    """Who comes first in the order of sightings: the one further left (scores are equal)."""
    return [0, 1] if 100 + 8 * frame <= 412 - 8 * frame else [1, 0]


@unhurried
@given(arrays(float, st.tuples(st.integers(1, 5), st.integers(1, 5)), elements=st.floats(0, 1.5)))
def test_pairs_cost_the_least_that_is_possible(cost: np.ndarray) -> None:
    rows, columns = pairs(cost, 1.0)
    assert len(set(rows.tolist())) == len(rows)
    assert len(set(columns.tolist())) == len(columns)
    assert (cost[rows, columns] < 1).all()
    flipped = cost if cost.shape[0] <= cost.shape[1] else cost.T
    capped = np.where(flipped < 1, flipped, 1.0)
    best = min(
        sum(capped[row, column] for row, column in enumerate(columns))
        for columns in permutations(range(capped.shape[1]), len(capped))
    )
    reached = cost[rows, columns].sum() + (min(cost.shape) - len(rows))
    assert reached == pytest.approx(best)


def test_people_far_from_each_other_are_followed_without_scipy() -> None:
    script = """
import sys
import numpy as np
from maskanyone.track.associate import associate
from maskanyone.track.merge import Sightings
from maskanyone.track.params import TrackParams
frame = np.repeat(np.arange(9), 2)
box = np.array([[80, 125, 120, 175], [380, 125, 420, 175.0]] * 9)
sightings = Sightings(frame, box, np.ones(18, np.float32), box.astype(np.float32), frame, frame)
found = associate(sightings, np.zeros(9, int), np.arange(9) / 30, TrackParams())
assert found.tolist() == [0, 1] * 9
assert "scipy" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", script], check=True)
