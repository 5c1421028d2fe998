"""A film is divided so that every frame is in one piece, and pieces begin at key frames where there are some."""

from __future__ import annotations

import time
from fractions import Fraction
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from maskanyone.data import Timeline, Video
from maskanyone.video.pieces import divided

from .clips import facts

MOST_FRAMES = 1200

bases = st.sampled_from([Fraction(1, 25), Fraction(1, 1000), Fraction(1, 90_000), Fraction(1001, 30_000)])


@st.composite
def films(draw: st.DrawFn) -> tuple[Video, Timeline]:
    base = draw(bases)
    count = draw(st.integers(1, 4000))
    longest = draw(st.sampled_from([0.001, 0.04, 0.5, 30.0]))
    random = np.random.default_rng(draw(st.integers(0, 1000)))
    steps = np.maximum(random.uniform(0, longest, count) / float(base), 1).astype(np.int64)
    pts = draw(st.integers(-(10**6), 10**9)) + np.cumsum(steps)
    every = draw(st.sampled_from([1, 12, 250, 5000]))
    keys = tuple(int(p) for p in pts[::every])
    video = facts(time_base=base, keys=keys, seekable=draw(st.booleans()))
    return video, Timeline(pts, 1)


@given(films())
def test_every_frame_is_in_one_piece_and_no_piece_is_empty_or_too_long(film):
    video, timeline = film
    spans = divided(video, timeline)
    assert spans[0].start == 0
    assert spans[-1].stop == len(timeline)
    assert all(a.stop == b.start for a, b in pairwise(spans))
    assert all(1 <= len(span) <= MOST_FRAMES for span in spans)


@given(films())
def test_the_same_film_is_always_divided_alike(film):
    assert divided(*film) == divided(*film)


@given(st.integers(1, 3000), st.integers(1, 125))
def test_at_25_frames_a_second_pieces_last_two_and_a_half_seconds_or_so_and_begin_at_key_frames(count, every):
    keys = range(0, count, every)
    spans = divided(facts(keys=tuple(keys)), Timeline(np.arange(count), 1))
    assert all(31 <= len(span) <= 94 for span in spans[:-1])
    assert len(spans[-1]) <= 100  # with what would be a splinter
    if every <= 31:
        assert {span.start for span in spans} <= set(keys)


def test_a_film_with_one_key_frame_is_cut_by_time():
    spans = divided(facts(keys=(0,)), Timeline(np.arange(1000), 1))
    assert [span.start for span in spans] == list(range(0, 1000, 63))


def test_where_seeking_is_not_sound_key_frames_decide_nothing():
    timeline = Timeline(np.arange(1000), 1)
    assert divided(facts(keys=(0, 120, 235), seekable=False), timeline) == divided(facts(keys=(0,)), timeline)


def test_no_splinter_is_left_at_the_end():
    assert [len(span) for span in divided(facts(keys=(0,)), Timeline(np.arange(68), 1))] == [68]


def test_hours_of_pictures_that_are_all_key_frames_are_divided_at_once():
    count = 4 * 3600 * 25
    began = time.monotonic()
    spans = divided(facts(keys=tuple(range(count))), Timeline(np.arange(count), 1))
    assert len(spans) == -(-count // 63)
    assert time.monotonic() - began < 20  # it took minutes when each piece looked through all key frames
