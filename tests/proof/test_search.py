"""The search of a result, with detectors that say what they are told to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from maskanyone.data import Pixels, Video
from maskanyone.pipeline.mending import renewed
from maskanyone.pipeline.moments import sampled, spread
from maskanyone.proof.pairs import chosen_frames
from maskanyone.proof.search import KNOWN, Asked, Auditor, Finding, Look, Searched, search
from maskanyone.video.again import Again
from maskanyone.video.probe import probe
from maskanyone.video.read import read
from tests.conftest import Sample

FACE = np.array([[290, 90, 350, 160]], np.float32)
PEOPLE = FACE, np.ones(1, np.float32)
Sees = Callable[[Pixels], Any]


def finds(picture: Pixels) -> Any:
    return SimpleNamespace(box=FACE, score=np.ones(1, np.float32))


def nobody(picture: Pixels) -> Any:
    return SimpleNamespace(box=FACE[:0], score=np.ones(0, np.float32))


def auditor(name: str, *looks: tuple[int, Sees], confirms: Sees = nobody) -> Auditor:
    """looks: the turn of each, and what it sees."""
    made = tuple(Look(640, turn, 0.5, sees) for turn, sees in looks)
    return Auditor(name, made, lambda picture, turn: confirms(picture), 0.5)


def times(video: Video) -> NDArray[np.int64]:
    """Of all its frames, in its time base."""
    return np.array([frame.pts for frame in read(video)])


def searched(
    sample: Sample, *auditors: Auditor, asked: Callable[[int], Asked], which: Sequence[int] | None = None
) -> Searched:
    """The sample as its own result, or these frames of it."""
    video = probe(sample.path)
    pts = times(video)
    chosen = np.isin(np.arange(len(pts)), range(len(pts)) if which is None else which)
    with closing(Again(video, pts, salvage=True)) as original:
        return search(original, chosen_frames(video, pts, chosen), auditors, asked, lambda _: None)


def test_only_what_is_asked_for_is_searched(sample: Sample) -> None:
    told = searched(sample, auditor("one", (0, finds)), asked=lambda _: Asked(), which=[*range(10, 30), 200, 201])
    assert told.frames == 22
    assert {finding.frame for finding in told.findings} == {*range(10, 30), 200, 201}


def test_quickly_the_first_looks_once_and_thoroughly_all_look_in_all_ways(sample: Sample) -> None:
    asked: list[str] = []

    def noted(name: str) -> Sees:
        def sees(picture: Pixels) -> Any:
            asked.append(name)
            return nobody(picture)

        return sees

    looks = {"one": (0, 0, 90, 180), "two": (0, 180)}
    auditors = [
        auditor(name, *((turn, noted(f"{name} {number} {turn}")) for number, turn in enumerate(turns)))
        for name, turns in looks.items()
    ]
    searched(sample, *auditors, asked=lambda _: Asked(), which=[3])
    assert asked == ["one 0 0"]
    asked.clear()
    searched(sample, *auditors, asked=lambda _: Asked(True, (180,)), which=[3])
    assert asked == ["one 0 0", "one 1 0", "one 3 180", "two 0 0", "two 1 180"]


def test_one_face_seen_in_several_ways_is_found_once(sample: Sample) -> None:
    told = searched(sample, auditor("one", (0, finds), (90, finds)), asked=lambda _: Asked(True, (90,)))
    assert len({finding.frame for finding in told.findings}) == len(told.findings) > 0


@pytest.mark.parametrize(("sees", "known"), [(finds, 1), (nobody, 0)])
def test_the_recall_is_measured_on_the_original_in_the_same_way(sample: Sample, sees: Sees, known: int) -> None:
    def asked(index: int) -> Asked:
        return Asked(True, (90,), PEOPLE, recall=index == 20, count=True)

    told = searched(sample, auditor("one", (0, nobody), (90, sees)), asked=asked, which=[20, 40])
    assert (told.checks, told.people, told.known) == (2, 1, known)


def crop_finds(picture: Pixels) -> Any:
    """The face, in the part of the picture around it."""
    return SimpleNamespace(box=FACE - np.array([230, 20] * 2), score=np.ones(1, np.float32))


@pytest.mark.parametrize(("confirms", "told"), [(crop_finds, 1), (nobody, 0)])
def test_who_is_only_supposed_is_told_where_another_takes_it_for_a_face(
    sample: Sample, confirms: Sees, told: int
) -> None:
    looks = auditor("one", (0, nobody), confirms=confirms)
    found = searched(sample, looks, asked=lambda _: Asked(check=True, supposed=PEOPLE), which=[20]).findings
    assert [finding.by for finding in found] == [KNOWN] * told


@pytest.mark.parametrize(("confirms", "sure"), [(crop_finds, True), (nobody, False)])
def test_who_only_confirms_makes_a_finding_sure(sample: Sample, confirms: Sees, sure: bool) -> None:
    other = auditor("two", confirms=confirms)
    told = searched(sample, auditor("one", (0, finds)), other, asked=lambda _: Asked(), which=[20])
    assert [finding.sure for finding in told.findings] == [sure]
    assert {finding.by for finding in told.findings} == {"one"}


def test_of_each_stretch_some_frames_are_taken_and_at_least_one() -> None:
    flags = np.zeros(60, bool)
    flags[[3, 10, 11, 12]] = True
    flags[20:50] = True
    taken = np.flatnonzero(sampled(flags, 8))
    assert taken.tolist() == [3, 11, 23, 31, 39, 47]


def test_of_many_moments_a_few_are_taken_evenly() -> None:
    moments = np.ones(101, bool)
    assert np.flatnonzero(spread(moments, 3)).tolist() == [0, 50, 100]
    assert spread(moments[:2], 3).all()
    assert not spread(np.zeros(5, bool), 3).any()


def test_what_was_not_searched_again_is_as_it_was_found() -> None:
    first, second, third = (Finding(frame, (0, 0, 9, 9), 0.9, "A", 0.8) for frame in (3, 12, 14))
    changed = np.arange(20) >= 10
    assert renewed([first, second], [third], changed) == [first, third]
