"""Whatever goes wrong with those who look closely, whom they were to be asked about is hidden."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pytest

from maskanyone.data import Pixels, Plan
from maskanyone.detect import Detector, FaceParams, Found
from maskanyone.detect.closely import shown
from maskanyone.detect.look import Producer, Seen, look_around
from maskanyone.errors import Cancelled
from maskanyone.pipeline import closely, second_look
from maskanyone.pipeline.closely import Closely
from maskanyone.pipeline.planning import linked
from maskanyone.pipeline.planning import planned as plan_of
from maskanyone.pipeline.watch import Cancel, Watch
from maskanyone.track import FIRST, Doubt, Links, Opinion
from maskanyone.video.again import Again
from tests.promises.faulty import ANSWERS, SHORT, SIZE, Film, Known, recipe, spoilt, uncovered

#: nobody reads points here, and one score more or less than boxes is the only wrong count
LEFT_OUT = {"points of none", "points of another model"}


class Hinting(Known):
    """Finds what is true of the film, but so weakly that it is a mere hint; who stands further right, less weakly."""

    def found(self, face: np.ndarray) -> Found:
        sure = super().found(face)
        return Found(sure.box, (0.1 + 0.1 * face[:, 0] / SIZE[0]).astype(np.float32), sure.points)


class Second(Detector):
    """Finds somebody in the middle of whatever it is shown, or fails."""

    id, title, family = "detect.second", "Second", "second"

    def __init__(self, score: float = 0.9, answer: Callable[[Found], Any] = lambda found: found) -> None:
        super().__init__(FaceParams(size=192), {})
        self._score, self._answer, self.asked = score, answer, 0

    def detect(self, picture: Pixels) -> Any:
        self.asked += 1
        third = picture.shape[0] / 3
        box = np.array([[third, third, 2 * third, 2 * third]], np.float32)
        return self._answer(Found(box, np.full(1, self._score, np.float32), np.zeros((1, 0, 2), np.float32)))


class Memory(dict[str, bytes]):
    def put(self, key: str, value: bytes) -> None:
        self[key] = value


@pytest.fixture(scope="module")
def hints(scenes: Film) -> Seen:
    """What two detectors see who take everybody for a hint."""
    producers = [
        Producer(name, Hinting(FaceParams(size=320, every=2, offset=turn, hint=0.05), scenes, {}), {})
        for turn, name in enumerate(("even", "odd"))
    ]
    return look_around(scenes.video, producers, iter(scenes.frames))


@pytest.fixture(scope="module")
def doubts(scenes: Film, hints: Seen) -> list[Doubt]:
    """All that somebody is asked about; some of them have sights that may not be needed."""
    found: list[Doubt] = []

    def noted(some: Sequence[Doubt]) -> list[Opinion | None]:
        found.extend(some)
        return [None] * len(some)

    linked(scenes.video, hints, recipe(), ask=noted)
    assert sum(len(doubt.wanted) > FIRST for doubt in found) > 3
    return found


def asking(
    scenes: Film,
    seen: Seen,
    second: Detector,
    cache: Memory | None = None,
    *,
    cancel: Cancel | None = None,
    by: str = "",
) -> Closely:
    """Asks a detector about hints. by: what tells the detector from others."""
    watch = Watch("film", cancel=cancel)
    producers = [Producer("second", second, {"of": type(second).__name__, "by": by})]
    kept = Memory() if cache is None else cache
    return Closely(scenes.video, seen, recipe().tracking(), producers, kept, watch, False, SHORT * 4)


def hidden(scenes: Film, seen: Seen, ask: Closely | None) -> tuple[Plan, Links]:
    """What is hidden when somebody is asked about hints."""
    links = linked(scenes.video, seen, recipe(), ask=ask)
    return plan_of(scenes.video, seen, links, recipe()), links


def asked(
    scenes: Film, seen: Seen, second: Detector, cache: Memory | None = None, **how: Any
) -> tuple[Plan, Closely]:
    ask = asking(scenes, seen, second, cache, **how)
    return hidden(scenes, seen, ask)[0], ask


def test_whom_a_second_look_takes_for_somebody_is_hidden(scenes: Film, hints: Seen) -> None:
    """And nobody else: so that the tests below have something to lose."""
    assert not hidden(scenes, hints, None)[0].tracks
    assert not asked(scenes, hints, Second(0.1))[0].tracks
    plan, ask = asked(scenes, hints, Second())
    assert not uncovered(scenes, plan)
    assert ask.faults == ()
    told = ask.told
    assert told["hints"] == told["asked_about"] == told["agreed"] > 0
    assert told["places"] >= told["hints"]


@pytest.mark.parametrize("answer", sorted(set(ANSWERS) - LEFT_OUT))
def test_a_second_look_that_fails(scenes: Film, hints: Seen, answer: str) -> None:
    cannot_be_told = {"far outside", "far outside before it", "inside out", "of no size", "larger than any"}
    plan, ask = asked(scenes, hints, Second(answer=partial(spoilt, ANSWERS[answer])))
    if answer in cannot_be_told:  # an answer like any other: nobody at the place
        assert not ask.faults
        return
    assert not uncovered(scenes, plan)
    (fault,) = ask.faults
    assert fault.startswith("hints of faces could not all be looked at closely")


def test_one_that_hangs_is_waited_for_once(scenes: Film, hints: Seen) -> None:
    hanging = Second(answer=ANSWERS["hangs"])
    plan, ask = asked(scenes, hints, hanging)
    assert ask.told["places"] == 0
    assert hanging.asked <= (os.cpu_count() or 1)  # as many as are asked about at once, before the first is given up
    assert len(ask.faults) == 1
    assert not uncovered(scenes, plan)


def test_a_second_reading_that_breaks_off(scenes: Film, hints: Seen, monkeypatch: pytest.MonkeyPatch) -> None:
    frames = iter(scenes.frames[:1])

    def frame(self: Again, index: int) -> Any:
        for whole in frames:
            return whole
        raise OSError("gone")

    monkeypatch.setattr(Again, "frame", frame)
    plan, ask = asked(scenes, hints, Second(0.0))
    assert not uncovered(scenes, plan)
    assert ask.faults[0].endswith("OSError")


def test_what_was_said_once_is_kept(scenes: Film, hints: Seen) -> None:
    cache = Memory()
    first, second = Second(), Second()
    before, _ = asked(scenes, hints, first, cache)
    after, _ = asked(scenes, hints, second, cache)
    assert first.asked
    assert not second.asked
    assert [track.id for track in before.tracks] == [track.id for track in after.tracks]


def test_what_another_said_is_not_taken_for_it(scenes: Film, hints: Seen) -> None:
    """Nor what was said of other places."""
    cache = Memory()
    asked(scenes, hints, Second(), cache)
    other, moved = Second(), Second()
    asked(scenes, hints, other, cache, by="another")
    assert other.asked
    aside = replace(hints.hinted, box=hints.hinted.box + np.float32(0.25))
    asked(scenes, replace(hints, hinted=aside), moved, cache)
    assert moved.asked


def test_two_answers_that_nobody_is_there_end_it_for_a_hint(scenes: Film, hints: Seen, doubts: list[Doubt]) -> None:
    """However many others there are, whose answers come in between."""
    ask = asking(scenes, hints, Second(0.0))
    ask(doubts)
    assert len({int(doubt.hint.frame[row]) for doubt in doubts for row in doubt.wanted}) < ask.told["hints"] * 6
    assert ask.told["places"] == sum(min(len(doubt.wanted), 2) for doubt in doubts)
    assert any(len(doubt.wanted) > 2 for doubt in doubts)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Frames that are read, in that order."""
    frame, found = Again.frame, list[int]()

    def noted(self: Again, index: int) -> Any:
        found.append(index)
        return frame(self, index)

    monkeypatch.setattr(Again, "frame", noted)
    return found


