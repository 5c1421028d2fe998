"""Frames of which nothing is known are named."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maskanyone.data import Looks, Span
from maskanyone.track.looked import blind, looked, lost_in

from .films import looks, unhurried


def dark(ran: list[int], frames: int = 30, cut: int | None = None, rate: float = 10) -> list[int]:
    seen = np.zeros(frames, bool)
    seen[ran] = True
    shot = (np.arange(frames) >= (frames if cut is None else cut)).astype(np.int64)
    return [f for span in blind(seen, shot, np.arange(frames) / rate, 0.2) for f in range(span.start, span.stop)]


def test_a_frame_is_looked_at_where_any_producer_ran() -> None:
    assert looked(looks(np.array([[True, False, False], [False, False, True]]))).tolist() == [True, False, True]


def test_who_sees_pictures_turned_or_blurred_vouches_for_none() -> None:
    ran = np.array([[True, False, False], [False, True, True]])
    facts = Looks(("plain", "turned"), np.ones((2, 3), bool), ran, aside=("turned",))
    assert looked(facts).tolist() == [True, False, False]
    assert looked(facts.of(("turned",))).tolist() == [False, False, False]


def test_producers_that_only_failed_or_are_none_saw_nothing() -> None:
    assert not looked(looks(np.zeros((2, 4), bool))).any()
    assert not looked(looks(np.zeros((0, 4), bool))).any()


def test_a_film_nobody_looked_at_is_blind_throughout() -> None:
    assert blind(np.zeros(9, bool), np.zeros(9, np.int64), np.arange(9.0), 10) == (Span(0, 9),)


def test_a_film_that_was_looked_at_throughout_has_no_blind_frame() -> None:
    assert dark(list(range(30))) == []


def test_a_film_without_frames_has_no_blind_frame() -> None:
    assert blind(np.zeros(0, bool), np.zeros(0, np.int64), np.zeros(0), 0.2) == ()


def test_short_times_without_a_look_are_vouched_for() -> None:
    assert dark([*range(0, 30, 4), 29]) == []


def test_what_is_further_from_a_look_than_allowed_is_blind_and_so_is_all_from_look_to_look() -> None:
    assert dark([*range(11), *range(20, 30)]) == [11, 12, 13, 14, 15, 16, 17, 18, 19]
    assert dark([*range(11), *range(15, 30)]) == []


def test_before_the_first_look_and_after_the_last_all_is_blind() -> None:
    assert dark(list(range(1, 29))) == [0, 29]


def test_a_look_does_not_vouch_for_another_shot() -> None:
    assert dark([*range(10), *range(13, 30)], cut=11) == []
    assert dark([*range(10), *range(16, 30)], cut=10) == [10, 11, 12, 13, 14, 15]
    assert dark([*range(8), *range(16, 30)], cut=10) == [10, 11, 12, 13, 14, 15]


@pytest.mark.parametrize("rate", [2, 30, 120])
def test_the_limit_is_in_seconds(rate: int) -> None:
    limit = int(0.2 * rate)
    assert dark([0, 2 * limit + 2], 2 * limit + 3, rate=rate) == list(range(1, 2 * limit + 2))
    assert dark([0, 2 * limit + 1], 2 * limit + 2, rate=rate) == []


@unhurried
@given(st.lists(st.booleans(), max_size=30))
def test_spans_name_the_true_values_once_each_and_never_touch(flags: list[bool]) -> None:
    found = Span.runs(np.array(flags, bool))
    named = [frame for span in found for frame in range(span.start, span.stop)]
    assert named == [frame for frame, flag in enumerate(flags) if flag]
    assert all(len(span) > 0 for span in found)
    assert all(a.stop < b.start for a, b in pairwise(found))


def lost(first: list[int], last: list[int], unseen: range, shot: list[int] | None = None) -> list[int]:
    """Frames, at 25 a second, that are covered since a face came or went while nobody looked."""
    seen = np.ones(60, bool)
    seen[list(unseen)] = False
    shots = np.array(shot or [0] * 60, np.int64)
    ends = (np.array(first, np.int64), np.array(last, np.int64))
    return [f for span in lost_in(seen, shots, np.arange(60) / 25, 0.2, *ends) for f in range(span.start, span.stop)]


def test_where_a_face_went_or_came_while_nobody_looked_all_is_covered() -> None:
    assert lost([0], [29], range(30, 39)) == list(range(30, 39))
    assert lost([39], [59], range(30, 39)) == list(range(30, 39))


def test_where_every_face_is_seen_on_both_sides_or_elsewhere_guesses_are_enough() -> None:
    assert lost([0], [59], range(30, 39)) == []
    assert lost([0], [20], range(30, 39)) == []
    assert lost([0], [29], range(30, 33)) == []


def test_a_cut_ends_the_doubt() -> None:
    assert lost([0], [29], range(30, 39), [0] * 36 + [1] * 24) == list(range(30, 36))
    assert lost([0], [29], range(30, 39), [0] * 30 + [1] * 30) == []
