"""Whatever a detector or a method does wrong, no face that was followed shows, and the report names the fault."""

from __future__ import annotations

import hashlib
import random
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

import maskanyone
from maskanyone import sample
from maskanyone.data import FILLED, SEEN, STATES, Moment, Pixels, Plan, Region, Track, Video
from maskanyone.detect import Detector, DetectParams, Found, look
from maskanyone.detect.centerface import CenterFace
from maskanyone.detect.look import Producer, Seen, look_around
from maskanyone.hide.solid import Solid
from maskanyone.render import piece
from maskanyone.render.guard import Guarded
from maskanyone.render.piece import SOLID, Hiding, Renderer
from maskanyone.render.regions import region
from maskanyone.runtime import crew
from maskanyone.track import TrackParams, link
from maskanyone.video.picture import Picture
from maskanyone.video.probe import probe
from maskanyone.video.read import Frame, read
from maskanyone.video.write import write_rgb
from tests.promises.runs import QUICK, Memory

SECONDS, SIZE = 6, (320, 180)
COVERED = 0.9
#: seconds after which a part counts as hung here
SHORT = 0.05
#: a track, and its box in one frame
Standing = tuple[Track, NDArray[np.float32]]
#: ends every hang, so that threads do not outlive the tests
go_on = threading.Event()


@dataclass(frozen=True, repr=False)
class Film:
    """The made scenes, small, in memory.

    faces: of each frame, float32 (N, 4), px. number: of each picture, by its digest. outlines: of each frame, the
    tracks that stand there when nothing goes wrong, with their boxes.
    """

    video: Video
    frames: tuple[Frame, ...]
    faces: tuple[NDArray[np.float32], ...]
    number: Mapping[str, int]
    outlines: Mapping[int, Sequence[Standing]]


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Film]:
    """The film, and where tracks stand in it when nothing goes wrong: seen, or seen before and after."""
    path = tmp_path_factory.mktemp("faults") / "film.mp4"
    shots = (cv2.resize(shot, SIZE, interpolation=cv2.INTER_AREA) for shot in sample.frames(SECONDS))
    write_rgb(path, shots, sample.RATE)
    video = probe(path)
    frames = tuple(read(video))
    scale = SIZE[0] / sample.SIZE[0]
    faces = tuple(
        np.array([face.box for face in shown if face.visible > 0.5], np.float32).reshape(-1, 4) * scale
        for shown in sample.truth(SECONDS).faces
    )
    number = {digest(frame.small(SIZE)): frame.index for frame in frames}
    assert len(number) == len(frames) == len(faces) == SECONDS * sample.RATE
    bare = Film(video, frames, faces, number, {})
    seen = looked(bare, {})
    yield Film(video, frames, faces, number, standing(planned(bare, seen), (SEEN, FILLED)))
    go_on.set()


def digest(picture: Pixels) -> str:
    return hashlib.blake2b(picture.tobytes()).hexdigest()


class Known(Detector):
    """Finds what is true of the film, but for the frames in which it fails."""

    id, title, family, points = "detect.known", "Known", "known", 5

    def __init__(self, params: DetectParams, film: Film, faults: Mapping[int, Callable[[Found], Any]]) -> None:
        super().__init__(params, {})
        self._film, self._faults = film, faults

    def detect(self, picture: Pixels) -> Any:
        index = self._film.number[digest(picture)]
        box = self._film.faces[index]
        found = Found(box, np.full(len(box), 0.9, np.float32), np.full((len(box), 5, 2), np.nan, np.float32))
        return self._faults[index](found) if index in self._faults else found


def failing(found: Found) -> Any:
    raise RuntimeError("no")


def ending(found: Found) -> Any:
    raise SystemExit(0)


def hanging(found: Found) -> Any:
    go_on.wait(60)
    return found


def spoilt(answer: Callable[[Found], Any], found: Found) -> Any:
    """The answer of a detector that found somebody at least, so that there is something to spoil."""
    if not len(found.box):
        box, points = np.array([[20, 20, 60, 70]], np.float32), np.zeros((1, 5, 2), np.float32)
        found = Found(box, np.ones(1, np.float32), points)
    return answer(found)


def boxes(change: Callable[[NDArray[np.float32]], Any]) -> Callable[[Found], Any]:
    """Answer with these boxes in place of the true ones."""
    return lambda found: replace(found, box=change(found.box))


