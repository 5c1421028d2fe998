"""Whatever goes wrong with following or with the search for people, nobody is hidden less than without them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pytest

from maskanyone.data import FOLLOWED, PLACED, Float, Plan, Track
from maskanyone.detect import DetectParams, Found
from maskanyone.detect.look import Producer, Seen, look_around
from maskanyone.errors import Cancelled
from maskanyone.follow import trail
from maskanyone.follow.flow import Patch
from maskanyone.pipeline import following
from maskanyone.pipeline.planning import linked
from maskanyone.pipeline.planning import planned as plan_of
from maskanyone.pipeline.watch import Watch
from maskanyone.recipe import Recipe
from maskanyone.video.again import Again
from maskanyone.video.read import Frame
from tests.promises.faulty import ANSWERS, PLACES, Film, Known, failing, looked, spoilt, uncovered

#: frames in which nobody sees anybody, so that there is something to follow
AWAY = range(12, 60)


def placed(change: Callable[[Patch], np.ndarray]) -> Callable[..., Any]:
    """A step that finds a face, and says that it lies elsewhere."""
    return lambda patch, luma, shift: replace(patch, box=np.asarray(change(patch), np.float32))


STEPS: dict[str, Callable[..., Any]] = {
    "raises": lambda *_: failing(None),  # type: ignore[arg-type]
    "runs out of memory": lambda *_: (_ for _ in ()).throw(MemoryError()),
    "words": lambda *_: "there",
    "NaN": placed(lambda patch: patch.box * np.float32(np.nan)),
    "NaN in one corner": placed(lambda patch: patch.box * np.array([1, np.nan, 1, 1], np.float32)),
    "infinite": placed(lambda patch: patch.box * np.float32(np.inf)),
    "far outside": placed(lambda patch: patch.box + np.float32(10_000)),
    "inside out": placed(lambda patch: patch.box[[2, 3, 0, 1]]),
    "of no size": placed(lambda patch: patch.box[[0, 1, 0, 1]]),
    "three numbers": placed(lambda patch: patch.box[:3]),
}
PICTURES: dict[str, Callable[[Frame, int], Any]] = {
    "raises": lambda frame, longer: failing(None),  # type: ignore[arg-type]
    "nothing": lambda frame, longer: None,
    "of no size": lambda frame, longer: np.zeros((0, 0), np.uint8),
    "in colour": lambda frame, longer: np.zeros((90, 160, 3), np.uint8),
    "of another size each time": lambda frame, longer: np.zeros((20 + frame.index, 40), np.uint8),
}


@pytest.fixture(scope="module")
def gap(scenes: Film) -> Seen:
    """What is seen of the scenes where nobody is seen for a while."""
    return looked(scenes, dict.fromkeys(AWAY, nobody))


@pytest.mark.parametrize("step", STEPS)
def test_a_step_that_fails(scenes: Film, gap: Seen, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trail, "step", STEPS[step])
    led_on(scenes, gap)


@pytest.mark.parametrize("picture", PICTURES)
def test_pictures_that_cannot_be_followed(
    scenes: Film, gap: Seen, picture: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Frame, "luma", PICTURES[picture])
    led_on(scenes, gap)


def test_a_second_reading_that_breaks_off(scenes: Film, gap: Seen, monkeypatch: pytest.MonkeyPatch) -> None:
    def since(self: Again, start: int) -> Iterator[Frame]:
        yield scenes.frames[start]
        raise OSError("gone")

    monkeypatch.setattr(Again, "since", since)
    assert led_on(scenes, gap) == ("faces were not followed by the picture as far as they should be: OSError",)


def test_one_end_that_fails_leaves_the_others(scenes: Film, gap: Seen, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = following.Following(scenes.video, gap, recipe(), Watch("film"), False)
    all_ = sum((track.state == FOLLOWED).any() for track in linked(scenes.video, gap, recipe(), whole).tracks)
    ways = iter([lambda *_: failing(None)])  # type: ignore[arg-type]
    monkeypatch.setattr(trail, "patch_of", lambda *args, real=trail.patch_of: next(ways, real)(*args[:2]))
    lead = following.Following(scenes.video, gap, recipe(), Watch("film"), False)
    some = sum((track.state == FOLLOWED).any() for track in linked(scenes.video, gap, recipe(), lead).tracks)
    assert 0 < some <= all_
    assert len(lead.faults) == 1


def test_where_nothing_fails_somebody_is_followed(scenes: Film, gap: Seen) -> None:
    """So that the tests above have something to lose."""
    assert not led_on(scenes, gap)
    lead = following.Following(scenes.video, gap, recipe(), Watch("film"), False)
    assert any((track.state == FOLLOWED).any() for track in linked(scenes.video, gap, recipe(), lead).tracks)


def test_whoever_stops_it_is_heard(scenes: Film, gap: Seen) -> None:
    watch = Watch("film", cancel=lambda: True)
    with pytest.raises(Cancelled):
        linked(scenes.video, gap, recipe(), following.Following(scenes.video, gap, recipe(), watch, False))


def led_on(scenes: Film, seen: Seen) -> tuple[str, ...]:
    """Lead everybody on; what went wrong. Nobody may be hidden less than without it."""
    lead = following.Following(scenes.video, seen, recipe(), Watch("film"), False)
    without, led = (linked(scenes.video, seen, recipe(), *more).tracks for more in ((), (lead,)))
    assert all(np.isfinite(track.box).all() for track in led)
    lacks(without, led)
    return lead.faults


def lacks(before: Sequence[Track], after: Sequence[Track]) -> None:
    """Every box of the tracks before lies in one of the same track's boxes after."""
    later = {track.id: track for track in after}
    for track in before:
        rows = track.frame - later[track.id].frame[0]
        box = later[track.id].box[rows]
        assert (later[track.id].frame[rows] == track.frame).all()
        assert (box[:, :2] <= track.box[:, :2]).all()
        assert (box[:, 2:] >= track.box[:, 2:]).all()


