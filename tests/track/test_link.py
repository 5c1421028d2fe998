"""What holds for the tracks of any film."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from maskanyone.data import FILLED, GUESSED, SEEN, Detections
from maskanyone.errors import Failed
from maskanyone.track import TrackParams, link
from maskanyone.track.build import build
from maskanyone.track.smooth import Way, steady

from .films import (
    EVERYTHING,
    SIZE,
    Facts,
    box,
    detections,
    facts,
    films,
    holds,
    looks,
    middles,
    only,
    same,
    seen,
    unhurried,
)


def rows_of(film: Facts, chosen: object) -> Detections:
    parts = ("frame", "box", "score", "points", "producer")
    return replace(film.detections, **{part: getattr(film.detections, part)[chosen] for part in parts})


def kept_tracks(film: Facts) -> set[tuple[str, int]]:
    return {(track.id, int(seen(track)[0])) for track in film.link().tracks}


@unhurried
@given(films())
def test_every_detection_lies_inside_the_box_of_a_track(film: Facts) -> None:
    found = film.link()
    inside = [
        any(
            holds(track.box[frame - track.frame[0]], edges)
            for track in found.tracks
            if track.frame[0] <= frame <= track.frame[-1]
        )
        for frame, edges in zip(film.detections.frame, film.detections.box, strict=True)
        if near_picture(edges)
    ]
    assert all(inside)


def near_picture(edges: np.ndarray) -> bool:
    sides = edges[2:] - edges[:2]
    return bool((edges[2:] > 0).all() and (edges[:2] < SIZE).all() and (sides > 0).all())


@unhurried
@given(films())
def test_a_track_has_a_row_for_each_frame_from_its_first_to_its_last(film: Facts) -> None:
    for track in film.link().tracks:
        assert np.array_equal(track.frame, np.arange(track.frame[0], track.frame[-1] + 1))
        assert len(track.frame) == len(track.box) == len(track.state) == len(track.score)
        assert set(track.frame.tolist()) <= set(range(len(film.times)))


@unhurried
@given(films())
def test_boxes_are_finite_and_have_a_size(film: Facts) -> None:
    for track in film.link().tracks:
        assert np.isfinite(track.box).all()
        assert (track.box[:, 2:] > track.box[:, :2]).all()


@unhurried
@given(films())
def test_types_are_those_of_the_contract(film: Facts) -> None:
    for track in film.link().tracks:
        assert (track.frame.dtype, track.box.dtype) == (np.int32, np.float32)
        assert (track.state.dtype, track.score.dtype) == (np.uint8, np.float32)


@unhurried
@given(films())
def test_states_say_how_each_box_came_about(film: Facts) -> None:
    for track in film.link().tracks:
        first, last = seen(track)[[0, -1]]
        within = (track.frame >= first) & (track.frame <= last)
        assert set(track.state[within]) <= {SEEN, FILLED}
        assert set(track.state[~within]) <= {GUESSED}
        assert np.array_equal(np.isnan(track.score), track.state != SEEN)
        assert set(seen(track)) <= set(film.detections.frame.tolist())


@unhurried
@given(films())
def test_ids_are_unique(film: Facts) -> None:
    ids = [track.id for track in film.link().tracks]
    assert len(ids) == len(set(ids))


@unhurried
@given(films(), st.integers(0, 40))
def test_ids_stay_when_later_detections_are_added(film: Facts, until: int) -> None:
    early = replace(film, detections=rows_of(film, film.detections.frame < until))
    assert kept_tracks(early) <= kept_tracks(film)


def test_an_id_stays_when_a_weaker_producer_sees_the_same_face() -> None:
    alone = [(frame, box(100, 100), 0.9, 0) for frame in range(9)]
    both = [*alone, *((frame, box(103, 101, 44), 0.4, 1) for frame in range(9))]
    assert only(facts(alone, 9).link()).id == only(facts(both, 9).link()).id


def test_an_id_tells_frame_place_and_kind_apart() -> None:
    film = facts([(0, box(100, 100), 0.9, 0)], 3)
    later = facts([(1, box(100, 100), 0.9, 0)], 3)
    aside = facts([(0, box(101, 100), 0.9, 0)], 3)
    head = replace(film, detections=replace(film.detections, kind="head"))
    assert len({only(each.link()).id for each in (film, later, aside, head)}) == 4


@unhurried
@given(films())
def test_nothing_crosses_a_cut(film: Facts) -> None:
    found = film.link()
    for track in found.tracks:
        assert not any(track.frame[0] < cut <= track.frame[-1] for cut in found.cuts)


@unhurried
@given(films(), st.randoms(use_true_random=False))
def test_the_order_of_detections_does_not_matter(film: Facts, random: Random) -> None:
    order = list(range(len(film.detections)))
    random.shuffle(order)
    assert same(film.link(), replace(film, detections=rows_of(film, np.array(order, int))).link())


@unhurried
@given(films(), st.sampled_from([0.25, 0.5, 2.0, 8.0]))
def test_slow_motion_gives_the_same_tracks(film: Facts, slower: float) -> None:
    params = EVERYTHING.model_copy(update={"smooth": 0.1})
    stretched = params.model_copy(
        update={name: getattr(params, name) * slower for name in ("before", "after", "fill", "smooth", "blind")}
        | {name: getattr(params, name) / slower for name in ("speed", "growth")}
    )
    normal, slow = film.link(params), replace(film, times=film.times * slower).link(stretched)
    assert (normal.cuts, normal.blind) == (slow.cuts, slow.blind)
    assert [track.id for track in normal.tracks] == [track.id for track in slow.tracks]
    for one, other in zip(normal.tracks, slow.tracks, strict=True):
        assert np.array_equal(one.frame, other.frame)
        assert np.allclose(one.box, other.box, rtol=1e-3, atol=0.05)


@unhurried
@given(films())
def test_a_mirrored_film_gives_mirrored_tracks(film: Facts) -> None:
    mirrored = film.detections.box[:, [2, 1, 0, 3]] * np.float32([-1, 1, -1, 1]) + np.float32([SIZE[0], 0, SIZE[0], 0])
    one, other = film.link(), replace(film, detections=replace(film.detections, box=mirrored)).link()
    covered = [np.zeros(len(film.times)), np.zeros(len(film.times))]
    for area, found in zip(covered, (one, other), strict=True):
        for track in found.tracks:
            area[track.frame] += (track.box[:, 2:] - track.box[:, :2]).astype(float).prod(axis=1)
    assert np.allclose(*covered, rtol=1e-2, atol=1)


@unhurried
@given(
    st.lists(
        st.tuples(
            st.integers(-5, 12),
            st.tuples(*[st.floats(width=32) | st.floats(-50, 700, width=32)] * 4),
            st.floats(width=32) | st.floats(0, 1, width=32),
            st.integers(-2, 5),
        ),
        max_size=12,
    )
)
def test_nonsense_never_raises_and_never_becomes_a_box(rows: list[tuple[int, tuple[float, ...], float, int]]) -> None:
    found = facts(rows, 8).link()
    for track in found.tracks:
        assert np.isfinite(track.box).all()
        assert (track.box[:, 2:] > track.box[:, :2]).all()
        assert not np.isnan(track.score[track.state == SEEN]).any()


def test_a_broken_score_on_a_sound_box_is_hidden() -> None:
    assert only(facts([(0, box(100, 100), float("nan"), 0)], 1).link(TrackParams())).frame.tolist() == [0]


def test_without_detections_there_are_no_tracks() -> None:
    assert facts([], 10).link().tracks == ()
    assert facts([], 0).link().tracks == ()


def test_no_smoothing_however_wrong_uncovers_a_detection(monkeypatch: pytest.MonkeyPatch) -> None:
    def shrinking(*facts: object) -> Way:
        way = steady(*facts)  # type: ignore[arg-type]
        return replace(way, half=way.half / 2, middle=way.middle + 3)

    monkeypatch.setitem(build.__globals__, "steady", shrinking)
    track = only(facts([(frame, box(100, 100), 0.9, 0) for frame in range(0, 20, 2)], 20).link())
    sights = track.state == SEEN
    assert holds(track.box[sights], np.float32([box(100, 100)])).all()
    assert not holds(track.box[track.state == FILLED], np.float32([box(100, 100)])).any()


def test_a_clock_that_breaks_or_runs_back_stands_still() -> None:
    rows = [(frame, box(100 + frame, 100), 0.9, 0) for frame in range(0, 12, 2)]
    broken = np.array([0, 0.1, np.nan, 0.3, 0.2, 0.1, 0.4, 0.5, 0, 0.6, 0.7, 0.8])
    standing = np.array([0, 0.1, 0.1, 0.3, 0.3, 0.3, 0.4, 0.5, 0.5, 0.6, 0.7, 0.8])
    assert same(facts(rows, 12, times=broken).link(), facts(rows, 12, times=standing).link())
    assert len(only(facts(rows, 12, times=broken).link())) == 12


def test_facts_of_different_films_are_refused() -> None:
    with pytest.raises(Failed):
        link(detections([]), looks(np.ones((1, 5), bool)), np.zeros(4, np.float32), np.arange(5.0), SIZE, EVERYTHING)


def test_a_single_sight_is_hidden_by_default() -> None:
    params = TrackParams()
    track = only(facts([(30, box(100, 100), params.start + 0.01, 0)], 60).link(params))
    assert seen(track).tolist() == [30]


def test_a_track_whose_best_score_is_too_low_is_not_believed() -> None:
    weak = [(frame, box(100, 100), 0.3, 0) for frame in range(10)]
    strong = [*weak[:-1], (9, box(100, 100), 0.7, 0)]
    params = TrackParams(start=0.7)
    assert facts(weak, 10).link(params).tracks == ()
    assert len(seen(only(facts(strong, 10).link(params)))) == 10


def test_a_short_track_needs_a_better_score_where_one_is_asked_for() -> None:
    params = TrackParams(confirm=0.5, short=3)
    brief = [(frame, box(100, 100), 0.3, 0) for frame in (30, 31)]
    longer = [(frame, box(100, 100), 0.3, 0) for frame in (30, 31, 32)]
    sure = [(30, box(100, 100), 0.6, 0)]
    assert facts(brief, 60).link(params).tracks == ()
    assert facts(longer, 60).link(params).tracks
    assert facts(sure, 60).link(params).tracks


def test_a_track_is_not_called_short_because_nobody_looked() -> None:
    film = facts([(30, box(100, 100), 0.3, 0)], 60)
    ran = np.zeros((3, 60), bool)
    ran[0, ::10] = True
    rarely = replace(film, looks=looks(ran))
    assert film.link(TrackParams(confirm=0.5)).tracks == ()
    assert rarely.link(TrackParams(confirm=0.5)).tracks


def test_support_names_every_producer_that_saw_the_face() -> None:
    rows = [(0, box(100, 100), 0.9, 2), (1, box(100, 100), 0.9, 0), (1, box(300, 100), 0.9, 1)]
    assert [track.support for track in facts(rows, 2).link().tracks] == [("maker 0", "maker 2"), ("maker 1",)]


@pytest.mark.parametrize(
    ("frames", "sights", "cuts", "place", "reasons"),
    [
        (20, range(20), (), (300, 100), ("start", "end")),
        (60, range(20, 40), (), (300, 100), ("found", "lost")),
        (60, range(20, 40), (20, 40), (300, 100), ("cut", "cut")),
        (60, range(22, 38), (20, 40), (300, 100), ("cut", "cut")),
        (60, range(20, 40), (), (15, 100), ("edge", "edge")),
    ],
)
def test_a_track_says_why_it_begins_and_ends(
    frames: int, sights: range, cuts: tuple[int, ...], place: tuple[int, int], reasons: tuple[str, str]
) -> None:
    track = only(facts([(frame, box(*place), 0.9, 0) for frame in sights], frames, cuts=cuts).link())
    assert (track.starts, track.ends) == reasons


def test_parameters_carry_what_a_form_needs() -> None:
    for name, field in TrackParams.model_json_schema()["properties"].items():
        assert field["title"], name
        assert field["description"].endswith("."), name
        if field["type"] == "boolean":
            continue
        assert {"minimum", "maximum", "default"} <= set(field), name
        assert field["minimum"] <= field["default"] <= field["maximum"], name


def test_parameters_cannot_be_misspelt_or_changed() -> None:
    with pytest.raises(ValidationError):
        TrackParams(smoth=0.1)  # type: ignore[call-arg]
    with pytest.raises(ValidationError):
        TrackParams().fill = 2  # type: ignore[misc]


def test_two_people_who_pass_each_other_keep_their_tracks() -> None:
    rows = [
        (frame, box(x, y), 0.9, 0) for frame in range(60) for x, y in ((100 + 7 * frame, 150), (513 - 7 * frame, 180))
    ]
    tracks = facts(rows, 60).link().tracks
    assert len(tracks) == 2
    for track in tracks:
        steps = [b - a for a, b in pairwise(middles(track.box)[:, 0])]
        assert min(steps) > 0 or max(steps) < 0
