"""A mask moves steadily, without lag, and never uncovers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maskanyone.track.smooth import steady

from .films import box, unhurried


def alone(frames: int) -> np.ndarray:
    return np.zeros(frames, np.int64)


def nothing(frames: int) -> np.ndarray:
    return np.zeros((frames, 2))


def noisy(frames: int, seed: int = 0) -> np.ndarray:
    return np.array([box(200, 150)] * frames) + np.random.default_rng(seed).normal(0, 1.5, (frames, 4))


@pytest.mark.parametrize("rate", [25, 60, 120])
def test_trembling_shrinks_to_less_than_a_quarter(rate: int) -> None:
    frames = 6 * rate
    raw = noisy(frames)
    way = steady(alone(frames), np.arange(frames) / rate, raw, nothing(frames), 0.2)
    for before, after in (
        ((raw[:, :2] + raw[:, 2:]) / 2, way.middle),
        ((raw[:, 2:] - raw[:, :2]) / 2, way.half),
    ):
        assert np.abs(np.diff(after, axis=0)).mean() < 0.25 * np.abs(np.diff(before, axis=0)).mean()


def test_producers_that_take_turns_with_other_sizes_make_no_flicker() -> None:
    raw = np.array([box(200, 150, 40 + 6 * (frame % 2), 50) for frame in range(60)])
    way = steady(alone(60), np.arange(60) / 30, raw, nothing(60), 0.2)
    assert np.ptp(way.half[:, 0]) < 0.05
    assert way.half[:, 0].min() >= 23


@pytest.mark.parametrize("clock", ["even", "uneven"])
def test_steady_motion_is_followed_exactly_from_the_first_frame_to_the_last(clock: str) -> None:
    steps = np.random.default_rng(1).choice([0.008, 0.033, 0.1], 50) if clock == "uneven" else np.full(50, 1 / 30)
    times = np.cumsum(steps)
    raw = np.array([box(100 + 300 * t, 150 - 80 * t) for t in times])
    way = steady(alone(50), times, raw, nothing(50), 0.2)
    assert np.allclose(way.middle, np.stack([100 + 300 * times, 150 - 80 * times], axis=1), atol=1e-6)
    assert np.allclose(way.half, (20, 25), atol=1e-6)
    assert np.allclose(way.velocity, (300, -80), atol=1e-3)


def test_a_turn_is_followed_without_lag() -> None:
    raw = np.array([box(200 + 60 * np.sin(frame / 5), 150) for frame in range(100)])
    way = steady(alone(100), np.arange(100) / 30, raw, nothing(100), 0.2)
    true, followed = ((raw[:, 0] + raw[:, 2]) / 2 - 200)[10:90], (way.middle[:, 0] - 200)[10:90]
    lags = [np.corrcoef(true, np.roll(followed, shift))[0, 1] for shift in (-1, 0, 1)]
    assert int(np.argmax(lags)) == 1


def test_a_nod_a_second_keeps_four_fifths_of_its_way() -> None:
    nod = np.sin(2 * np.pi * np.arange(120) / 30)
    way = steady(alone(120), np.arange(120) / 30, np.array([box(200, 150 + 20 * y) for y in nod]), nothing(120), 0.2)
    assert np.ptp(way.middle[30:90, 1]) > 0.8 * 40


def test_no_window_leaves_boxes_as_they_are() -> None:
    raw = noisy(20)
    way = steady(alone(20), np.arange(20) / 30, raw, nothing(20), 0)
    assert np.allclose(np.hstack([way.middle - way.half, way.middle + way.half]), raw)


def test_tracks_do_not_touch_each_other() -> None:
    raw = np.concatenate([noisy(20), noisy(30, 1) + 300])
    times = np.concatenate([np.arange(20), np.arange(15, 45)]) / 30
    both = steady(np.repeat([0, 1], [20, 30]), times, raw, nothing(50), 0.2)
    first = steady(alone(20), times[:20], raw[:20], nothing(20), 0.2)
    second = steady(alone(30), times[20:], raw[20:], nothing(30), 0.2)
    assert np.allclose(both.middle, np.concatenate([first.middle, second.middle]))
    assert np.allclose(both.half, np.concatenate([first.half, second.half]))


@unhurried
@given(
    st.integers(1, 40), st.integers(0, 2**32 - 1), st.floats(0, 1),
    st.sampled_from([(0.001, 0.01), (0.01, 0.05), (0.001, 0.5)]),
)
def test_the_smoothed_box_holds_the_box_and_what_it_is_to_spare(
    frames: int, seed: int, window: float, pace: tuple[float, float]
) -> None:
    random = np.random.default_rng(seed)
    corner = random.uniform(-500, 500, (frames, 2))
    raw = np.hstack([corner, corner + random.uniform(0.1, 400, (frames, 2))])
    spare = random.uniform(0, 20, (frames, 2))
    tracks = np.sort(random.integers(0, 3, frames))
    way = steady(tracks, np.cumsum(random.uniform(*pace, frames)), raw, spare, window)
    assert (way.middle - way.half <= raw[:, :2] - spare + 1e-6).all()
    assert (way.middle + way.half >= raw[:, 2:] + spare - 1e-6).all()