class Walkers(Known):
    """Finds people whose heads are the faces of the film, but for the frames in which it fails."""

    id, title, family, points, kind = "detect.walkers", "Walkers", "walkers", 0, "person"

    def found(self, face: Float) -> Found:
        wide = face[:, 2:3] - face[:, 0:1]
        box = np.hstack([face[:, :2] - wide * [0.5, 0.1], face[:, 2:] + wide * [0.5, 3]]).astype(np.float32)
        return Found(box, np.full(len(box), 0.9, np.float32), np.zeros((len(box), 0, 2), np.float32))


#: nobody reads the points of a detector that has none
POINTS = {"points of none", "points of another model"}


@pytest.mark.slow
@pytest.mark.parametrize("place", ["the first frame", "one within", "half a second", "all frames"])
@pytest.mark.parametrize("answer", sorted(set(ANSWERS) - POINTS - {"hangs"}))
def test_a_search_for_people_that_fails(scenes: Film, answer: str, place: str) -> None:
    """It uncovers none of the faces that were found, and the fault is told."""
    faults = dict.fromkeys(PLACES[place], partial(spoilt, ANSWERS[answer]))
    seen = with_people(scenes, faults)
    assert not uncovered(scenes, headed(scenes, seen))
    assert any(note.startswith("walkers") and f"(frame {min(faults)})" in note for note in seen.looks.notes)


def test_people_without_a_face_have_their_heads_hidden(scenes: Film) -> None:
    """So that the test above has something to lose."""
    plan = headed(scenes, with_people(scenes, {}, faces=False))
    assert any((track.state == PLACED).any() for track in plan.tracks)
    assert not uncovered(scenes, plan)


def headed(scenes: Film, seen: Seen) -> Plan:
    return plan_of(scenes.video, seen, linked(scenes.video, seen, recipe()), recipe())


def with_people(scenes: Film, faults: Any, *, faces: bool = True) -> Seen:
    """Who is seen by two detectors of faces and one of people."""
    everywhere = dict.fromkeys(range(len(scenes.frames)), nobody)
    makers = [("even", Known, 0, 2, {} if faces else everywhere), ("odd", Known, 1, 2, {} if faces else everywhere)]
    producers = [
        Producer(name, made(DetectParams(size=320, every=every, offset=turn), scenes, wrong), {})
        for name, made, turn, every, wrong in [*makers, ("walkers", Walkers, 0, 1, faults)]
    ]
    return look_around(scenes.video, producers, iter(scenes.frames))


def nobody(found: Found) -> Found:
    return Found(found.box[:0], found.score[:0], found.points[:0])


def recipe() -> Recipe:
    return Recipe.preset("faces")