#: bytes of sights that are kept: of all, of some, of none
ROOM = [second_look._KEPT, 300_000, 0]


class Each(Second):
    """Answers about each sight of each doubt by itself: with a score, or not at all."""

    def __init__(self, scenes: Film, doubts: Sequence[Doubt], score: Callable[[int, int], float | None]) -> None:
        super().__init__()
        self._scores: dict[bytes, float | None] = {}
        for place, doubt in enumerate(doubts):
            for number, row in enumerate(doubt.wanted):
                picture = scenes.frames[int(doubt.hint.frame[row])].opened()[1]
                seen = shown(picture, doubt.hint.box[row], float(scenes.video.pixel_aspect), self.params.size)[0]
                self._scores[seen.tobytes()] = score(place, number)

    def detect(self, picture: Pixels) -> Found:
        found, score = super().detect(picture), self._scores[picture.tobytes()]
        if score is None:
            raise RuntimeError("not now")
        return replace(found, score=np.full(1, score, np.float32))


@pytest.mark.parametrize("room", ROOM)
def test_the_film_is_read_once_and_each_answer_counts_for_its_sight(
    scenes: Film,
    hints: Seen,
    doubts: list[Doubt],
    read: list[int],
    monkeypatch: pytest.MonkeyPatch,
    room: int,
) -> None:
    """Whether sights that may not be needed are kept for that or, where there is no room, asked about at once."""
    def score(place: int, number: int) -> float:
        return 0.01 * number if place % 2 else 0.3 + 0.01 * number

    monkeypatch.setattr(second_look, "_KEPT", room)
    said = asking(scenes, hints, Each(scenes, doubts, score))(doubts)
    assert read == sorted(set(read))
    for place, (doubt, opinion) in enumerate(zip(doubts, said, strict=True)):
        needed = doubt.wanted[:FIRST] if place % 2 else doubt.wanted
        assert opinion == Opinion(tuple(pytest.approx(score(place, number)) for number in range(len(needed))))


