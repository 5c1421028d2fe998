"""A cut is told from everything else that changes a picture."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from maskanyone.track.cuts import cuts
from maskanyone.track.params import TrackParams

from .films import unhurried

MEASURED = json.loads(Path(__file__).with_name("change.json").read_text())


def found(change: object) -> tuple[int, ...]:
    return cuts(np.asarray(change, np.float32), TrackParams())


def quiet(frames: int = 60, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(1, 4, frames)


@pytest.mark.parametrize("clip", MEASURED)
def test_the_cuts_of_real_clips_are_found_and_no_others(clip: str) -> None:
    assert list(found(MEASURED[clip]["change"])) == MEASURED[clip]["cuts"]


@pytest.mark.parametrize("frame", [1, 2, 30, 58, 59])
def test_a_single_great_change_is_a_cut_wherever_it_is(frame: int) -> None:
    change = quiet()
    change[frame] = 60
    assert found(change) == (frame,)


def test_a_film_of_two_pictures_has_a_cut() -> None:
    assert found([0, 60]) == (1,)


@pytest.mark.parametrize("lasts", [1, 2, 3])
def test_a_flash_is_no_cut(lasts: int) -> None:
    change = quiet()
    change[30] = change[30 + lasts] = 60
    assert found(change) == ()


def test_a_flash_that_fades_is_no_cut() -> None:
    change = quiet()
    change[30:34] = 60, 30, 20, 10
    assert found(change) == found(change[::-1]) == ()


@pytest.mark.parametrize(("on", "off"), [(1, 1), (1, 5), (2, 2), (3, 9), (5, 5), (6, 6)])
def test_a_strobe_light_is_no_cut(on: int, off: int) -> None:
    change = quiet(120)
    at = 20
    while at + on < 100:
        change[at] = change[at + on] = 70
        at += on + off
    assert found(change) == ()


def test_a_pan_is_no_cut() -> None:
    change = quiet()
    change[30:50] = 30 + 10 * np.sin(np.arange(20))
    assert found(change) == ()


def test_a_fast_gesture_is_no_cut() -> None:
    change = quiet()
    change[30:34] = 12, 30, 28, 14
    assert found(change) == ()


def test_a_pan_that_stutters_is_no_cut() -> None:
    change = quiet()
    change[10:50] = 30
    change[31:33] = 0, 60
    assert found(change) == ()


def test_a_small_change_is_no_cut_however_still_it_is_around() -> None:
    change = np.zeros(60)
    change[30] = 20
    assert found(change) == ()


def test_repeated_pictures_between_moving_ones_are_no_cuts() -> None:
    change = np.zeros(60)
    change[1::2] = 30
    assert found(change) == ()


@pytest.mark.parametrize("apart", [8, 12, 25])
def test_two_cuts_soon_after_each_other_are_two(apart: int) -> None:
    change = quiet()
    change[20], change[20 + apart] = 60, 61
    assert found(change) == (20, 20 + apart)


def test_a_cut_into_a_moving_shot_is_found() -> None:
    change = quiet()
    change[30:] = np.random.default_rng(1).uniform(6, 12, 30)
    change[30] = 70
    assert found(change) == (30,)


def test_a_cut_is_found_beside_one_of_another_size() -> None:
    change = quiet()
    change[20], change[23] = 40, 90
    assert set(found(change)) == {20, 23} or found(change) == (23,)


@unhurried
@given(arrays(np.float32, st.integers(0, 40), elements=st.floats(width=32)))
def test_any_evidence_gives_frames_in_order_and_never_the_first(change: np.ndarray) -> None:
    frames = found(change)
    assert list(frames) == sorted(set(frames))
    assert all(0 < frame < len(change) for frame in frames)
    assert all(np.isfinite(change[frame]) and change[frame] >= TrackParams().cut_least for frame in frames)
