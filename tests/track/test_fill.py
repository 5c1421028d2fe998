"""Where nobody saw a face it is hidden all the same, for a stated time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maskanyone.data import FILLED, GUESSED, SEEN
from maskanyone.track import TrackParams
from maskanyone.track.fill import limits

from .films import EVERYTHING, box, facts, holds, looks, middles, only, seen, unhurried


def states(track_frames: np.ndarray, track_states: np.ndarray, state: int) -> list[int]:
    return track_frames[track_states == state].tolist()


@pytest.mark.parametrize("rate", [5, 12, 30, 60, 120])
def test_a_gap_is_filled_up_to_the_stated_time_at_any_frame_rate(rate: int) -> None:
    last = round(0.5 * rate) + 3  # as many frames as last half a second lie between 2 and this one
    sights = [(frame, box(200, 150), 0.9, 0) for frame in (0, 1, 2, last, last + 1)]
    film = facts(sights, last + 2, rate)
    track = only(film.link(EVERYTHING.model_copy(update={"fill": 0.5})))
    assert states(track.frame, track.state, FILLED) == list(range(3, last))
    assert len(film.link(EVERYTHING.model_copy(update={"fill": 0.5 - 0.9 / rate})).tracks) == 2


@pytest.mark.parametrize("gap", [1, 3, 10, 29])
@pytest.mark.parametrize("speed", [0, 2, 6])
def test_a_steady_walker_is_covered_through_a_gap(gap: int, speed: int) -> None:
    truth = np.array([box(100 + speed * frame, 150) for frame in range(40 + gap)], np.float32)
    sights = [(frame, truth[frame], 0.9, 0) for frame in (*range(20), *range(20 + gap, 40 + gap))]
    track = only(facts(sights, 40 + gap).link())
    assert holds(track.box, truth).all()


@pytest.mark.parametrize("gap", [3, 6, 12])
def test_who_stands_walks_and_stands_again_during_a_gap_is_covered(gap: int) -> None:
    """The face ellipse, that is: a path unseen may leave the straight line by a quarter of its length."""
    frames = 20 + gap
    share = np.clip((np.arange(frames) - 10) / gap, 0, 1)
    way = 200 + 30 * (share**2 * (3 - 2 * share))
    truth = np.array([box(x, 150) for x in way], np.float32)
    track = only(facts([(f, truth[f], 0.9, 0) for f in (*range(10), *range(10 + gap, frames))], frames).link())
    assert holds(track.box, truth).all()


def test_a_mask_grows_in_a_gap_and_shrinks_again() -> None:
    track = only(facts([(frame, box(200, 150), 0.9, 0) for frame in (*range(10), *range(30, 40))], 40).link())
    width = (track.box[:, 2] - track.box[:, 0]).astype(float)
    assert width[20] > 1.05 * width[2]
    assert width[20] < 1.5 * width[2]
    assert width[38] == pytest.approx(40, abs=0.1)


@pytest.mark.parametrize("rate", [8, 30, 120])
def test_before_and_after_are_guessed_for_the_stated_times(rate: int) -> None:
    first, last = rate, 2 * rate
    film = facts([(frame, box(200, 150), 0.9, 0) for frame in range(first, last + 1)], 4 * rate, rate)
    track = only(film.link(EVERYTHING.model_copy(update={"before": 0.25, "after": 0.5})))
    assert states(track.frame, track.state, GUESSED) == [
        *range(first - rate // 4, first), *range(last + 1, last + rate // 2 + 1)
    ]


def test_nothing_is_guessed_where_none_is_asked_for() -> None:
    film = facts([(frame, box(200, 150), 0.9, 0) for frame in range(10, 20)], 40)
    assert only(film.link(EVERYTHING.model_copy(update={"before": 0, "after": 0}))).frame.tolist() == [*range(10, 20)]


def test_guesses_end_with_the_shot_and_the_film() -> None:
    film = facts([(frame, box(200, 150), 0.9, 0) for frame in (2, 12, 35)], 38, cuts=[10, 20])
    assert [(int(track.frame[0]), int(track.frame[-1])) for track in film.link().tracks] == [(0, 9), (10, 19), (28, 37)]


def test_guesses_lead_on_where_somebody_walks_in_and_out() -> None:
    truth = np.array([box(100 + 5 * frame, 150) for frame in range(60)], np.float32)
    track = only(facts([(frame, truth[frame], 0.9, 0) for frame in range(20, 40)], 60).link())
    assert holds(track.box, truth[track.frame]).all()


def test_guesses_stop_once_the_picture_is_left() -> None:
    sights = [(frame, box(560 + 12 * (frame - 10), 150), 0.9, 0) for frame in range(10, 17)]
    track = only(facts(sights, 60).link(EVERYTHING.model_copy(update={"after": 1.5})))
    assert track.ends == "edge"
    assert 16 < track.frame[-1] < 30
    assert (track.box[:, 0] < 640).all()


@pytest.mark.parametrize("forward", [True, False])
def test_who_leaves_in_one_stride_has_left_by_the_edge(forward: bool) -> None:
    way = [615 - 90 * stride for stride in range(4)]
    sights = [(frame, box(x, 150), 0.9, 0) for frame, x in enumerate(reversed(way) if forward else way, 10)]
    track = only(facts(sights, 24, rate=4).link(EVERYTHING.model_copy(update={"before": 1, "after": 1, "smooth": 0.6})))
    assert (track.ends if forward else track.starts) == "edge"
    assert track.frame[-1 if forward else 0] == (13 if forward else 10)


def test_two_sights_a_moment_apart_do_not_send_the_guess_away() -> None:
    film = facts([(60, box(200, 150), 0.9, 0), (61, box(225, 150), 0.9, 0)], 120, rate=120)
    track = only(film.link())
    assert len(track) == 62
    assert np.abs(middles(track.box)[:, 0] - 212.5).max() < 12.5 + 10
    assert (track.box[:, 2] - track.box[:, 0]).max() < 80


def test_one_sight_alone_stays_where_it_is_and_grows() -> None:
    track = only(facts([(30, box(200, 150), 0.9, 0)], 60).link())
    assert len(track) == 15
    assert np.allclose(middles(track.box), (200, 150))
    width = track.box[:, 2] - track.box[:, 0]
    assert (np.diff(width[7:]) > 0).all()
    assert (np.diff(width[:8]) < 0).all()


def test_a_gap_in_which_nobody_looked_is_filled_too() -> None:
    film = facts([(frame, box(200, 150), 0.9, 0) for frame in range(0, 31, 6)], 31)
    ran = np.zeros((3, 31), bool)
    ran[0, ::6] = True
    track = only(replace(film, looks=looks(ran)).link(TrackParams()))
    assert track.frame.tolist() == list(range(31))
    assert seen(track).tolist() == list(range(0, 31, 6))
    assert set(track.state) == {SEEN, FILLED}


@unhurried
@given(
    st.lists(st.floats(0.001, 1), min_size=1, max_size=30), st.lists(st.booleans(), min_size=30, max_size=30),
    st.floats(0, 3),
)
def test_limits_are_the_farthest_frames_in_time_and_shot(steps: list[float], cuts: list[bool], lasting: float) -> None:
    times = np.cumsum(steps)
    shot = np.cumsum(cuts[: len(steps)])
    every = np.arange(len(steps))
    forward, back = limits(every, shot, times, lasting), limits(every, shot, times, -lasting)
    for frame in every:
        alike = every[(shot == shot[frame]) & (np.abs(times - times[frame]) <= lasting + 1e-6)]
        assert (back[frame], forward[frame]) == (alike.min(), alike.max())
