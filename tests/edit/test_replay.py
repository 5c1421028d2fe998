"""What corrections do to tracks: that much, and nothing to anybody else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from maskanyone import keys
from maskanyone.data import (
    BY_HAND,
    FILLED,
    FOLLOWED,
    GUESSED,
    MENDED,
    PLACED,
    SEEN,
    SPARED,
    STATES,
    Plan,
    Span,
    Timeline,
    Track,
)
from maskanyone.edit import Edits, Scene, replay
from maskanyone.errors import BadEdits
from maskanyone.pipeline.planning import hidden
from maskanyone.render.regions import region

from .written import FACE, FRAMES, RATE, SCENE, SIZE, done, edit, edits, key, track

LEFT, RIGHT = (10.0, 40.0, 50.0, 90.0), (200.0, 60.0, 240.0, 110.0)


def only(edited: Any, id: str) -> Track:
    (found,) = [each for each in edited.tracks if each.id == id]
    return found


def equal(one: Track, other: Track) -> bool:
    return one.id == other.id and all(
        np.array_equal(getattr(one, name), getattr(other, name), equal_nan=name == "score")
        for name in ("frame", "box", "state", "score")
    )


def test_a_box_is_added_straight_between_its_keys_and_not_beyond() -> None:
    old = track("a", 0, 99)
    made = done([old], edit("add", keys=[key(10, LEFT), key(20, RIGHT), {"s": 1.0, "box": RIGHT}]))
    assert equal(made.tracks[0], old)
    new = made.tracks[1]
    assert new.frame.tolist() == list(range(10, 26))
    assert new.box[[0, 10, 15]].tolist() == [list(LEFT), list(RIGHT), list(RIGHT)]
    np.testing.assert_allclose(new.box[5], (np.array(LEFT) + RIGHT) / 2)
    assert set(new.state.tolist()) == {BY_HAND}
    assert (new.starts, new.ends, new.kind) == ("by hand", "by hand", "face")
    assert np.isnan(new.score).all()


def test_keys_are_joined_by_the_time_of_frames_not_by_their_number() -> None:
    times = np.array([0.0, 0.1, 1.0])
    written = edits(edit("add", keys=[key(0, (0, 0, 10, 10)), key(2, (100, 0, 110, 10))]))
    (new,) = replay(written, (), Scene(SIZE, times, 1.1)).tracks
    np.testing.assert_allclose(new.box[:, 0], [0, 10, 100], atol=1e-5)


@pytest.mark.parametrize(
    ("seconds", "frame"), [(0.0, 0), (0.0399, 0), (0.04, 1), (0.079, 1), (3.96, 99), (3.9999, 99), (0.0399999, 1)]
)
def test_a_time_names_the_frame_that_is_shown_then(seconds: float, frame: int) -> None:
    (new,) = done((), edit("add", keys=[{"s": seconds, "box": list(FACE)}])).tracks
    assert new.frame.tolist() == [frame]


def test_a_track_is_moved_in_a_range_and_led_on_beyond_its_ends() -> None:
    old = track("a", 20, 40)
    moved = only(done([old], edit("move", track="a", keys=[key(30, LEFT), key(50, LEFT)])), "a")
    assert moved.frame.tolist() == list(range(20, 51))
    assert moved.state.tolist() == [SEEN] * 10 + [BY_HAND] * 21
    assert np.array_equal(moved.box[:10], old.box[:10])
    assert (moved.box[10:] == np.array(LEFT, np.float32)).all()
    assert (moved.starts, moved.ends) == ("found", "by hand")


def test_what_a_move_leaves_behind_is_told_as_in_sight() -> None:
    old = track("a", 10, 20)
    made = done([old], edit("move", track="a", keys=[key(12, LEFT), key(15, LEFT)]))
    moved, left = made.tracks
    assert (moved.id, left.frame.tolist()) == ("a", [12, 13, 14, 15])
    assert (left.state == SPARED).all()
    assert np.array_equal(left.box, old.box[2:6])
    assert "what is there shows" in made.done[0]["what"]


def test_a_move_that_still_holds_what_was_hidden_leaves_nothing() -> None:
    around = (FACE[0] - 2, FACE[1] - 2, FACE[2] + 2, FACE[3] + 2)
    made = done([track("a", 10, 20)], edit("move", track="a", keys=[key(12, around), key(15, around)]))
    assert [each.id for each in made.tracks] == ["a"]


def test_what_is_deleted_is_spared_and_stays_listed() -> None:
    old = track("a", 20, 40)
    part = only(done([old], edit("delete", track="a", from_={"frame": 0}, to={"frame": 25})), "a")
    assert part.state.tolist() == [SPARED] * 6 + [SEEN] * 15
    (rest,) = hidden([part])
    assert rest.frame.tolist() == list(range(26, 41))
    whole = only(done([old], edit("delete", track="a")), "a")
    assert set(whole.state.tolist()) == {SPARED}
    assert hidden([whole]) == ()
    middle = only(done([old], edit("delete", track="a", from_={"frame": 30}, to={"frame": 30})), "a")
    assert [each.frame.tolist() for each in hidden([middle])] == [list(range(20, 30)), list(range(31, 41))]


def test_a_move_over_what_is_spared_hides_it_again() -> None:
    made = done([track("a", 0, 50)], edit("delete", track="a"), edit("move", track="a", keys=[key(5), key(9)]))
    assert [each.frame.tolist() for each in hidden(made.tracks)] == [[5, 6, 7, 8, 9]]


def test_a_track_is_divided_and_its_later_part_has_a_name_to_go_on_with() -> None:
    old = track("a", 10, 20)
    made = done(
        [old, track("b", 0, 99, LEFT)], edit("split", track="a", from_={"frame": 15}), edit("delete", track="a-15")
    )
    assert [each.id for each in made.tracks] == ["a", "a-15", "b"]
    assert only(made, "a").frame.tolist() == list(range(10, 15))
    assert (only(made, "a").ends, only(made, "a-15").starts) == ("by hand", "by hand")
    assert set(only(made, "a-15").state.tolist()) == {SPARED}


def test_joined_tracks_are_hidden_in_between_too() -> None:
    early, late = track("a", 0, 10, LEFT), track("b", 20, 30, RIGHT)
    made = done([late, early, track("c", 5, 8)], edit("join", tracks=[{"track": "b"}, {"track": "a"}]))
    whole = only(made, "a")
    assert [each.id for each in made.tracks] == ["a", "c"]
    assert whole.frame.tolist() == list(range(31))
    assert whole.state.tolist() == [SEEN] * 11 + [BY_HAND] * 9 + [SEEN] * 11
    np.testing.assert_allclose(whole.box[15], (np.array(LEFT) + RIGHT) / 2)
    assert "hidden in the 9 frames between too" in made.done[0]["what"]


def test_what_one_part_spares_the_other_still_hides() -> None:
    parts = [track("a", 0, 10, LEFT), track("b", 5, 15, RIGHT)]
    made = done(parts, edit("delete", track="a"), edit("join", tracks=[{"track": "a"}, {"track": "b"}]))
    (whole,) = made.tracks
    assert whole.state.tolist() == [SPARED] * 5 + [SEEN] * 11
    assert (whole.box[5:] == np.array(RIGHT, np.float32)).all()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (edit("delete", track="x"), "edit 2: there is no track x. Take its id from the report, with its place"),
        (edit("delete", track="x", at=key(50, LEFT)), "there is no track x, nor another at its place"),
        (edit("delete", track="a", from_={"frame": 100}), "there is no frame 100. Choose one from 0 to 99"),
        (edit("delete", track="a", to={"s": 4.0}), "there is no frame at 4 s. Choose a time from 0.000 to 4.000 s"),
        (edit("delete", track="a", to={"s": -0.1}), "there is no frame at -0.1 s"),
        (edit("delete", track="a", from_={"frame": 60}), "track a is there from frame 10 to 50 only"),
        (edit("delete", track="a", from_={"frame": 20}, to={"frame": 19}), "ends in frame 19, before it begins in 20"),
        (edit("add", keys=[key(5), key(4)]), "its keys do not follow one another"),
        (edit("add", keys=[key(5), key(5)]), "its keys do not follow one another"),
        (edit("add", keys=[key(5), {"s": 0.2, "box": FACE}]), "its keys do not follow one another"),
        (edit("add", keys=[key(5, (400, 0, 420, 20))]), "frame 5 lies outside the picture. The picture has 320 x 180"),
        (edit("add", keys=[key(5, (-20, 0, 0, 20))]), "lies outside the picture"),
        (edit("move", track="a", keys=[key(60)]), "track a is there from frame 10 to 50. Move it there"),
        (edit("split", track="a", from_={"frame": 10}), "a is there from frame 10 to 50. Divide it from 11 to 50"),
        (edit("split", track="a", from_={"frame": 51}), "Divide it from 11 to 50"),
        (edit("join", tracks=[{"track": "a"}, {"track": "a"}]), "it names one track twice"),
        (edit("join", tracks=[{"track": "a"}, {"track": "c"}]), "track c is a head, a a face"),
    ],
)  # fmt: skip
def test_what_does_not_fit_the_film_is_said_with_file_and_entry(wrong: dict[str, Any], said: str) -> None:
    tracks = [track("a", 10, 50), track("b", 0, 99, RIGHT), track("c", 20, 30, kind="head")]
    with pytest.raises(BadEdits) as refused:
        done(tracks, edit("add", keys=[key(1)]), wrong)
    assert said in str(refused.value)
    assert str(refused.value).startswith("corrections.json, edit 2: ")


def test_a_track_is_found_again_by_its_place() -> None:
    tracks = [track("new", 10, 50, FACE), track("other", 0, 99, RIGHT)]
    made = done(tracks, edit("delete", track="old", at=key(30, (104, 52, 146, 104))))
    assert set(only(made, "new").state.tolist()) == {SPARED}
    assert "new (found by its place)" in made.done[0]["what"]
    assert made.done[0]["about"] == ["new"]
    with pytest.raises(BadEdits, match="where track old was there are several now"):
        done([*tracks, track("twin", 0, 40)], edit("delete", track="old", at=key(30)))


def test_an_edit_waits_for_a_track_that_the_search_may_find() -> None:
    """Only where it says where that is; and whom it does not concern is never taken instead afterwards."""
    wanted = edit("delete", track="found", at=key(30))
    early = done([track("other", 0, 99, RIGHT)], wanted, patient=True)
    assert (early.waiting, early.done) == ((1,), ())
    late = done([track("other", 0, 99, RIGHT), track("found", 28, 32, state=MENDED)], wanted, patient=True)
    assert (late.waiting, len(late.done)) == ((), 1)
    assert set(only(late, "found").state.tolist()) == {SPARED}
    with pytest.raises(BadEdits, match="there is no track found"):
        done([], edit("delete", track="found"), patient=True)
    old = done([track("a", 0, 99), track("searched", 28, 32, state=MENDED)], wanted)
    assert set(only(old, "a").state.tolist()) == {SPARED}


def test_whom_a_hand_spares_the_search_does_not_hide_again() -> None:
    tracks = [
        track("a", 0, 99),
        track("again", 20, 40, (103, 50, 142, 96), MENDED),
        track("else", 20, 40, LEFT, MENDED),
    ]
    made = done(tracks, edit("delete", track="a", from_={"frame": 10}, to={"frame": 60}))
    assert [each.id for each in made.tracks] == ["a", "else"]
    assert equal(only(made, "else"), tracks[2])


def test_whom_the_search_finds_beyond_what_is_spared_stays_hidden() -> None:
    tracks = [track("a", 0, 99), track("again", 20, 40, FACE, MENDED)]
    made = done(tracks, edit("delete", track="a", from_={"frame": 30}))
    assert only(made, "again").state.tolist() == [MENDED] * 10 + [SPARED] * 11


def test_tracks_of_one_name_are_all_kept() -> None:
    made = done([track("a", 0, 10), track("a", 20, 30), track("a", 40, 50)], edit("delete", track="a"))
    assert [each.id for each in made.tracks] == ["a", "a.2", "a.3"]
    assert len(hidden(made.tracks)) == 2


def test_a_track_that_is_divided_twice_at_one_frame_gives_two_names() -> None:
    apart = edit("split", track="a", from_={"frame": 15})
    made = done([track("a", 0, 30)], apart, edit("move", track="a", keys=[key(14), key(20)]), apart)
    assert [each.id for each in made.tracks] == ["a", "a-15.2", "a-15"]
    assert "on it is a-15.2" in made.done[2]["what"]


def test_the_report_is_told_what_was_written_and_what_came_of_it() -> None:
    (told,) = done([track("a", 10, 50)], edit("delete", track="a", to={"s": 1.0}, reason="a cup")).done
    assert told == {
        "number": 1,
        "what": "Track a no longer hidden in frames 10 to 25 (0.40 to 1.00 s): what is there shows.",
        "first_frame": 10,
        "last_frame": 25,
        "about": ["a"],
        "edit": edit("delete", track="a", to={"s": 1.0}, reason="a cup"),
    }


@st.composite
def boxes(draw: st.DrawFn) -> tuple[float, float, float, float]:
    """Somewhere in the picture, or across its edge."""
    x, y = draw(st.floats(-20, 300)), draw(st.floats(-20, 160))
    return (x, y, x + draw(st.floats(21, 150)), y + draw(st.floats(21, 150)))


@st.composite
def casts(draw: st.DrawFn) -> list[Track]:
    """Up to four people on their ways."""
    made = []
    for number in range(draw(st.integers(1, 4))):
        first = draw(st.integers(0, FRAMES - 2))
        last = draw(st.integers(first + 1, FRAMES - 1))
        one, other = (np.array(draw(boxes())) for _ in range(2))
        share = np.linspace(0, 1, last - first + 1)[:, None]
        hides = st.sampled_from([SEEN, FILLED, GUESSED, MENDED, BY_HAND, FOLLOWED, PLACED])
        states = st.lists(hides, min_size=last - first + 1, max_size=last - first + 1)
        made.append(
            replace(
                track(f"{number}", first, last),
                box=(one * (1 - share) + other * share).astype(np.float32),
                state=np.array(draw(states), np.uint8),
            )
        )
    return made


@st.composite
def corrections(draw: st.DrawFn) -> dict[str, Any]:
    """Any, of which many do not fit."""
    frames = st.integers(0, FRAMES - 1)
    moments = frames.map(lambda frame: {"frame": frame}) | frames.map(lambda frame: {"s": frame / RATE})
    names = st.sampled_from(["0", "1", "2", "3"])
    some = sorted(draw(st.sets(frames, min_size=1, max_size=3)))
    drawn = [key(frame, draw(boxes())) for frame in some]
    do = draw(st.sampled_from(["add", "move", "delete", "split", "join"]))
    if do == "add":
        return edit(do, keys=drawn)
    if do == "join":
        return edit(do, tracks=[{"track": name} for name in draw(st.sets(names, min_size=2))])
    if do == "move":
        return edit(do, track=draw(names), keys=drawn)
    return edit(do, track=draw(names), from_=draw(moments))


@given(casts(), st.lists(corrections(), min_size=1, max_size=5))
def test_tracks_stay_tracks_and_pieces_that_nothing_touches_keep_their_keys(
    cast: list[Track], several: list[dict[str, Any]]
) -> None:
    try:
        made = replay(edits(*several), cast, SCENE)
    except BadEdits:
        return
    assert len({each.id for each in made.tracks}) == len(made.tracks)
    for each in made.tracks:
        count = len(each)
        assert each.frame.tolist() == list(range(int(each.frame[0]), int(each.frame[0]) + count))
        assert (each.box.shape, each.state.shape, each.score.shape) == ((count, 4), (count,), (count,))
        assert (each.frame.dtype, each.box.dtype, each.state.dtype) == (np.int32, np.float32, np.uint8)
        assert np.isfinite(each.box).all() and (each.box[:, 2:] > each.box[:, :2]).all()
    assert sum(map(len, hidden(made.tracks))) == sum(int((each.state != SPARED).sum()) for each in made.tracks)
    touched = np.zeros(FRAMES, bool)
    for each, told in zip(several, made.done, strict=True):
        rest = each["do"] in ("split", "join")  # who goes on under another name is drawn again to the end
        touched[0 if each["do"] == "join" else told["first_frame"] : FRAMES if rest else told["last_frame"] + 1] = True
    timeline = Timeline(np.arange(FRAMES, dtype=np.int64), 1)
    before, after = (Plan(hidden(tracks), (), 0) for tracks in (cast, made.tracks))
    for start in range(0, FRAMES, 5):
        span = Span(start, start + 5)
        if not touched[span.start : span.stop].any():
            assert keys.inside(before, timeline, span) == keys.inside(after, timeline, span)


class _Solid:
    margin, shape, feather = 0.0, "ellipse", 0.0


def covered(tracks: list[Track], frame: int) -> NDArray[np.bool_]:
    """bool (h, w): pixels that a hider without any margin replaces."""
    core: NDArray[np.bool_] = np.zeros(SIZE[::-1], bool)
    for each in hidden(tracks):
        row = frame - int(each.frame[0])
        if 0 <= row < len(each) and (area := region(each.box[row], SIZE, _Solid, each.id)):  # type: ignore[arg-type]
            x1, y1, x2, y2 = area.rect
            core[y1:y2, x1:x2] |= area.core
    return core


@pytest.mark.parametrize("state", [code for code in range(len(STATES)) if code != SPARED])
def test_joining_uncovers_no_frame_of_any_state(state: int) -> None:
    one, other = track("a", 0, 20, state=state), track("b", 15, 40, state=SPARED)
    made = done([one, other], edit("join", tracks=[{"track": "a"}, {"track": "b"}]))
    assert made.tracks[0].state.tolist() == [state] * 21 + [SPARED] * 20


@given(casts(), st.integers(0, FRAMES - 1))
def test_joining_uncovers_no_pixel(cast: list[Track], frame: int) -> None:
    if len(cast) < 2:
        return
    made = replay(edits(edit("join", tracks=[{"track": each.id} for each in cast])), cast, SCENE)
    assert not (covered(cast, frame) & ~covered(list(made.tracks), frame)).any()


@given(casts(), st.data())
def test_a_track_that_is_divided_and_joined_is_as_it_was(cast: list[Track], data: st.DataObject) -> None:
    old = cast[0]
    at = data.draw(st.integers(int(old.frame[0]) + 1, int(old.frame[-1])))
    apart = edit("split", track=old.id, from_={"frame": at})
    made = replay(edits(apart, edit("join", tracks=[{"track": old.id}, {"track": f"{old.id}-{at}"}])), cast, SCENE)
    assert all(equal(one, other) for one, other in zip(cast, made.tracks, strict=True))
    assert (made.tracks[0].starts, made.tracks[0].ends, made.tracks[0].support) == (old.starts, old.ends, old.support)


def test_no_edits_change_nothing() -> None:
    cast = [track("a", 0, 10), track("b", 5, 99, RIGHT)]
    assert replay(Edits(), cast, SCENE).tracks == tuple(cast)