ANSWERS: dict[str, Callable[[Found], Any]] = {
    "raises": failing,
    "ends the program": ending,
    "hangs": hanging,
    "nothing": lambda found: None,
    "words": lambda found: "no faces",
    "a list": lambda found: [found],
    "no boxes but scores": lambda found: replace(found, box=found.box[:0]),
    "one score too few": lambda found: replace(found, score=found.score[1:]),
    "one score too many": lambda found: replace(found, score=np.append(found.score, np.float32(1))),
    "points of none": lambda found: replace(found, points=found.points[1:]),
    "points of another model": lambda found: replace(found, points=np.zeros((len(found.box), 3, 2), np.float32)),
    "boxes of three numbers": boxes(lambda box: box[:, :3]),
    "boxes in a row": boxes(lambda box: box.ravel()),
    "boxes of words": boxes(lambda box: box.astype(str).astype(object) + "?"),
    "NaN": boxes(lambda box: np.full_like(box, np.nan)),
    "NaN in one corner": boxes(lambda box: box * np.array([1, np.nan, 1, 1], np.float32)),
    "infinite": boxes(lambda box: box * np.float32(np.inf)),
    "NaN scores": lambda found: replace(found, score=found.score * np.float32(np.nan)),
    "far outside": boxes(lambda box: box + np.float32(10_000)),
    "far outside before it": boxes(lambda box: box - np.float32(10_000)),
    "inside out": boxes(lambda box: box[:, [2, 3, 0, 1]]),
    "of no size": boxes(lambda box: box[:, [0, 1, 0, 1]]),
    "larger than any": boxes(lambda box: box * np.float32(1e30)),
}
#: frames in which a detector fails
PLACES: dict[str, Sequence[int]] = {
    "the first frame": [0],
    "the last frame": [149],
    "the first after a cut": [69],
    "the last before a cut": [26],
    "one within": [50],
    "where one is seen first": [35, 36, 37],
    "two neighbours": [80, 81],
    "half a second": range(75, 88),
    "all of a scene": range(69, 108),
    "every frame of one detector": range(0, 150, 2),
    "all frames": range(150),
}


