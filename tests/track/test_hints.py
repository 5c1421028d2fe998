"""What was found too weakly to be hidden is hidden where a second look agrees, and nothing else changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maskanyone.data import FILLED, GUESSED, HINTED, Span
from maskanyone.track import Ask, Doubt, Links, Opinion, TrackParams, hints, in_vain, with_hints
from maskanyone.track.hints import beside, unexplained

from .films import Facts, box, detections, facts, looks, unhurried

Row = tuple[int, tuple[float, ...], float, int]
PARAMS = TrackParams()
CLEAR, FAINT = 0.9, 0.1


def says(*scores: float) -> Ask:
    """Ask somebody who gives every place the next of these scores, the last of them for ever."""

    def said(doubt: Doubt) -> Opinion:
        given: list[float] = []
        for number in range(len(doubt.wanted)):
            if not in_vain(given, PARAMS.agree):
                given.append(scores[min(number, len(scores) - 1)])
        return Opinion(tuple(given))

    return lambda doubts: [said(doubt) for doubt in doubts]


def hinted(film: Facts, ask: Ask, params: TrackParams = PARAMS) -> Links:
    """Tracks of what counts, score 0.2 and more, and of hints that are agreed with."""
    everything = film.detections
    sure = film.link(params) if not len(everything) else _sure(film).link(params)
    return with_hints(sure, everything, film.looks, film.change, film.times, film.size, params, ask)


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
    """Whoever says twice at first that nobody is there is asked no more."""
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

    def ask(doubts: Sequence[Doubt]) -> list[Opinion | None]:
        asked.extend(doubts)
        return [None] * len(doubts)

    hinted(facts(rows + faint(range(60), x=304), 60), ask)
    assert not asked
    hinted(facts(rows + faint(range(60), x=500), 60), ask)
    assert asked


def in_turn(*scores: float) -> Ask:
    """One score for each stretch."""
    return lambda doubts: [Opinion((score,) * 6) for _, score in zip(doubts, scores, strict=True)]


def test_a_long_hint_is_judged_in_stretches() -> None:
    """Of somebody who is there for a part of the time that part is hidden, with margins; neighbours make one track."""
    film = facts(faint(range(300)), 300)
    said = in_turn(0.0, 0.8, 0.8, 0.0, 0.8)

    def ask(doubts: Sequence[Doubt]) -> Sequence[Opinion | None]:
        assert [(doubt.rows.start, doubt.rows.stop) for doubt in doubts] == [
            (start, start + 60) for start in range(0, 300, 60)
        ]
        assert all(len(doubt.wanted) == 6 for doubt in doubts)
        return said(doubts)

    (whole,) = hinted(film, in_turn(*[0.8] * 5)).tracks
    first, second = hinted(film, ask).tracks
    margin = 7  # frames in 0.25 s
    assert (first.frame[0], first.frame[-1], first.starts, first.ends) == (60 - margin, 179 + margin, "found", "lost")
    assert (second.frame[0], second.frame[-1], second.ends) == (240 - margin, 299, "end")
    assert first.frame[first.state == HINTED].tolist() == list(range(60, 180))
    assert set(first.state.tolist()) == {HINTED, GUESSED}
    assert np.isnan(first.score[first.state == GUESSED]).all()
    assert [track.id for track in (first, second)] == [f"{whole.id}-{track.frame[0]}" for track in (first, second)]


def test_what_lies_between_two_stretches_and_at_the_ends_belongs_to_them() -> None:
    """A gap that a sure track would fill is filled, and the last moment after a sight is hidden as for a sure track."""
    rows = [*faint(range(10, 60)), *faint(range(180, 220))]
    film, long = facts(rows, 300), TrackParams(fill=6, before=1, after=1)
    sure = facts([(frame, place, CLEAR, by) for frame, place, _, by in rows], 300).link(long)
    (track,) = hinted(film, says(0.8), long).tracks
    assert track.frame.tolist() == sure.tracks[0].frame.tolist()
    assert track.frame[track.state == FILLED].tolist() == list(range(60, 180))


def test_where_nobody_could_be_asked_everybody_is_hidden() -> None:
    """However few sights there are, and whatever was said of the others."""
    for scores in ((), (0.0,), (0.1, 0.1), (0.0, 0.0, 0.0)):
        for agree in (0.4, 0.7, 1.0):
            failed = [Opinion(scores, failed=True)]
            assert hinted(facts(faint([20, 21]), 60), lambda _, said=failed: said, TrackParams(agree=agree)).tracks


def test_whoever_asks_for_much_can_still_be_agreed_with() -> None:
    assert hinted(facts(faint([20, 21]), 60), says(0.95), TrackParams(agree=0.9)).tracks


def test_whom_nobody_had_time_to_ask_about_is_listed() -> None:
    links = hinted(facts(faint(range(10, 30)), 60), lambda doubts: [None] * len(doubts))
    assert not links.tracks
    (left,) = links.doubted
    assert set(range(10, 30)) == set(left.frame.tolist())


def test_a_weak_track_that_nobody_had_time_to_ask_about_is_listed_once() -> None:
    links = hinted(facts(faint(range(10, 30), score=0.25), 60), lambda doubts: [None] * len(doubts))
    assert len(links.doubted) == 1


def test_where_nobody_looked_after_somebody_was_hinted_all_is_covered() -> None:
    """As beside a sure sight."""

    def film(score: float) -> Facts:
        rows = [(frame, box(100 + 4 * frame, 150), score, 0) for frame in range(30)]
        ran = np.ones((3, 90), bool)
        ran[:, 30:39] = False
        return replace(facts(rows, 90), looks=looks(ran))

    dark = hinted(film(FAINT), says(0.8))
    assert dark.tracks[0].frame[dark.tracks[0].state == HINTED].tolist() == list(range(30))
    assert dark.blind == (Span(30, 39),)
    assert dark.blind == film(CLEAR).link(PARAMS).blind
    assert hinted(film(FAINT), says(0.0)).blind == ()


def test_what_is_hidden_is_explained_and_what_looks_out_is_not() -> None:
    """Masks are larger than boxes by a fifth at each side."""
    (track,) = facts([(frame, box(300, 150, 60, 60), CLEAR, 0) for frame in range(9)], 9).link().tracks
    explained = [box(300, 150), box(310, 155, 30, 30), box(320, 150, 60, 60), box(300, 150, 80, 80)]
    looks_out = [box(300, 150, 110, 110), box(300, 150, 200, 200), box(500, 150), box(340, 150, 60, 60)]
    rest = unexplained(detections([(4, place, FAINT, 0) for place in [*explained, *looks_out]]), [track])
    assert rest.box.tolist() == [list(place) for place in looks_out]


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
    assert (after.cuts, after.blind) == (before.cuts, before.blind)  # everybody looked at every frame
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