@pytest.mark.parametrize("room", ROOM)
@pytest.mark.parametrize("failing", range(6))
def test_a_sight_that_fails_hides_its_own_hint(
    scenes: Film, hints: Seen, doubts: list[Doubt], monkeypatch: pytest.MonkeyPatch, room: int, failing: int
) -> None:
    """And no other, nor where it was needless."""

    def score(place: int, number: int) -> float | None:
        return None if number == failing and place % 3 else (0.0 if place % 3 == 1 else 0.3)

    monkeypatch.setattr(second_look, "_KEPT", room)
    ask = asking(scenes, hints, Each(scenes, doubts, score))
    failed = [opinion is not None and opinion.failed for opinion in ask(doubts)]
    needed = [
        place % 3 == 2 or (place % 3 == 1 and (failing < FIRST or len(doubt.wanted) < FIRST))
        for place, doubt in enumerate(doubts)
    ]
    assert failed == [
        here and failing < len(doubt.wanted) for here, doubt in zip(needed, doubts, strict=True)
    ]
    assert any(failed)
    assert ask.faults


@pytest.mark.parametrize("room", ROOM)
def test_a_place_that_cannot_be_cut_out_hides_its_own_hint(
    scenes: Film, hints: Seen, doubts: list[Doubt], monkeypatch: pytest.MonkeyPatch, room: int
) -> None:
    long = next(place for place, doubt in enumerate(doubts) if len(doubt.wanted) > FIRST)
    box = doubts[long].hint.box[doubts[long].wanted[FIRST]]

    def faulty(picture: Any, where: Any, *more: Any) -> Any:
        if np.array_equal(where, box):
            raise MemoryError
        return shown(picture, where, *more)

    monkeypatch.setattr(second_look, "_KEPT", room)
    monkeypatch.setattr(second_look, "shown", faulty)
    said = asking(scenes, hints, Second(0.3))(doubts)
    assert [place for place, opinion in enumerate(said) if opinion and opinion.failed] == [long]


def test_whoever_stops_it_is_heard_while_the_last_answers_come(
    scenes: Film, hints: Seen, doubts: list[Doubt], read: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many of them there are: not only between frames."""
    last = max(int(doubt.hint.frame[row]) for doubt in doubts for row in doubt.wanted)
    monkeypatch.setattr(second_look, "_WAITING", 10_000)  # all answers come last
    taken = 0

    def cancel() -> bool:
        nonlocal taken
        taken += bool(read) and read[-1] == last
        return taken > 5

    with pytest.raises(Cancelled):
        asking(scenes, hints, Second(0.3), cancel=cancel)(doubts)


def test_what_failed_is_not_kept(scenes: Film, hints: Seen) -> None:
    cache = Memory()
    asked(scenes, hints, Second(answer=ANSWERS["raises"]), cache)
    assert not cache


def test_whoever_stops_it_is_heard(scenes: Film, hints: Seen) -> None:
    with pytest.raises(Cancelled):
        asked(scenes, hints, Second(), cancel=lambda: True)


def test_of_too_many_hints_the_clearest_are_asked_about(
    scenes: Film, hints: Seen, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the others are told."""
    second, few = Second(), Second()
    whole, _ = asked(scenes, hints, second)
    monkeypatch.setattr(closely, "_MOST", 0.0)
    monkeypatch.setattr(closely, "_MOST_SHORT", 20)
    ask = asking(scenes, hints, few)
    plan, links = hidden(scenes, hints, ask)
    assert 0 < few.asked <= 20 < second.asked
    assert 0 < len(plan.tracks) < len(whole.tracks)
    assert ask.faults[0].startswith("there were too many hints of faces: the ")
    assert len(links.doubted) == ask.told["hints"] - ask.told["asked_about"]
    least = min(float(np.nanmax(track.score)) for track in links.tracks)
    assert all(np.nanmax(track.score) <= least for track in links.doubted)
