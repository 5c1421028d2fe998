"""Several sights of one face in one frame are one, those of several faces are not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maskanyone.track.merge import Sightings, merge
from maskanyone.track.params import TrackParams

from .films import SIZE, box, detections, holds, unhurried

Row = tuple[int, tuple[float, ...], float, int]
PARAMS = TrackParams()


def merged(*rows: Row, frames: int = 3, size: tuple[int, int] = SIZE) -> Sightings:
    return merge(detections(rows), frames, size, PARAMS)


def same_face(one: np.ndarray, other: np.ndarray) -> bool:
    shared = np.clip(np.minimum(one[2:], other[2:]) - np.maximum(one[:2], other[:2]), 0, None).prod()
    small, large = sorted([(one[2:] - one[:2]).prod(), (other[2:] - other[:2]).prod()])
    return bool(shared >= 0.4 * (small + large - shared) or (shared > 0.8 * small and small >= 0.2 * large))


def test_one_face_seen_by_two_producers_is_one_sighting_that_holds_both_boxes() -> None:
    found = merged((1, box(100, 100), 0.6, 0), (1, box(108, 104), 0.9, 1))
    assert found.frame.tolist() == [1]
    assert found.box[0].tolist() == [80, 75, 128, 129]
    assert found.score[0] == np.float32(0.9)
    assert found.first[0].tolist() == list(box(108, 104))
    assert found.row.tolist() == [0, 0]
    assert sorted(found.producer.tolist()) == [0, 1]


def test_a_box_within_another_of_like_size_is_the_same_face() -> None:
    assert len(merged((0, box(100, 100, 60, 60), 0.6, 0), (0, box(95, 95, 35, 35), 0.9, 1))) == 1


def test_a_far_smaller_face_behind_another_stays_its_own() -> None:
    assert len(merged((0, box(100, 100, 60, 60), 0.9, 0), (0, box(95, 95, 15, 15), 0.9, 0))) == 2


def test_faces_side_by_side_stay_two() -> None:
    assert len(merged((0, box(100, 100), 0.9, 0), (0, box(125, 100), 0.9, 0))) == 2


def test_the_same_place_in_other_frames_is_another_sighting() -> None:
    assert merged((0, box(100, 100), 0.9, 0), (1, box(100, 100), 0.9, 0)).frame.tolist() == [0, 1]


@pytest.mark.parametrize(
    "edges",
    [
        (float("nan"), 0, 10, 10),
        (0, 0, float("inf"), 10),
        (50, 50, 40, 60),
        (50, 50, 60, 50),
        (0, 0, 1e30, 1e30),
        (-3e38, -3e38, 3e38, 3e38),
        (5000, 100, 5040, 150),
        (100, -400, 140, -350),
    ],
)
def test_what_cannot_be_a_face_in_the_picture_is_dropped(edges: tuple[float, ...]) -> None:
    assert len(merged((0, edges, 0.9, 0))) == 0
    assert len(merged((0, edges, 0.9, 0), (0, box(100, 100), 0.5, 0))) == 1


@pytest.mark.parametrize("edges", [(-300, -300, 900, 700), (-30, 100, 10, 150), (630, 350, 670, 400)])
def test_faces_larger_than_the_picture_or_half_outside_are_kept(edges: tuple[float, ...]) -> None:
    assert len(merged((0, edges, 0.9, 0))) == 1


def test_frames_that_the_film_does_not_have_are_dropped() -> None:
    assert len(merged((-1, box(100, 100), 0.9, 0), (3, box(100, 100), 0.9, 0), frames=3)) == 0


BOXES = st.builds(box, st.integers(60, 110), st.integers(60, 80), st.integers(20, 60), st.integers(20, 60))
ROWS = st.lists(st.tuples(st.integers(0, 2), BOXES, st.floats(0, 1, width=32), st.integers(0, 2)), max_size=25)


def test_a_chain_of_overlapping_faces_does_not_become_one() -> None:
    row = [(0, box(100 + 12 * place, 100), score, 0) for place, score in enumerate((0.9, 0.8, 0.7, 0.6, 0.5))]
    assert merged(*row).first[:, 0].tolist() == [80, 104, 128]


@unhurried
@given(ROWS)
def test_no_detection_is_lost_and_each_lies_in_its_sighting(rows: list[Row]) -> None:
    found = merged(*rows)
    edges = np.array(sorted(row[1] for row in rows)).reshape(-1, 4)
    assert len(found.row) == len(found.producer) == len(rows)
    assert all(holds(found.box, one).any() for one in edges)
    assert set(found.row.tolist()) == set(range(len(found)))


@unhurried
@given(ROWS)
def test_the_best_sights_of_two_sightings_are_never_duplicates(rows: list[Row]) -> None:
    found = merged(*rows)
    for i in range(len(found)):
        for j in range(i):
            if found.frame[i] == found.frame[j]:
                assert not same_face(found.first[i].astype(float), found.first[j].astype(float))


@unhurried
@given(ROWS, st.integers(1, 5))
def test_merging_is_what_going_through_them_best_first_gives(rows: list[Row], chunk: int) -> None:
    whole = merged(*rows)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(merge.__globals__, "CHUNK", chunk)
        pieces = merged(*rows)
    order = sorted(set(rows), key=lambda row: (row[0], -row[2], *row[1]))
    leaders: list[Row] = []
    for row in order:
        near = [np.array(leader[1]) for leader in leaders if leader[0] == row[0]]
        if not any(same_face(one, np.array(row[1])) for one in near):
            leaders.append(row)
    assert whole.first.tolist() == pieces.first.tolist() == [list(leader[1]) for leader in leaders]
    assert np.array_equal(whole.box, pieces.box)
