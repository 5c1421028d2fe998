"""What was found too weakly to be hidden is hidden where a second look agrees, and nothing else changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maskanyone.data import HINTED
from maskanyone.track import Doubt, Links, TrackParams, hints, with_hints
from maskanyone.track.hints import beside, unexplained

from .films import Facts, box, detections, facts, unhurried

Row = tuple[int, tuple[float, ...], float, int]
PARAMS = TrackParams()
CLEAR, FAINT = 0.9, 0.1


def says(*scores: float) -> Callable[[Sequence[Doubt]], None]:
    """Ask somebody who gives every place the next of these scores, the last of them for ever."""

    def ask(doubts: Sequence[Doubt]) -> None:
        for doubt in doubts:
            for number in range(len(doubt.wanted)):
                if not doubt.settled:
                    doubt.scores.append(scores[min(number, len(scores) - 1)])

    return ask


def hinted(film: Facts, ask: Callable[[Sequence[Doubt]], None]) -> Links:
    """Tracks of what counts, score 0.2 and more, and of hints that are agreed with."""
    everything = film.detections
    sure = film.link(PARAMS) if not len(everything) else _sure(film).link(PARAMS)
    return with_hints(sure, everything, film.looks, film.change, film.times, film.size, PARAMS, ask)


def _sure(film: Facts) -> Facts:
    return Facts(
        film.detections.part(film.detections.score >= 0.2), film.looks, film.change, film.times, film.size
    )


def faint(frames: Sequence[int], x: float = 300, score: float = FAINT) -> list[Row]:
    return [(frame, box(x, 150), score, 0) for frame in frames]


def test_a_hint_is_hidden_where_a_second_look_agrees() -> None:
    film = facts(faint(range(10, 30)), 60)
    assert not hinted(film, says(0.0)).tracks
    (track,) = hinted(film, says(0.7)).tracks
    assert set(range(10, 30)) <= set(track.frame[track.state == HINTED].tolist())
    assert track.kind == "face"


@pytest.mark.parametrize(
    ("scores", "hidden"),
    [
        ([0.39, 0.39], False),
        ([0.41, 0.2], True),
        ([0.41, 0.0], False),
        ([0.0, 0.0, 0.0, 0.9, 0.9, 0.9], False),
        ([0.9, 0.0, 0.0, 0.5, 0.0, 0.0], True),
    ],
)
def test_one_clear_agreement_is_asked_for_and_some_of_all_others(scores: list[float], hidden: bool) -> None:
    """Whoever says three times in a row that nobody is there is asked no more."""
    assert bool(hinted(facts(faint(range(10, 30)), 60), says(*scores)).tracks) is hidden


def test_a_hint_of_a_few_frames_needs_more() -> None:
    film = facts(faint([20, 21]), 60)
    assert not hinted(film, says(0.55)).tracks
    assert hinted(film, says(0.65)).tracks


def test_somebody_far_weaker_than_a_track_needs_and_not_a_hint_either_is_doubted() -> None:
    """A track that is too weak is asked about too; where it is agreed with it is doubted no more."""
    film = facts(faint(range(10, 30), score=0.25), 60)
    assert len(hinted(film, says(0.0)).doubted) == 1
    agreed = hinted(film, says(0.8))
    assert len(agreed.tracks) == 1
    assert not agreed.doubted


def test_nobody_asks_about_what_a_track_hides() -> None:
    rows = [(frame, box(300, 150), CLEAR, 0) for frame in range(60)]
    asked: list[Doubt] = []
    hinted(facts(rows + faint(range(60), x=304), 60), asked.extend)
    assert not asked
    hinted(facts(rows + faint(range(60), x=500), 60), asked.extend)
    assert asked


def test_a_long_hint_is_judged_in_stretches() -> None:
    """Of somebody who is there for a part of the time that part is hidden; neighbours make one track."""
    film = facts(faint(range(300)), 300)

    def ask(doubts: Sequence[Doubt]) -> None:
        assert [(doubt.rows.start, doubt.rows.stop) for doubt in doubts] == [
            (start, start + 60) for start in range(0, 300, 60)
        ]
        assert all(len(doubt.wanted) == 6 for doubt in doubts)
        for doubt, score in zip(doubts, [0.0, 0.8, 0.8, 0.0, 0.8], strict=True):
            doubt.scores += [score] * 6

    first, second = hinted(film, ask).tracks
    assert (first.frame[0], first.frame[-1], first.starts, first.ends) == (60, 179, "found", "lost")
    assert (second.frame[0], second.frame[-1], second.ends) == (240, 299, "end")
    assert first.id != second.id


def test_what_lies_in_a_box_is_explained_and_what_holds_it_is_not() -> None:
    (track,) = facts([(frame, box(300, 150, 60, 60), CLEAR, 0) for frame in range(9)], 9).link().tracks
    near = [box(300, 150), box(310, 155, 30, 30), box(300, 150, 200, 200), box(500, 150), box(340, 150, 60, 60)]
    rest = unexplained(detections([(4, place, FAINT, 0) for place in near]), [track])
    assert rest.box.tolist() == [list(place) for place in near[2:]]


def test_a_weak_sight_apart_from_the_hint_stays_doubted() -> None:
    both = [facts(faint(range(10, 30), x=x), 60).link().tracks[0] for x in (300, 500)]
    assert [track.id for track in beside(both, both[:1])] == [both[1].id]


ROWS = st.lists(
    st.tuples(
        st.integers(0, 59),
        st.builds(box, st.floats(0, 640), st.floats(0, 360), st.floats(10, 90), st.floats(10, 90)),
        st.floats(0.05, 1),
        st.integers(0, 2),
    ),
    max_size=25,
)


@unhurried
@given(ROWS, st.floats(0, 1))
def test_tracks_stay_as_they_are_whatever_is_said_of_hints(rows: list[Row], score: float) -> None:
    film = facts(rows, 60)
    before, after = _sure(film).link(PARAMS), hinted(film, says(score))
    assert [track.id for track in after.tracks[: len(before.tracks)]] == [track.id for track in before.tracks]
    for one, other in zip(before.tracks, after.tracks, strict=False):
        assert np.array_equal(one.box, other.box)
    assert (after.cuts, after.blind) == (before.cuts, before.blind)
    assert len({track.id for track in after.tracks}) == len(after.tracks)
    if score < PARAMS.agree:
        assert len(after.tracks) == len(before.tracks)
        assert [track.id for track in after.doubted] == [track.id for track in before.doubted]


def test_in_chunks_it_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = np.random.default_rng(5)
    rows = [(int(frame), box(*chance.uniform(20, 300, 2), 40, 40), FAINT, 0) for frame in chance.integers(0, 30, 200)]
    tracks = facts(rows[:60], 30).link().tracks
    whole = unexplained(detections(sorted(rows)), tracks)
    monkeypatch.setattr(hints, "_CHUNK", 7)
    assert 0 < len(whole) < len(rows)
    assert np.array_equal(unexplained(detections(sorted(rows)), tracks).box, whole.box)