@pytest.mark.slow
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("answer", ANSWERS)
def test_a_detector_that_fails_uncovers_nobody_and_is_named(
    film: Film, answer: str, place: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(crew, "_GRACE", SHORT)
    faults = dict.fromkeys(PLACES[place], partial(spoilt, ANSWERS[answer]))
    seen = looked(film, faults, timeout=SHORT if answer == "hangs" else 20)
    assert not uncovered(film, planned(film, seen))
    failed = set(np.flatnonzero((seen.looks.asked & ~seen.looks.ran).any(axis=0)).tolist())
    assert failed >= set(faults)
    if answer != "hangs":
        assert failed == set(faults)
    first = min(faults)
    assert any(f"(frame {first})" in note and ("odd" if first % 2 else "even") in note for note in seen.looks.notes)


@pytest.mark.slow
def test_detectors_that_fail_here_and_there_uncover_nobody(film: Film):
    scattered(film, 60, seed=3)


@pytest.mark.soak
def test_detectors_that_fail_a_thousand_times_uncover_nobody(film: Film):
    scattered(film, 1000, seed=time.time_ns())


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
def test_detectors_that_overlook_everybody_for_a_while_uncover_nobody(film: Film, frames: Sequence[int]):
    """To find nobody is no fault, and cannot be told from one; what was seen before and after stays hidden between."""
    nobody = dict.fromkeys(frames, lambda found: Found(found.box[:0], found.score[:0], found.points[:0]))
    seen = looked(film, nobody)
    assert not uncovered(film, planned(film, seen))
    assert not seen.looks.notes


def test_where_nothing_fails_nobody_is_uncovered_and_nothing_is_named(film: Film):
    seen = looked(film, {})
    plan = planned(film, seen)
    assert len(plan.tracks) == 5
    assert not plan.covered
    assert not seen.looks.notes
    assert not uncovered(film, plan)


def test_the_measure_sees_an_uncovered_face(film: Film):
    plan = planned(film, looked(film, {}))
    track = plan.tracks[1]
    stands = [frame for frame, faces in film.outlines.items() if track.id in {standing.id for standing, _ in faces}]
    assert len(stands) > 20
    assert uncovered(film, replace(plan, tracks=(plan.tracks[0], *plan.tracks[2:]))) == stands
    moved = replace(track, box=track.box + np.float32(0.4) * (track.box[0, 2] - track.box[0, 0]))
    assert uncovered(film, replace(plan, tracks=(moved, plan.tracks[0], *plan.tracks[2:])))


def looked(film: Film, faults: Mapping[int, Callable[[Found], Any]], timeout: float = 20) -> Seen:
    """Two detectors take turns, as in the presets."""
    producers = [
        Producer(name, Known(DetectParams(size=320, every=2, offset=turn), film, faults), {})
        for turn, name in enumerate(("even", "odd"))
    ]
    return look_around(film.video, producers, iter(film.frames), timeout)


def planned(film: Film, seen: Seen) -> Plan:
    times = seen.timeline.pts.astype(np.float64) * float(film.video.time_base)
    links = link(seen.detections, seen.looks, seen.change, times, film.video.upright, TrackParams())
    return Plan(links.tracks, links.blind, 0)


def standing(plan: Plan, states: Collection[int] = range(len(STATES))) -> dict[int, list[Standing]]:
    """The tracks of each frame, as far as they are in these states there."""
    rows: dict[int, list[Standing]] = {}
    for track in plan.tracks:
        for frame, box, state in zip(track.frame.tolist(), track.box, track.state, strict=True):
            if state in states:
                rows.setdefault(frame, []).append((track, box))
    return rows


class Unsure(Solid):
    """Fills, but for the frames in which it fails."""

    def __init__(self, faults: Mapping[int, Callable[[Pixels], Any]]) -> None:
        super().__init__(Solid.Params())
        self._faults = faults

    def hide(self, crop: Pixels, region: Region, moment: Moment) -> Any:
        fails = moment.frame in self._faults
        return self._faults[moment.frame](crop) if fails else super().hide(crop, region, moment)


PICTURES: dict[str, Callable[[Pixels], Any]] = {
    "raises": failing,
    "ends the program": ending,
    "hangs": hanging,
    "nothing": lambda crop: None,
    "words": lambda crop: "hidden",
    "NaN": lambda crop: np.full(crop.shape, np.nan),
    "numbers that are no bytes": lambda crop: crop / 255,
    "too small": lambda crop: crop[2:, 2:],
    "too large": lambda crop: np.pad(crop, ((0, 2), (0, 2), (0, 0))),
    "turned": lambda crop: np.zeros((crop.shape[1] + 2, crop.shape[0], 3), np.uint8),
    "grey": lambda crop: crop[..., 0],
    "of no size": lambda crop: crop[:0],
    "as it was": lambda crop: crop.copy(),
}
HIDDEN = ("the first frame", "the first after a cut", "one within", "half a second", "all of a scene", "all frames")


@pytest.mark.parametrize("place", HIDDEN)
@pytest.mark.parametrize("answer", PICTURES)
def test_a_method_that_fails_uncovers_nobody_and_is_named(
    film: Film, answer: str, place: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(crew, "_GRACE", SHORT)
    monkeypatch.setattr(piece, "Guarded", partial(Guarded, timeout=SHORT if answer == "hangs" else 20))
    faulty = dict.fromkeys(PLACES[place], PICTURES[answer])
    around = [frame for frame in film.outlines if min(faulty) - 2 <= frame <= max(faulty) + 2]
    bare, faults = rendered(film, Unsure(faulty), around[:40])
    assert not bare
    first = next(frame for frame in around if frame in faulty)
    assert any(fault.startswith(f"frame {first}: hide.solid ") for fault in faults)
    if answer != "hangs":
        assert {fault.partition(":")[0] for fault in faults} == {f"frame {f}" for f in around[:40] if f in faulty}


@pytest.mark.parametrize("answer", [failing, hanging])
def test_a_method_that_cannot_prepare_is_left_out_everywhere(
    film: Film, answer: Callable[[Any], Any], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(crew, "_GRACE", SHORT)
    monkeypatch.setattr(piece, "Guarded", partial(Guarded, timeout=SHORT))
    hider = Unsure({})
    monkeypatch.setattr(hider, "prepare", answer)
    bare, faults = rendered(film, hider, list(film.outlines)[:10])
    assert not bare
    assert len(faults) == 10
    assert all("before the first frame" in fault for fault in faults)


@pytest.mark.slow
def test_a_method_that_works_is_not_named_where_people_pass_one_another(film: Film):
    """There it finds its own fill, and leaves it as it is."""
    assert rendered(film, Unsure({}), list(film.outlines)) == ([], [])


def test_the_measure_sees_a_method_that_hides_nothing(film: Film):
    frames = list(film.outlines)[:10]
    assert rendered(film, Unsure(dict.fromkeys(frames, lambda crop: crop ^ 1)), frames)[0] == frames


def rendered(film: Film, hider: Unsure, frames: Sequence[int]) -> tuple[list[int], list[str]]:
    """Frames in which less than nine tenths of a standing face have the fill's brightness, and what went wrong."""
    seen = looked(film, {})
    renderer = Renderer(film.video, seen.timeline, planned(film, seen), (Hiding("face", hider),))
    blank = np.zeros((2, 2), np.uint8)
    bare: list[int] = []
    for index in frames:
        _, picture = film.frames[index].opened()
        renderer.hide(picture, index)
        fill = Picture(blank, blank, blank, picture.colours).planes(np.full((2, 2, 3), SOLID, np.uint8))[0][0, 0]
        if any((picture.y[ellipse(box)] == fill).mean() < COVERED for _, box in film.outlines[index]):
            bare.append(index)
    renderer.close()
    return bare, renderer.faults


@pytest.mark.slow
@pytest.mark.parametrize("answer", ["raises", "nothing", "hangs"])
def test_the_report_names_a_detector_that_failed_and_the_next_run_asks_it_again(
    film: Film, weights: Path, tmp_path: Path, answer: str, monkeypatch: pytest.MonkeyPatch
):
    cache, clip = Memory(), film.video.path
    whole = maskanyone.mask(clip, tmp_path / "whole.mp4", recipe(), cache=Memory())
    assert not whole.report["faults"]
    monkeypatch.setattr(crew, "_GRACE", SHORT)
    with monkeypatch.context() as patch:
        patch.setitem(look.look.__kwdefaults__, "timeout", 0.5)
        patch.setattr(CenterFace, "detect", lambda self, picture: ANSWERS[answer](picture))
        bad = maskanyone.mask(clip, tmp_path / "bad.mp4", recipe(), cache=cache)
    assert any("centerface@256" in fault and "(frame 0)" in fault for fault in bad.report["faults"])
    assert bad.report["faces"]["frames_covered_wholly"] == len(film.frames)
    assert f"{len(film.frames)} frames are covered wholly" in bad.report["verdict"]
    assert all(float(y.std()) < 3 for y in luma(bad.video)), "a picture that nobody looked at shows something"
    again = maskanyone.mask(clip, tmp_path / "again.mp4", recipe(), cache=cache)
    assert not again.report["faults"]
    assert again.report["result"]["sha256"] == whole.report["result"]["sha256"]


@pytest.mark.slow
def test_the_report_names_a_method_that_failed_and_the_next_run_asks_it_again(
    film: Film, weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    cache, clip = Memory(), film.video.path
    with monkeypatch.context() as patch:
        patch.setattr(Solid, "hide", lambda self, crop, region, moment: failing(crop))
        bad = maskanyone.mask(clip, tmp_path / "bad.mp4", recipe(), cache=cache)
    assert any(fault.startswith("frame 0: hide.solid raised RuntimeError") for fault in bad.report["faults"])
    assert "failed" in bad.report["verdict"]
    again = maskanyone.mask(clip, tmp_path / "again.mp4", recipe(), cache=cache)
    assert not again.report["faults"]
    assert again.report["faces"] == bad.report["faces"]


def recipe() -> maskanyone.Recipe:
    return maskanyone.Recipe.preset("faces").with_values([QUICK[1]])


def luma(path: Path) -> Iterator[NDArray[np.uint8]]:
    for frame in read(probe(path)):
        yield frame.opened()[1].y


def uncovered(film: Film, plan: Plan) -> list[int]:
    """Frames in which the plan hides less than nine tenths of a face that stands there."""
    tracks = standing(plan)
    blind = {frame for span in plan.covered for frame in range(span.start, span.stop)}
    return [
        frame
        for frame, faces in film.outlines.items()
        if frame not in blind and any(share(box, tracks.get(frame, [])) < COVERED for _, box in faces)
    ]


def share(face: NDArray[np.float32], tracks: Sequence[Standing]) -> float:
    """How much of the ellipse in a face's box, as far as it lies in the picture, the regions of these boxes cover."""
    hidden = np.zeros(SIZE[::-1], bool)
    for track, box in tracks:
        if (area := region(box, SIZE, Solid.Params(), track.id)) is not None:
            x1, y1, x2, y2 = area.rect
            hidden[y1:y2, x1:x2] |= area.core
    inside = ellipse(face)
    return float(hidden[inside].mean()) if inside.any() else 1.0


def ellipse(box: NDArray[np.float32]) -> NDArray[np.bool_]:
    """The pixels whose centres lie in the ellipse that a box holds: bool (h, w)."""
    (x1, y1, x2, y2), (width, height) = box, SIZE
    across = (np.arange(width) + 0.5 - (x1 + x2) / 2) / ((x2 - x1) / 2)
    down = (np.arange(height) + 0.5 - (y1 + y2) / 2) / ((y2 - y1) / 2)
    return np.asarray(across[None, :] ** 2 + down[:, None] ** 2 <= 1)
