"""Whatever a detector or a method does wrong, no face that was followed shows, and the report names the fault."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
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
from maskanyone.data import FILLED, SEEN, Pixels, Plan, Track, Video
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
#: ends every hang, so that threads do not outlive the tests
go_on = threading.Event()


@dataclass(frozen=True)
class Film:
    """The made scenes, small, in memory. faces: of each frame, float32 (N, 4), px; number: of each picture, by digest."""

    video: Video
    frames: tuple[Frame, ...]
    faces: tuple[NDArray[np.float32], ...]
    number: Mapping[str, int]
    outlines: Mapping[int, Sequence[tuple[Track, NDArray[np.float32]]]]


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Film]:
    """The film, and where tracks stand in it when nothing goes wrong."""
    path = tmp_path_factory.mktemp("faults") / "film.mp4"
    write_rgb(path, (cv2.resize(shot, SIZE, interpolation=cv2.INTER_AREA) for shot in sample.frames(SECONDS)), sample.RATE)
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
    yield Film(video, frames, faces, number, standing(planned(bare, seen)))
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


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("answer", ANSWERS)
def test_a_detector_that_fails_uncovers_nobody_and_is_named(
    film: Film, answer: str, place: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(crew, "_GRACE", SHORT)
    faults = dict.fromkeys(PLACES[place], ANSWERS[answer])
    seen = looked(film, faults, timeout=SHORT if answer == "hangs" else 20)
    assert not uncovered(film, planned(film, seen))
    failed = set(np.flatnonzero((seen.looks.asked & ~seen.looks.ran).any(axis=0)).tolist())
    assert failed >= set(faults)
    if answer != "hangs":
        assert failed == set(faults)
    first = min(faults)
    assert any(f"(frame {first})" in note and ("odd" if first % 2 else "even") in note for note in seen.looks.notes)


@pytest.mark.parametrize("place", ["one within", "two neighbours", "half a second", "every frame of one detector"])
def test_a_detector_that_overlooks_everybody_for_a_while_uncovers_nobody(film: Film, place: str):
    """To find nobody is no fault, and cannot be told from one; what was seen before and after stays hidden between."""
    nobody = dict.fromkeys(PLACES[place], lambda found: Found(found.box[:0], found.score[:0], found.points[:0]))
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
    assert uncovered(film, replace(plan, tracks=(plan.tracks[0], *plan.tracks[2:]))) == track.frame.tolist()
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


def standing(plan: Plan) -> dict[int, list[tuple[Track, NDArray[np.float32]]]]:
    """The tracks of each frame in which somebody saw them, or saw them before and after."""
    rows: dict[int, list[tuple[Track, NDArray[np.float32]]]] = {}
    for track in plan.tracks:
        for frame, box, state in zip(track.frame.tolist(), track.box, track.state, strict=True):
            rows.setdefault(frame, []).append((track, box))
    return rows


def uncovered(film: Film, plan: Plan) -> list[int]:
    """Frames in which the plan hides less than nine tenths of a face that stands there."""
    tracks = standing(plan)
    blind = {frame for span in plan.covered for frame in range(span.start, span.stop)}
    return [
        frame
        for frame, faces in film.outlines.items()
        if frame not in blind and any(share(box, tracks.get(frame, [])) < COVERED for _, box in faces)
    ]


def share(face: NDArray[np.float32], tracks: Sequence[tuple[Track, NDArray[np.float32]]]) -> float:
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
