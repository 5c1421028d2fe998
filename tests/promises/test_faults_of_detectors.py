"""Whatever a detector does wrong, no face that was followed shows, and the report names the fault."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

import maskanyone
from maskanyone.detect import Found, look
from maskanyone.detect.centerface import CenterFace
from maskanyone.runtime import crew
from tests.promises.faulty import (
    ANSWERS,
    PLACES,
    SHORT,
    Film,
    looked,
    luma,
    planned,
    recipe,
    spoilt,
    uncovered,
)
from tests.promises.runs import Memory


@pytest.mark.slow
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("answer", ANSWERS)
def test_a_detector_that_fails_uncovers_nobody_and_is_named(
    scenes: Film, answer: str, place: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(crew, "_GRACE", SHORT)
    faults = dict.fromkeys(PLACES[place], partial(spoilt, ANSWERS[answer]))
    seen = looked(scenes, faults, timeout=SHORT if answer == "hangs" else 20)
    assert not uncovered(scenes, planned(scenes, seen))
    failed = set(np.flatnonzero((seen.looks.asked & ~seen.looks.ran).any(axis=0)).tolist())
    assert failed >= set(faults)
    if answer != "hangs":
        assert failed == set(faults)
    first = min(faults)
    assert any(f"(frame {first})" in note and ("odd" if first % 2 else "even") in note for note in seen.looks.notes)


@pytest.mark.slow
def test_detectors_that_fail_here_and_there_uncover_nobody(scenes: Film):
    scattered(scenes, 60, seed=3)


@pytest.mark.soak
def test_detectors_that_fail_a_thousand_times_uncover_nobody(scenes: Film):
    scattered(scenes, 1000, seed=time.time_ns())


def scattered(film: Film, times: int, seed: int) -> None:
    """Let detectors fail in up to three stretches, of every or every second frame, with ten frames between at least."""
    chance = random.Random(seed)
    for _ in range(times):
        answer = chance.choice([name for name in ANSWERS if name != "hangs"])
        frames: set[int] = set()
        for begin in chance.sample(range(0, 150, 50), chance.randint(1, 3)):
            first = begin + chance.randrange(40)
            frames |= set(range(first, min(begin + 40, first + chance.randint(1, 40)), chance.randint(1, 2)))
        seen = looked(film, dict.fromkeys(frames, partial(spoilt, ANSWERS[answer])))
        assert not uncovered(film, planned(film, seen)), f"seed {seed}: {answer} in {sorted(frames)}"


@pytest.mark.parametrize("frames", [[50], [80, 81], range(8, 22), range(0, 150, 2)], ids=str)
def test_detectors_that_overlook_everybody_for_a_while_uncover_nobody(scenes: Film, frames: Sequence[int]):
    """To find nobody is no fault, and cannot be told from one; what was seen before and after stays hidden between."""
    nobody = dict.fromkeys(frames, lambda found: Found(found.box[:0], found.score[:0], found.points[:0]))
    seen = looked(scenes, nobody)
    assert not uncovered(scenes, planned(scenes, seen))
    assert not seen.looks.notes


def test_where_nothing_fails_nobody_is_uncovered_and_nothing_is_named(scenes: Film):
    seen = looked(scenes, {})
    plan = planned(scenes, seen)
    assert len(plan.tracks) == 5
    assert not plan.covered
    assert not seen.looks.notes
    assert not uncovered(scenes, plan)


def test_the_measure_sees_an_uncovered_face(scenes: Film):
    plan = planned(scenes, looked(scenes, {}))
    track = plan.tracks[1]
    stands = [frame for frame, faces in scenes.outlines.items() if track.id in {standing.id for standing, _ in faces}]
    assert len(stands) > 20
    assert uncovered(scenes, replace(plan, tracks=(plan.tracks[0], *plan.tracks[2:]))) == stands
    moved = replace(track, box=track.box + np.float32(0.4) * (track.box[0, 2] - track.box[0, 0]))
    assert uncovered(scenes, replace(plan, tracks=(moved, plan.tracks[0], *plan.tracks[2:])))


@pytest.fixture(scope="module")
def whole(scenes: Film, weights: Path, tmp_path_factory: pytest.TempPathFactory) -> maskanyone.Result:
    """The film masked where nothing fails."""
    out = tmp_path_factory.mktemp("whole") / "whole.mp4"
    result = maskanyone.mask(scenes.video.path, out, recipe(), cache=Memory())
    assert not result.report["faults"]
    return result


@pytest.mark.slow
@pytest.mark.parametrize("answer", ["raises", "nothing", "hangs"])
def test_the_report_names_a_detector_that_failed_and_the_next_run_asks_it_again(
    scenes: Film, whole: maskanyone.Result, tmp_path: Path, answer: str, monkeypatch: pytest.MonkeyPatch
):
    cache, clip = Memory(), scenes.video.path
    monkeypatch.setattr(crew, "_GRACE", SHORT)
    with monkeypatch.context() as patch:
        patch.setitem(look.look.__kwdefaults__, "timeout", 0.5)
        patch.setattr(CenterFace, "detect", lambda self, picture: ANSWERS[answer](picture))
        bad = maskanyone.mask(clip, tmp_path / "bad.mp4", recipe(), cache=cache)
    assert any("centerface@256" in fault and "(frame 0)" in fault for fault in bad.report["faults"])
    assert bad.report["faces"]["frames_covered_wholly"] == len(scenes.frames)
    assert f"{len(scenes.frames)} frames are covered wholly" in bad.report["verdict"]
    assert all(float(y.std()) < 3 for y in luma(bad.video)), "a picture that nobody looked at shows something"
    again = maskanyone.mask(clip, tmp_path / "again.mp4", recipe(), cache=cache)
    assert not again.report["faults"]
    assert again.report["result"]["sha256"] == whole.report["result"]["sha256"]
